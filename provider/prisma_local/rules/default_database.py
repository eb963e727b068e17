"""The default database of a project: at most one; once there is one, it can only be replaced by another."""

from __future__ import annotations

from prisma_local.databases.context import Context
from prisma_local.databases.variables import write_managed
from prisma_local.store.values import LIVE, Database


def current(context: Context, project_id: str) -> Database | None:
    return context.records.one(Database, project_id=project_id, state=LIVE, is_default=True)


def promote(context: Context, database: Database) -> None:
    """Make this the only default database; inside the caller's transaction."""
    for other in context.records.select(Database, project_id=database.project_id, is_default=True):
        context.records.change(Database, other.id, is_default=False)
    context.records.change(Database, database.id, is_default=True)
    write_managed(context, database.project_id)
