"""Objects of the token's workspace, by id. What belongs to another workspace is not found."""

from __future__ import annotations

from prisma_local.databases.context import Context
from prisma_local.errors import NotFound
from prisma_local.rules.call import Call
from prisma_local.store.ids import with_prefix
from prisma_local.store.values import LIVE, Backup, Branch, Connection, Database, Project


def project(context: Context, call: Call, id_: str) -> Project:
    return context.live(Project, with_prefix(Project.prefix, id_), workspace_id=call.workspace.id)


def branch(context: Context, call: Call) -> tuple[Branch, Project]:
    """The branch that the path names, with its project."""
    found = context.records.one(Branch, id=call.path["branchId"])
    owner = _own_project(context, call, found.project_id) if found else None
    if found is None or owner is None:
        raise NotFound("Branch with the given ID was not found.")
    return found, owner


def database(context: Context, call: Call, id_: str) -> Database:
    found = context.live(Database, with_prefix(Database.prefix, id_))
    if _own_project(context, call, found.project_id) is None:
        raise NotFound("Database with the given ID was not found.")
    return found


def connection(context: Context, call: Call) -> tuple[Connection, Database]:
    """The connection that the path names, with its database."""
    found = context.live(Connection, call.path["id"])
    of = context.records.one(Database, id=found.database_id, state=LIVE)
    if of is None or _own_project(context, call, of.project_id) is None:
        raise NotFound("Connection with the given ID was not found.")
    return found, of


def backup(context: Context, of: Database, id_: str) -> Backup:
    found = context.records.one(Backup, id=with_prefix(Backup.prefix, id_), database_id=of.id, state=LIVE)
    if found is None:
        raise NotFound("Backup with the given ID was not found for the database.")
    return found


def _own_project(context: Context, call: Call, id_: str) -> Project | None:
    return context.records.one(Project, id=id_, workspace_id=call.workspace.id, state=LIVE)
