"""What is the token's to see: what belongs to another workspace does not exist."""

from __future__ import annotations

from prisma_local.databases.context import Context
from prisma_local.errors import NotFound
from prisma_local.rules.call import Call
from prisma_local.store.values import LIVE, Backup, Branch, Connection, Database, Project


def project(context: Context, call: Call, id_: str) -> Project:
    """A project of the token's workspace; any other does not exist."""
    full = Project.prefix + id_.removeprefix(Project.prefix)
    found = context.records.one(Project, id=full, workspace_id=call.workspace.id, state=LIVE)
    if found is None:
        raise NotFound("Project with the given ID was not found.")
    return found


def branch(context: Context, call: Call) -> tuple[Branch, Project]:
    """A branch of the token's workspace, with its project; any other does not exist."""
    found = context.records.one(Branch, id=call.path["branchId"])
    if found is not None:
        mine = {"workspace_id": call.workspace.id, "state": LIVE}
        project = context.records.one(Project, id=found.project_id, **mine)
        if project is not None:
            return found, project
    raise NotFound("Branch with the given ID was not found.")


def database(context: Context, call: Call, id_: str) -> Database:
    full = Database.prefix + id_.removeprefix(Database.prefix)
    found = context.records.one(Database, id=full, state=LIVE)
    mine = found and context.records.one(Project, id=found.project_id, workspace_id=call.workspace.id)
    if found is None or mine is None:
        raise NotFound("Database with the given ID was not found.")
    return found


def backup(context: Context, of: Database, id_: str) -> Backup:
    full = Backup.prefix + id_.removeprefix(Backup.prefix)
    found = context.records.one(Backup, id=full, database_id=of.id, state=LIVE)
    if found is None:
        raise NotFound("Backup with the given ID was not found for the database.")
    return found


def connection(context: Context, call: Call) -> tuple[Connection, Database]:
    """A connection of the token's workspace, with its database; any other does not exist."""
    found = context.records.one(Connection, id=call.path["id"], state=LIVE)
    if found is not None:
        database = context.records.one(Database, id=found.database_id, state=LIVE)
        if database is not None and _is_mine(context, call, database):
            return found, database
    raise NotFound("Connection with the given ID was not found.")


def _is_mine(context: Context, call: Call, database: Database) -> bool:
    return context.records.one(Project, id=database.project_id, workspace_id=call.workspace.id) is not None
