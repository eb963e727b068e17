"""The ASGI application: every route, behind the gateway."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from prisma_local.authorization.routes import authorization_routes
from prisma_local.authorization.tokens import Tokens
from prisma_local.control.actions import Control
from prisma_local.control.routes import control_routes
from prisma_local.databases.context import Context
from prisma_local.errors import ApiError, MethodNotAllowed, NotFound
from prisma_local.http.gateway import Gateway
from prisma_local.http.routing import error_response
from prisma_local.operations.routes import operation_routes
from prisma_local.page.routes import page_routes


def build(context: Context, tokens: Tokens, control: Control) -> ASGIApp:
    routes = [
        *operation_routes(context, tokens),
        *authorization_routes(control.grants, control.repositories, context.base_url),
        *control_routes(control),
        *page_routes(context, control.request_log),
    ]
    served = Starlette(routes=routes, exception_handlers={HTTPException: _show_http_exception})
    return Gateway(served, tokens.authenticate, control.faults, control.request_log, context.settings)


async def _show_http_exception(request: Request, refusal: Exception) -> Response:
    """Starlette's own refusals: an unknown path, a method that the path does not have."""
    if not isinstance(refusal, HTTPException):
        raise refusal
    error: ApiError = NotFound(f"There is no {request.url.path} here.")
    if refusal.status_code == 405:
        error = MethodNotAllowed(f"{request.url.path} does not take {request.method}.")
    elif refusal.status_code != 404:
        error = ApiError(refusal.detail, status=refusal.status_code)
    return error_response(error, refusal.headers)
