"""What is not there, or cannot be, and how it is said."""

from __future__ import annotations

import secrets
import string

from live.findings import DIFFERS, Found, NotTried, Table, compared, field, holds
from live.world import World, path_of

ROWS = Table()
PREFIXES = {"projects": "proj", "databases": "db", "connections": "con", "branches": "br"}


@ROWS.row("absent-project", "GET of a project that is none: 404", "api/answers.py status_error")
def _(world: World) -> Found:
    return world.api.get(_nothing("projects")).expected(404)


@ROWS.row("absent-database", "GET of a database that is none: 404", "live/databases.py _database_by_id")
def _(world: World) -> Found:
    return world.api.get(_nothing("databases")).expected(404)


@ROWS.row("absent-connection", "GET of a connection that is none: 404", "live/connections.py connection")
def _(world: World) -> Found:
    return world.api.get(_nothing("connections")).expected(404)


@ROWS.row("absent-branch", "GET of a branch that is none: 404", "live/branches.py branch")
def _(world: World) -> Found:
    field(world.branch, "id")
    return world.api.get(_nothing("branches")).expected(404)


@ROWS.row("absent-changed", "PATCH of a database that is none: 404", "handlers/changes.py patch")
def _(world: World) -> Found:
    return world.api.patch(_nothing("databases"), name="x").expected(404)


@ROWS.row("absent-deleted", "DELETE of a database that is none: 404", "handlers/changes.py delete")
def _(world: World) -> Found:
    return world.api.delete(_nothing("databases")).expected(404)


@ROWS.row(
    "absent-home",
    "The databases of a project that is none: an empty list, 404 or 403",
    "live/projects.py _within",
)
def _(world: World) -> Found:
    answer = world.api.get("/v1/databases", projectId=_nothing("projects").rpartition("/")[2], limit=100)
    return compared(0, len(answer.data)) if answer.well else answer.expected(403, 404)


@ROWS.row(
    "absent-home-of-branches",
    "The branches of a project that is none: 404, or an empty list",
    "live/branches.py _branches_of",
)
def _(world: World) -> Found:
    field(world.branch, "id")
    answer = world.api.get(f"{_nothing('projects')}/branches", limit=100)
    return compared(0, len(answer.data)) if answer.well else answer.expected(404)


@ROWS.row("refusal", "What cannot be is refused by 400 or 422", "api/answers.py status_error")
def _(world: World) -> Found:
    answer = world.create("nowhere", region="no-region-of-this-service")
    if answer.well:
        world.api.delete(path_of(answer.data))
        raise NotTried("the service takes a region that is none")
    return answer.expected(400, 422)


@ROWS.row("error-body", "A refusal has an error with code and message", "api/refusals.py read")
def _(world: World) -> Found:
    refusals = (world.api.get(_nothing("databases")), world.api.patch(_nothing("databases"), name="x"))
    for answer in refusals:
        for name in ("code", "message"):
            if not isinstance(field(answer.body, f"error.{name}"), str):
                return Found(DIFFERS, f"a text as error.{name}", str(answer.error))
    return holds("; ".join(answer.said for answer in refusals))


@ROWS.row("ids", "An id is taken with and without its prefix", "api/ids.py bare_id")
def _(world: World) -> Found:
    own = str(field(world.first, "id"))
    other = own.removeprefix("db_") if own.startswith("db_") else f"db_{own}"
    answer = world.api.get(f"/v1/databases/{other}")
    if answer.status == 404:
        raise NotTried("the service takes ids only in the form in which it gives them")
    return compared(
        own.removeprefix("db_"), str(field(answer.data, "id")).removeprefix("db_"), says=f"{own[:3]}…: {answer.status}"
    )


def _nothing(kind: str) -> str:
    """The path of an object that nobody has."""
    letters = "".join(secrets.choice(string.ascii_lowercase + string.digits) for _ in range(24))
    return f"/v1/{kind}/{PREFIXES[kind]}_c{letters}"
