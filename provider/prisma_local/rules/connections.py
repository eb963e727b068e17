"""Connections: login roles of a database. Their secrets leave with create and rotate, and only then."""

from __future__ import annotations

from typing import Any

from prisma_local import answers, lifecycle
from prisma_local.call import Answer, Call, ok
from prisma_local.errors import Missing
from prisma_local.ids import normalise
from prisma_local.paging import page
from prisma_local.plane import Plane
from prisma_local.rules import owned
from prisma_local.values import LIVE, Connection, Database, Project


def find(plane: Plane, call: Call) -> tuple[Connection, Database]:
    """A connection of the token's workspace, with its database; any other does not exist."""
    found = plane.records.one(Connection, id=call.path["id"], state=LIVE)
    if found is not None:
        database = plane.records.one(Database, id=found.database_id, state=LIVE)
        if database is not None and _is_mine(plane, call, database):
            return found, database
    raise Missing("Connection with the given ID was not found.")


def list_(plane: Plane, call: Call) -> Answer:
    own = plane.records.select(Project, workspace_id=call.workspace.id, state=LIVE)
    where: dict[str, Any] = {"project_id": tuple(row.id for row in own)}
    if "databaseId" in call.query:
        where["id"] = normalise(Database.prefix, call.query["databaseId"])
    return _page(plane, call, plane.records.select(Database, state=LIVE, **where))


def list_of_database(plane: Plane, call: Call) -> Answer:
    return _page(plane, call, [owned.database(plane, call, call.path["databaseId"])])


def get(plane: Plane, call: Call) -> Answer:
    found, database = find(plane, call)
    return ok(answers.connection(plane, found, database))


def create(plane: Plane, call: Call) -> Answer:
    return _create(plane, call, call.body["databaseId"], 201)


def create_in_database(plane: Plane, call: Call) -> Answer:
    """The older route, whose contract says 200."""
    return _create(plane, call, call.path["databaseId"], 200)


def rotate(plane: Plane, call: Call) -> Answer:
    found, database = find(plane, call)
    access = lifecycle.rotate_connection(plane, found)
    return ok(answers.new_connection(plane, found, database, access.password))


def delete(plane: Plane, call: Call) -> Answer:
    found, _ = find(plane, call)
    lifecycle.retire_connection(plane, found)
    return Answer(204)


def _create(plane: Plane, call: Call, database_id: str, status: int) -> Answer:
    database = owned.database(plane, call, database_id)
    access = lifecycle.make_connection(plane, database, call.body["name"])
    return ok(answers.new_connection(plane, access.connection, database, access.password), status)


def _page(plane: Plane, call: Call, of: list[Database]) -> Answer:
    by_id = {row.id: row for row in of}

    def show(rows: list[Connection]) -> list[answers.Shape]:
        return [answers.connection(plane, row, by_id[row.database_id]) for row in rows]

    return page(plane.records, Connection, call.query, show, database_id=tuple(by_id), state=LIVE)


def _is_mine(plane: Plane, call: Call, database: Database) -> bool:
    return plane.records.one(Project, id=database.project_id, workspace_id=call.workspace.id) is not None
