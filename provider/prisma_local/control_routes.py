"""Where the control answers: `/_local/…`, without a token, and for programs of this machine only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from prisma_local import openapi, schema
from prisma_local.call import Answer
from prisma_local.control import Control
from prisma_local.errors import Forbidden, Invalid
from prisma_local.hosts import HOSTS
from prisma_local.respond import answered

Act = Callable[[dict[str, Any]], Answer]
Endpoint = Callable[[Request], Awaitable[Response]]


def control_routes(control: Control) -> list[BaseRoute]:
    table: dict[str, dict[str, Act]] = {
        "/requests": {"GET": control.requests, "DELETE": control.clear_requests},
        "/faults": {"GET": control.list_faults, "POST": control.add_fault, "DELETE": control.clear_faults},
        "/settings": {"GET": control.show_settings, "PUT": control.change_settings},
        "/tokens": {"POST": control.mint, "DELETE": control.revoke},
        "/repositories": {"POST": control.link},
        "/backups": {"POST": control.take_backup},
        "/drift": {"POST": control.drift},
        "/reset": {"POST": control.reset},
        "/postgres": {"GET": control.postgres},
        "/stock": {"GET": control.stock},
        "/openapi.json": {"GET": _document},
    }
    routes = [Route(path, _endpoint(acts), methods=list(acts)) for path, acts in table.items()]
    local_only = [Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False)]
    return [
        Mount("/_local", routes=routes, middleware=local_only),
        Route("/openapi.json", _endpoint({"GET": _document}), methods=["GET"]),
    ]


def _document(_body: dict[str, Any]) -> Answer:
    return Answer(200, openapi.document())


def _endpoint(acts: dict[str, Act]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if "origin" in request.headers:
            # No browser needs these; a page that tries is somebody else's.
            refusal = Forbidden("The control routes are not for web pages.")
            return JSONResponse(refusal.envelope(), status_code=refusal.status)
        raw = await request.body()
        act = acts["GET" if request.method == "HEAD" else request.method]
        return await run_in_threadpool(answered, lambda: act(_read(raw)), request.url.path)

    return endpoint


def _read(raw: bytes) -> dict[str, Any]:
    try:
        body = schema.read(raw)
    except schema.Unfit as unfit:
        raise Invalid(str(unfit)) from unfit
    if not isinstance(body, dict):
        raise Invalid("The body must be an object.")
    return body
