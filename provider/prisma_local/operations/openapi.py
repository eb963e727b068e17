"""Our own OpenAPI document, made from the operations."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from prisma_local.authorization import github
from prisma_local.operations import OPERATIONS, Operation, responses
from prisma_local.store import ids
from prisma_local.version import version

Document = dict[str, Any]

ERRORS = {
    400: "The request does not fit.",
    401: "Missing or invalid authorization token.",
    403: "Not permitted.",
    404: "There is no such object in the token's workspace.",
    409: "It cannot be done in the present state.",
    413: "The request body is too large.",
    422: "The request does not fit.",
}


ERROR_CONTENT = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
# `authorization` serves it: its caller has no token of ours yet.
EXCHANGE: Document = {
    "operationId": "postV1AuthGithubActionsToken",
    "summary": "Exchange the OIDC token of a GitHub job for a token of the workspace of its repository",
    "requestBody": {"required": True, "content": {"application/json": {"schema": github.BODY}}},
    "responses": {
        "201": {"description": "Created", "content": {"application/json": {"schema": responses.EXCHANGED_TOKEN}}},
        "401": {"description": "The token is not valid, or its repository is not connected."},
        **{str(status): {"description": ERRORS[status], "content": ERROR_CONTENT} for status in (400, 413)},
    },
    "security": [],
}


def document() -> Document:
    paths: dict[str, Document] = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _operation(operation)
    paths["/v1/auth/github-actions/token"] = {"post": EXCHANGE}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Prisma Management API, served by prisma-local",
            "version": version(),
            "description": "The operations of the published contract that prisma-local carries out.",
        },
        "paths": paths,
        "components": {
            "schemas": {"Error": responses.ERROR},
            "securitySchemes": {"Bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{"Bearer": []}],
    }


def _operation(operation: Operation) -> Document:
    found: Document = {
        "operationId": _id(operation),
        "summary": operation.summary,
        "responses": {str(operation.status): _success(operation), **_errors(operation)},
    }
    parameters = _parameters(operation)
    if parameters:
        found["parameters"] = parameters
    if operation.body is not None:
        found["requestBody"] = {
            "required": bool(operation.body.get("required")),
            "content": {"application/json": {"schema": operation.body}},
        }
    return found


def _parameters(operation: Operation) -> list[Document]:
    path = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "pattern": ids.pattern(prefix)}}
        for name, prefix in operation.ids.items()
    ]
    query = [{"name": name, "in": "query", "schema": schema} for name, schema in operation.query.items()]
    return [*path, *query]


def _success(operation: Operation) -> Document:
    found: Document = {"description": HTTPStatus(operation.status).phrase}
    if operation.response is not None:
        found["content"] = {"application/json": {"schema": operation.response}}
    return found


def _errors(operation: Operation) -> Document:
    return {str(status): {"description": ERRORS[status], "content": ERROR_CONTENT} for status in operation.errors}


def _id(operation: Operation) -> str:
    words = re.findall(r"[A-Za-z0-9]+", operation.path)
    return operation.method.lower() + "".join(word[0].upper() + word[1:] for word in words)
