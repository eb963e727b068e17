"""The routes of the operations: a request is checked against its operation, and the rule carries it out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.routing import Route

from prisma_local.authorization.tokens import Tokens
from prisma_local.databases.context import Context
from prisma_local.errors import Invalid, NotFound
from prisma_local.http import json_schema
from prisma_local.http.result import Result
from prisma_local.http.routing import Handler, routes
from prisma_local.operations import OPERATIONS, Operation
from prisma_local.rules.call import Call
from prisma_local.store import ids


def operation_routes(context: Context, tokens: Tokens) -> list[Route]:
    return routes((each.method, each.path, _handler(context, tokens, each)) for each in OPERATIONS)


def _handler(context: Context, tokens: Tokens, operation: Operation) -> Handler:
    def handle(request: Request, raw: bytes) -> Result:
        workspace, token = tokens.authenticate(request.headers.get("authorization"))
        path = _path(operation, request.path_params)
        try:
            query = _query(operation, dict(request.query_params))
            return operation.rule(context, Call(workspace, token, path, query, _body(operation, raw)))
        except json_schema.ValidationError as error:
            error.status = operation.invalid
            raise

    return handle


def _path(operation: Operation, params: Mapping[str, str]) -> dict[str, str]:
    """The ids in the path, with their prefix."""
    found = {name: ids.normalise(prefix, params[name]) for name, prefix in operation.ids.items()}
    known = {name: id_ for name, id_ in found.items() if id_ is not None}
    if len(known) < len(found):
        message = "The path holds an ID that is not well formed."
        raise NotFound(message) if operation.malformed_id == 404 else Invalid(message, status=operation.malformed_id)
    return known


def _query(operation: Operation, query: dict[str, str]) -> dict[str, str]:
    """The parameters that the operation has; `pagination` checks its own, because a limit is a number in a text."""
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
