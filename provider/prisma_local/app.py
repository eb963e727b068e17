"""The ASGI application: the operations and the control routes, behind the gate.

Rules block (they talk to PostgreSQL), so each runs in a worker thread.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp

from prisma_local import ids, schema
from prisma_local.access import Access
from prisma_local.authorization.routes import authorization_routes
from prisma_local.call import Answer, Call
from prisma_local.control import Control
from prisma_local.control_routes import control_routes
from prisma_local.errors import Invalid, Missing, Problem, WrongMethod
from prisma_local.gate import Gate
from prisma_local.operations import OPERATIONS, Operation
from prisma_local.page.routes import page_routes
from prisma_local.plane import Plane
from prisma_local.respond import answered

Endpoint = Callable[[Request], Awaitable[Response]]


def build(plane: Plane, access: Access, control: Control) -> ASGIApp:
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    routes = [
        Route(path, _endpoint(plane, access, methods), methods=list(methods)) for path, methods in by_path.items()
    ]
    tokens = authorization_routes(control.grants, control.repositories, plane.base_url)
    served = Starlette(
        routes=[*routes, *tokens, *control_routes(control), *page_routes(plane, control.journal)],
        exception_handlers={HTTPException: _show_http_exception},
    )
    return Gate(served, access, control.faults, control.journal, plane.settings)


def _endpoint(plane: Plane, access: Access, methods: Mapping[str, Operation]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        operation = methods["GET" if request.method == "HEAD" else request.method]
        raw = await request.body()
        return await run_in_threadpool(
            answered, lambda: _carry_out(plane, access, operation, request, raw), f"{request.method} {operation.path}"
        )

    return endpoint


def _carry_out(plane: Plane, access: Access, operation: Operation, request: Request, raw: bytes) -> Answer:
    workspace, token = access.admit(request.headers.get("authorization"))
    path = _path(operation, request.path_params)
    try:
        query = _query(operation, dict(request.query_params))
        body = _body(operation, raw)
        return operation.rule(plane, Call(workspace, token, path, query, body))
    except schema.Unfit as unfit:
        raise Invalid(str(unfit), status=operation.invalid) from unfit


def _path(operation: Operation, params: Mapping[str, str]) -> dict[str, str]:
    """An id that cannot be one names nothing, and nothing is not found."""
    found = {name: ids.normalise(prefix, params[name]) for name, prefix in operation.ids.items()}
    known = {name: id_ for name, id_ in found.items() if id_ is not None}
    if len(known) < len(found):
        raise Missing("The path holds an ID that is not well formed.")
    return known


def _query(operation: Operation, query: dict[str, str]) -> dict[str, str]:
    """Paging checks its own: a limit is a number and here still a text."""
    known = {name: value for name, value in query.items() if name in operation.query}
    for name, value in known.items():
        if name not in ("cursor", "limit"):
            schema.check(operation.query[name], value, name)
    return known


def _body(operation: Operation, raw: bytes) -> dict[str, Any]:
    if operation.body is None:
        return {}
    body = schema.read(raw)
    schema.check(operation.body, body)
    return dict(body)


async def _show_http_exception(request: Request, error: Exception) -> Response:
    """Starlette's own refusals: an unknown path, a method the path does not have."""
    if not isinstance(error, HTTPException):
        raise error
    problem: Problem = Missing(f"There is no {request.url.path} here.")
    if error.status_code == 405:
        problem = WrongMethod(f"{request.url.path} does not take {request.method}.")
    elif error.status_code != 404:
        problem = Problem(error.detail, status=error.status_code)
    return JSONResponse(problem.envelope(), status_code=problem.status, headers=error.headers)
