"""The ASGI application: every route, behind the gateway."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from prisma_local.authorization.routes import authorization_routes
from prisma_local.authorization.tokens import Access
from prisma_local.control.actions import Control
from prisma_local.control.routes import control_routes
from prisma_local.databases.context import Plane
from prisma_local.errors import Missing, Problem, WrongMethod
from prisma_local.http.gateway import Gate
from prisma_local.operations.routes import operation_routes
from prisma_local.page.routes import page_routes


def build(plane: Plane, access: Access, control: Control) -> ASGIApp:
    routes = [
        *operation_routes(plane, access),
        *authorization_routes(control.grants, control.repositories, plane.base_url),
        *control_routes(control),
        *page_routes(plane, control.journal),
    ]
    served = Starlette(routes=routes, exception_handlers={HTTPException: _show_http_exception})
    return Gate(served, access.admit, control.faults, control.journal, plane.settings)


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
