"""The page, its parts, and what it asks for: for this machine, and for no other page than ours."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from prisma_local.databases.context import Context
from prisma_local.errors import Forbidden
from prisma_local.http.local_only import HOSTS, of_another_page
from prisma_local.http.request_log import RequestLog
from prisma_local.http.responses import respond
from prisma_local.http.result import Result
from prisma_local.page.overview import overview

FILES = Path(__file__).with_name("files")
PARTS = {
    "/": ("index.html", "text/html"),
    "/_page/page.css": ("page.css", "text/css"),
    "/_page/page.js": ("page.js", "text/javascript"),
}
SHOWN_REQUESTS = 200
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}

Endpoint = Callable[[Request], Awaitable[Response]]


def page_routes(context: Context, request_log: RequestLog) -> list[BaseRoute]:
    local_only = [Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False)]
    table: dict[str, Endpoint] = {path: _part(*part) for path, part in PARTS.items()}
    table["/_page/overview"] = _data(lambda: Result(200, overview(context)))
    table["/_page/requests"] = _data(lambda: Result(200, {"data": request_log.as_json(SHOWN_REQUESTS)}))
    return [Route(path, endpoint, methods=["GET"], middleware=local_only) for path, endpoint in table.items()]


def _part(name: str, kind: str) -> Endpoint:
    content = (FILES / name).read_bytes()

    async def endpoint(_request: Request) -> Response:
        return Response(content, media_type=kind, headers=HEADERS)

    return endpoint


def _data(act: Callable[[], Result]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if of_another_page(request.headers):
            refusal = Forbidden("This is for our own page only.")
            return JSONResponse(refusal.envelope(), status_code=refusal.status)
        response = await run_in_threadpool(respond, act, request.url.path)
        response.headers.update(HEADERS)
        return response

    return endpoint
