"""Connections: login roles of a database. Only the responses to create and rotate hold their secrets."""

from __future__ import annotations

from typing import Any

from prisma_local.databases import connections, deletion
from prisma_local.databases.context import Context
from prisma_local.http.result import Result, ok
from prisma_local.rules import find, response_bodies
from prisma_local.rules.call import Call
from prisma_local.rules.pagination import page
from prisma_local.store.ids import normalise
from prisma_local.store.values import LIVE, Connection, Database, Project


def list_(context: Context, call: Call) -> Result:
    own = context.records.select(Project, workspace_id=call.workspace.id, state=LIVE)
    where: dict[str, Any] = {"project_id": tuple(row.id for row in own)}
    if "databaseId" in call.query:
        where["id"] = normalise(Database.prefix, call.query["databaseId"])
    return _page(context, call, context.records.select(Database, state=LIVE, **where))


def list_of_database(context: Context, call: Call) -> Result:
    return _page(context, call, [find.database(context, call, call.path["databaseId"])])


def get(context: Context, call: Call) -> Result:
    found, database = find.connection(context, call)
    return ok(response_bodies.connection(context, found, database))


def create(context: Context, call: Call) -> Result:
    return _create(context, call, call.body["databaseId"], 201)


def create_in_database(context: Context, call: Call) -> Result:
    """The older route, whose contract says 200."""
    return _create(context, call, call.path["databaseId"], 200)


def rotate(context: Context, call: Call) -> Result:
    found, database = find.connection(context, call)
    credentials = connections.rotate_connection(context, found)
    return ok(response_bodies.new_connection(context, found, database, credentials.password))


def delete(context: Context, call: Call) -> Result:
    found, _ = find.connection(context, call)
    deletion.delete_connection(context, found)
    return Result(204)


def _create(context: Context, call: Call, database_id: str, status: int) -> Result:
    database = find.database(context, call, database_id)
    credentials = connections.create_connection(context, database, call.body["name"])
    return ok(response_bodies.new_connection(context, credentials.connection, database, credentials.password), status)


def _page(context: Context, call: Call, of: list[Database]) -> Result:
    by_id = {row.id: row for row in of}

    def show(rows: list[Connection]) -> list[response_bodies.Json]:
        return [response_bodies.connection(context, row, by_id[row.database_id]) for row in rows]

    return page(context.records, Connection, call.query, show, database_id=tuple(by_id), state=LIVE)
