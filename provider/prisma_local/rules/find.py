"""Objects of the token's workspace, by id. What belongs to another workspace is not found."""

from __future__ import annotations

from prisma_local.databases.context import Context
from prisma_local.errors import NotFound
from prisma_local.rules.call import Call
from prisma_local.store.ids import with_prefix
from prisma_local.store.values import (
    LIVE,
    Backup,
    Branch,
    Connection,
    Database,
    EnvironmentVariable,
    Project,
    Workspace,
)


def sees_workspace(call: Call, id_: str) -> bool:
    """A service token sees its own workspace only; a person sees all of them, which are this machine's user's."""
    return id_ == call.workspace.id or call.token.grant_id is not None


def workspace(context: Context, call: Call, id_: str) -> Workspace:
    found = context.records.one(Workspace, id=id_)
    if found is None or not sees_workspace(call, id_):
        raise NotFound("Workspace with the specified ID was not found.")
    return found


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


def environment_variable(context: Context, call: Call) -> EnvironmentVariable:
    """The variable that the path names."""
    found = context.records.one(EnvironmentVariable, id=call.path["envVarId"])
    if found is None or _own_project(context, call, found.project_id) is None:
        raise NotFound("Environment variable with the given ID was not found.")
    return found


def backup(context: Context, of: Database, id_: str) -> Backup:
    found = context.records.one(Backup, id=with_prefix(Backup.prefix, id_), database_id=of.id, state=LIVE)
    if found is None:
        raise NotFound("Backup with the given ID was not found for the database.")
    return found


def _own_project(context: Context, call: Call, id_: str) -> Project | None:
    return context.records.one(Project, id=id_, workspace_id=call.workspace.id, state=LIVE)
