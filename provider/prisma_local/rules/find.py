"""What is the token's to see: what belongs to another workspace does not exist."""

from __future__ import annotations

from prisma_local.databases.context import Plane
from prisma_local.errors import Missing
from prisma_local.rules.call import Call
from prisma_local.store.values import LIVE, Backup, Branch, Connection, Database, Project


def project(plane: Plane, call: Call, id_: str) -> Project:
    """A project of the token's workspace; any other does not exist."""
    full = Project.prefix + id_.removeprefix(Project.prefix)
    found = plane.records.one(Project, id=full, workspace_id=call.workspace.id, state=LIVE)
    if found is None:
        raise Missing("Project with the given ID was not found.")
    return found


def branch(plane: Plane, call: Call) -> tuple[Branch, Project]:
    """A branch of the token's workspace, with its project; any other does not exist."""
    found = plane.records.one(Branch, id=call.path["branchId"])
    if found is not None:
        mine = {"workspace_id": call.workspace.id, "state": LIVE}
        project = plane.records.one(Project, id=found.project_id, **mine)
        if project is not None:
            return found, project
    raise Missing("Branch with the given ID was not found.")


def database(plane: Plane, call: Call, id_: str) -> Database:
    full = Database.prefix + id_.removeprefix(Database.prefix)
    found = plane.records.one(Database, id=full, state=LIVE)
    mine = found and plane.records.one(Project, id=found.project_id, workspace_id=call.workspace.id)
    if found is None or mine is None:
        raise Missing("Database with the given ID was not found.")
    return found


def backup(plane: Plane, of: Database, id_: str) -> Backup:
    full = Backup.prefix + id_.removeprefix(Backup.prefix)
    found = plane.records.one(Backup, id=full, database_id=of.id, state=LIVE)
    if found is None:
        raise Missing("Backup with the given ID was not found for the database.")
    return found


def connection(plane: Plane, call: Call) -> tuple[Connection, Database]:
    """A connection of the token's workspace, with its database; any other does not exist."""
    found = plane.records.one(Connection, id=call.path["id"], state=LIVE)
    if found is not None:
        database = plane.records.one(Database, id=found.database_id, state=LIVE)
        if database is not None and _is_mine(plane, call, database):
            return found, database
    raise Missing("Connection with the given ID was not found.")


def _is_mine(plane: Plane, call: Call, database: Database) -> bool:
    return plane.records.one(Project, id=database.project_id, workspace_id=call.workspace.id) is not None
