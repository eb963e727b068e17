"""The page, its files and its data: for this machine only, and for no page but ours."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from prisma_local.databases.connections import create_connection
from prisma_local.databases.context import Context
from prisma_local.http.request_log import RequestLog
from prisma_local.http.result import Result
from prisma_local.http.routing import LOCAL_ONLY, Endpoint, refuse_other_pages, respond
from prisma_local.page.overview import overview
from prisma_local.rules import response_bodies
from prisma_local.store.values import Database

FILES = Path(__file__).with_name("files")
ASSETS = {
    "/": ("index.html", "text/html"),
    "/_page/page.css": ("page.css", "text/css"),
    "/_page/page.js": ("page.js", "text/javascript"),
}
SHOWN_REQUESTS = 200
NAME = "page of prisma-local"
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def page_routes(context: Context, request_log: RequestLog) -> list[BaseRoute]:
    table: dict[str, Endpoint] = {path: _asset(*part) for path, part in ASSETS.items()}
    table["/_page/overview"] = _data(lambda _: Result(200, overview(context)))
    table["/_page/requests"] = _data(lambda _: Result(200, {"data": request_log.as_json(SHOWN_REQUESTS)}))
    shown = [Route(path, endpoint, methods=["GET"], middleware=LOCAL_ONLY) for path, endpoint in table.items()]
    new_connection = _data(partial(_connection, context))
    return [*shown, Route("/_page/connections/{id}", new_connection, methods=["POST"], middleware=LOCAL_ONLY)]


def _connection(context: Context, request: Request) -> Result:
    """A new connection of a database, for the clipboard: of no other one the password is known."""
    database = context.live(Database, request.path_params["id"])
    made = create_connection(context, database, NAME)
    endpoints = response_bodies.endpoints(context, made.connection, made.password)
    return Result(201, {name: endpoint["connectionString"] for name, endpoint in endpoints.items()})


def _asset(name: str, kind: str) -> Endpoint:
    content = (FILES / name).read_bytes()

    async def endpoint(_request: Request) -> Response:
        return Response(content, media_type=kind, headers=HEADERS)

    return endpoint


def _data(read: Callable[[Request], Result]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        def result() -> Result:
            refuse_other_pages(request.headers, "This is for our own page only.")
            return read(request)

        response = await respond(result, request)
        response.headers.update(HEADERS)
        return response

    return endpoint
