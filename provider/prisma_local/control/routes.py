"""Where the control answers: `/_local/…`, without a token, and for programs of this machine only."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import Any, NamedTuple

from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route

from prisma_local.control.actions import Control
from prisma_local.errors import Forbidden, Invalid
from prisma_local.http import json_schema
from prisma_local.http.local_only import HOSTS, of_another_page
from prisma_local.http.responses import respond
from prisma_local.http.result import Result
from prisma_local.operations import openapi
from prisma_local.testing.faults import KINDS

Act = Callable[[dict[str, Any]], Result]
Endpoint = Callable[[Request], Awaitable[Response]]

PREFIX = "/_local"


class Way(NamedTuple):
    """What one method of one path does, in a line for people."""

    method: str
    path: str
    does: str
    act: Act


def control_routes(control: Control) -> list[BaseRoute]:
    ways = _ways(control)
    local_only = [Middleware(TrustedHostMiddleware, allowed_hosts=HOSTS, www_redirect=False)]
    return [
        Mount(PREFIX, routes=_routes([_contents(ways), *ways]), middleware=local_only),
        Route("/openapi.json", _endpoint({"GET": _document}), methods=["GET"]),
    ]


def _ways(control: Control) -> list[Way]:
    return [
        Way("GET", "/requests", "The calls that were answered, in order, without secrets.", control.requests),
        Way("DELETE", "/requests", "Forget them.", control.clear_requests),
        Way("POST", "/backups", 'Back a database up now: {"databaseId"}.', control.take_backup),
        Way(
            "POST",
            "/drift",
            'Change or remove an object behind everybody\'s back: {"id", "set": {…}}, or {"id", "gone": true}.',
            control.drift,
        ),
        Way("GET", "/faults", "The faults that wait for calls.", control.list_faults),
        Way(
            "POST",
            "/faults",
            'Let calls fail: {"kind", "method", "path", "match", "after", "times"} and what the kind takes, one of '
            f'{", ".join(KINDS)}. match is what the body has, such as {{"isDefault": true}}; a full plan is '
            '{"kind": "status", "status": 403, "code": "planLimitReached", "message": "Workspace plan limit reached"}.',
            control.add_fault,
        ),
        Way("DELETE", "/faults", "Take all faults away, and let go of the calls that they hold.", control.clear_faults),
        Way("GET", "/settings", "How slow, how strict (oneDefault) and how busy the server is.", control.show_settings),
        Way("PUT", "/settings", "Change some of them, by the names that GET shows.", control.change_settings),
        Way("POST", "/tokens", 'A token of a workspace, made where it is missing: {"workspace"}.', control.mint),
        Way("DELETE", "/tokens", 'Revoke one: {"token"}.', control.revoke),
        Way(
            "POST",
            "/repositories",
            'Let jobs of a GitHub repository work in a workspace: {"repository", "workspace"}.',
            control.link,
        ),
        Way("GET", "/postgres", "The databases and roles that PostgreSQL really holds.", control.postgres),
        Way("GET", "/stock", "The databases that were made beforehand, for the creates to come.", control.stock),
        Way("POST", "/reset", "As after the first start: everything of every workspace is deleted.", control.reset),
        Way("GET", "/openapi.json", "The OpenAPI document of the Management API as it is served here.", _document),
    ]


def _contents(ways: Iterable[Way]) -> Way:
    """All the others, for who asks what there is."""
    listed = [{"method": way.method, "path": PREFIX + way.path, "does": way.does} for way in ways]
    return Way("GET", "/", "This.", lambda _body: Result(200, {"data": listed}))


def _routes(ways: Iterable[Way]) -> list[Route]:
    """One for each path, whatever its methods."""
    acts: dict[str, dict[str, Act]] = {}
    for way in ways:
        acts.setdefault(way.path, {})[way.method] = way.act
    return [Route(path, _endpoint(methods), methods=list(methods)) for path, methods in acts.items()]


def _document(_body: dict[str, Any]) -> Result:
    return Result(200, openapi.document())


def _endpoint(acts: dict[str, Act]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if "origin" in request.headers or of_another_page(request.headers):
            # No browser needs these; a page that tries is somebody else's.
            refusal = Forbidden("The control routes are not for web pages.")
            return JSONResponse(refusal.envelope(), status_code=refusal.status)
        raw = await request.body()
        act = acts["GET" if request.method == "HEAD" else request.method]
        return await run_in_threadpool(respond, lambda: act(_read(raw)), request.url.path)

    return endpoint


def _read(raw: bytes) -> dict[str, Any]:
    try:
        body = json_schema.read(raw)
    except json_schema.ValidationError as error:
        raise Invalid(str(error)) from error
    if not isinstance(body, dict):
        raise Invalid("The body must be an object.")
    return body
