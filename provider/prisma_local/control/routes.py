"""The routes `/_local/…`: without a token, for programs of this machine only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from starlette.requests import Request
from starlette.routing import BaseRoute, Mount

from prisma_local.control.actions import Control
from prisma_local.errors import Forbidden, Invalid
from prisma_local.http import json_schema
from prisma_local.http.result import Result
from prisma_local.http.routing import LOCAL_ONLY, Handler, refuse_other_pages, routes
from prisma_local.operations import openapi
from prisma_local.testing.faults import KINDS

Action = Callable[[dict[str, Any]], Result]

PREFIX = "/_local"
NOT_FOR_PAGES = "The control routes are not for web pages."


class Command(NamedTuple):
    """One method of one path, with a line for people who list them."""

    method: str
    path: str
    does: str
    action: Action


def control_routes(control: Control) -> list[BaseRoute]:
    table = _table(control)
    handlers = [(each.method, each.path, _handler(each.action)) for each in (_contents(table, control), *table)]
    return [
        Mount(PREFIX, routes=routes(handlers), middleware=LOCAL_ONLY),
        *routes([("GET", "/openapi.json", _handler(_document))]),
    ]


def _table(control: Control) -> list[Command]:
    return [
        Command("GET", "/requests", "The API requests so far, in order, without secrets.", control.requests),
        Command("DELETE", "/requests", "Empty this log.", control.clear_requests),
        Command("POST", "/backups", 'Back up a database now: {"databaseId"}.', control.take_backup),
        Command(
            "POST",
            "/drift",
            'Change or delete an object as somebody at the console would: {"id", "set": {…}}, or {"id", "gone": true}.',
            control.drift,
        ),
        Command(
            "POST",
            "/variables",
            'The variables that a deployment of a branch would get now, with their values: {"branchId"}.',
            control.deployed_variables,
        ),
        Command("GET", "/faults", "The faults that are set.", control.list_faults),
        Command(
            "POST",
            "/faults",
            'Let requests fail: {"kind", "method", "path", "match", "after", "times"} and the options of the kind, one '
            f'of {", ".join(KINDS)}. match is what the body holds, such as {{"isDefault": true}}.',
            control.add_fault,
        ),
        Command("DELETE", "/faults", "Remove all faults, and release the requests they delay.", control.clear_faults),
        Command(
            "GET",
            "/settings",
            "Latency, limits, oneDefault, cold starts, a workspace's plan, and how many requests are open.",
            control.show_settings,
        ),
        Command("PUT", "/settings", "Change some of them, by the names that GET shows.", control.change_settings),
        Command(
            "POST", "/tokens", 'Create a token of a workspace, and the workspace if new: {"workspace"}.', control.mint
        ),
        Command("DELETE", "/tokens", 'Revoke a token: {"token"}.', control.revoke),
        Command(
            "POST",
            "/repositories",
            'Connect a GitHub repository, whose jobs may then work in a workspace: {"repository", "workspace"}.',
            control.connect_repository,
        ),
        Command("GET", "/postgres", "The databases and roles that PostgreSQL really has.", control.postgres),
        Command("GET", "/stock", "The databases that were made in advance, for creates to come.", control.stock),
        Command("POST", "/reset", "Delete everything of every workspace, as after the first start.", control.reset),
        Command("GET", "/openapi.json", "The OpenAPI document of the Management API as served here.", _document),
    ]


def _contents(table: Iterable[Command], control: Control) -> Command:
    """The list of all the others, and what is to be known of PostgreSQL here."""
    listed = [{"method": each.method, "path": PREFIX + each.path, "does": each.does} for each in table]
    return Command("GET", "/", "This list.", lambda _body: Result(200, {"data": listed, **control.about_postgres()}))


def _document(_body: dict[str, Any]) -> Result:
    return Result(200, openapi.document())


def _handler(action: Action) -> Handler:
    def handle(request: Request, raw: bytes) -> Result:
        if "origin" in request.headers:
            raise Forbidden(NOT_FOR_PAGES)
        refuse_other_pages(request.headers, NOT_FOR_PAGES)
        body = json_schema.read(raw)
        if not isinstance(body, dict):
            raise Invalid("The body must be an object.")
        return action(body)

    return handle
