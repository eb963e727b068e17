"""What all routes share: who may use them, and how an action becomes a response."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from prisma_local.errors import ApiError, Forbidden
from prisma_local.http.result import Result

log = logging.getLogger("prisma_local")

Endpoint = Callable[[Request], Awaitable[Response]]
# Takes a request and its body. It may block (PostgreSQL, SQLite), so it runs in a worker thread.
Handler = Callable[[Request, bytes], Result]

# A web page can reach 127.0.0.1 under a host name of its own (DNS rebinding): only these names are accepted.
LOCAL_ONLY = [Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"], www_redirect=False)]
# Sec-Fetch-Site as a browser sends it for its address bar and for our own page; a program sends none.
SAME_SITE = (None, "none", "same-origin")


def refuse_other_pages(headers: Headers, message: str) -> None:
    """A browser that sends a request for a page which is not ours."""
    if headers.get("sec-fetch-site") not in SAME_SITE:
        raise Forbidden(message)


def routes(handlers: Iterable[tuple[str, str, Handler]]) -> list[Route]:
    """A route for each path, from triples of method, path and handler."""
    by_path: dict[str, dict[str, Handler]] = {}
    for method, path, handler in handlers:
        by_path.setdefault(path, {})[method] = handler
    return [Route(path, _endpoint(methods), methods=list(methods)) for path, methods in by_path.items()]


def _endpoint(handlers: Mapping[str, Handler]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        handler = handlers["GET" if request.method == "HEAD" else request.method]
        raw = await request.body()
        return await respond(lambda: handler(request, raw), request)

    return endpoint


async def respond(action: Callable[[], Result], request: Request) -> Response:
    """The response to a request, whether the action returns or raises."""
    return await run_in_threadpool(_respond, action, f"{request.method} {request.url.path}")


def _respond(action: Callable[[], Result], name: str) -> Response:
    try:
        result = action()
    except ApiError as error:
        return error_response(error)
    except Exception:
        log.exception("%s failed", name)
        return error_response(ApiError("prisma-local failed; the reason is on its stderr."))
    if result.status == 204:
        return Response(status_code=204)
    return JSONResponse(result.body, status_code=result.status)


def error_response(error: ApiError, headers: Mapping[str, str] | None = None) -> JSONResponse:
    return JSONResponse(error.envelope(), status_code=error.status, headers=headers)
