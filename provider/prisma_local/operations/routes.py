"""The routes of the operations: a request is checked against its operation, and the rule carries it out.

Rules block (they talk to PostgreSQL), so each runs in a worker thread.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from prisma_local.authorization.tokens import Tokens
from prisma_local.databases.context import Context
from prisma_local.errors import Invalid, NotFound
from prisma_local.http import json_schema
from prisma_local.http.responses import respond
from prisma_local.http.result import Result
from prisma_local.operations import OPERATIONS, Operation
from prisma_local.rules.call import Call
from prisma_local.store import ids

Endpoint = Callable[[Request], Awaitable[Response]]


def operation_routes(context: Context, tokens: Tokens) -> list[Route]:
    """One for each path, whatever its methods."""
    by_path: dict[str, dict[str, Operation]] = {}
    for operation in OPERATIONS:
        by_path.setdefault(operation.path, {})[operation.method] = operation
    return [
        Route(path, _endpoint(context, tokens, methods), methods=list(methods)) for path, methods in by_path.items()
    ]


def _endpoint(context: Context, tokens: Tokens, methods: Mapping[str, Operation]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        operation = methods["GET" if request.method == "HEAD" else request.method]
        raw = await request.body()
        return await run_in_threadpool(
            respond, lambda: _carry_out(context, tokens, operation, request, raw), f"{request.method} {operation.path}"
        )

    return endpoint


def _carry_out(context: Context, tokens: Tokens, operation: Operation, request: Request, raw: bytes) -> Result:
    workspace, token = tokens.authenticate(request.headers.get("authorization"))
    path = _path(operation, request.path_params)
    try:
        query = _query(operation, dict(request.query_params))
        body = _body(operation, raw)
        return operation.rule(context, Call(workspace, token, path, query, body))
    except json_schema.ValidationError as error:
        raise Invalid(str(error), status=operation.invalid) from error


def _path(operation: Operation, params: Mapping[str, str]) -> dict[str, str]:
    """An id that cannot be one names nothing, and nothing is not found."""
    found = {name: ids.normalise(prefix, params[name]) for name, prefix in operation.ids.items()}
    known = {name: id_ for name, id_ in found.items() if id_ is not None}
    if len(known) < len(found):
        raise NotFound("The path holds an ID that is not well formed.")
    return known


def _query(operation: Operation, query: dict[str, str]) -> dict[str, str]:
    """Paging checks its own: a limit is a number and here still a text."""
    known = {name: value for name, value in query.items() if name in operation.query}
    for name, value in known.items():
        if name not in ("cursor", "limit"):
            json_schema.check(operation.query[name], value, name)
    return known


def _body(operation: Operation, raw: bytes) -> dict[str, Any]:
    if operation.body is None:
        return {}
    body = json_schema.read(raw)
    json_schema.check(operation.body, body)
    return dict(body)
