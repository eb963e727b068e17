"""Connections: login roles of a database. Their secrets leave with create and rotate, and only then."""

from __future__ import annotations

from typing import Any

from prisma_local.databases import lifecycle
from prisma_local.databases.context import Plane
from prisma_local.http.result import Answer, ok
from prisma_local.rules import find, response_bodies
from prisma_local.rules.call import Call
from prisma_local.rules.pagination import page
from prisma_local.store.ids import normalise
from prisma_local.store.values import LIVE, Connection, Database, Project


def list_(plane: Plane, call: Call) -> Answer:
    own = plane.records.select(Project, workspace_id=call.workspace.id, state=LIVE)
    where: dict[str, Any] = {"project_id": tuple(row.id for row in own)}
    if "databaseId" in call.query:
        where["id"] = normalise(Database.prefix, call.query["databaseId"])
    return _page(plane, call, plane.records.select(Database, state=LIVE, **where))


def list_of_database(plane: Plane, call: Call) -> Answer:
    return _page(plane, call, [find.database(plane, call, call.path["databaseId"])])


def get(plane: Plane, call: Call) -> Answer:
    found, database = find.connection(plane, call)
    return ok(response_bodies.connection(plane, found, database))


def create(plane: Plane, call: Call) -> Answer:
    return _create(plane, call, call.body["databaseId"], 201)


def create_in_database(plane: Plane, call: Call) -> Answer:
    """The older route, whose contract says 200."""
    return _create(plane, call, call.path["databaseId"], 200)


def rotate(plane: Plane, call: Call) -> Answer:
    found, database = find.connection(plane, call)
    access = lifecycle.rotate_connection(plane, found)
    return ok(response_bodies.new_connection(plane, found, database, access.password))


def delete(plane: Plane, call: Call) -> Answer:
    found, _ = find.connection(plane, call)
    lifecycle.retire_connection(plane, found)
    return Answer(204)


def _create(plane: Plane, call: Call, database_id: str, status: int) -> Answer:
    database = find.database(plane, call, database_id)
    access = lifecycle.make_connection(plane, database, call.body["name"])
    return ok(response_bodies.new_connection(plane, access.connection, database, access.password), status)


def _page(plane: Plane, call: Call, of: list[Database]) -> Answer:
    by_id = {row.id: row for row in of}

    def show(rows: list[Connection]) -> list[response_bodies.Shape]:
        return [response_bodies.connection(plane, row, by_id[row.database_id]) for row in rows]

    return page(plane.records, Connection, call.query, show, database_id=tuple(by_id), state=LIVE)
