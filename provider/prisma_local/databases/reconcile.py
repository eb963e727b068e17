"""What a start does with what a crash left: records and PostgreSQL are made to agree again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from prisma_local.databases import backups, recovery, variables
from prisma_local.databases.context import Context
from prisma_local.databases.creation import end_provisioning
from prisma_local.databases.deletion import drop_connection, drop_database, drop_project
from prisma_local.store.values import CREATING, DELETING, LIVE, Backup, Connection, Database, Project

log = logging.getLogger("prisma_local")


def reconcile(context: Context) -> None:
    """What was half created or half deleted is dropped, a restore starts again."""
    records = context.records
    with records.transaction():
        for project in records.select(Project, state=CREATING):
            records.change(Project, project.id, state=DELETING)
        for database in records.select(Database, state=CREATING):
            records.change(Database, database.id, state=DELETING, is_default=False)
    for database in records.select(Database, state=DELETING):
        _attempt(f"the deleted database {database.id}", partial(drop_database, context, database.id))
    for project in records.select(Project, state=DELETING):
        if not records.select(Database, project_id=project.id):
            _attempt(f"the deleted project {project.id}", partial(drop_project, context, project.id))
    for connection in records.select(Connection, state=(CREATING, DELETING)):
        _attempt(f"the deleted connection {connection.id}", partial(drop_connection, context, connection.id))
    for backup in records.select(Backup, state=CREATING):
        _attempt(f"the unfinished backup {backup.id}", partial(backups.delete, context, backup))
    for database in records.select(Database, state=LIVE):
        _attempt(f"the restore of {database.id}", partial(recovery.resume, context, database))
    _attempt("sessions without limit", context.tenants.limit_connections)
    _compare_with_postgres(context)
    for database in records.select(Database, state=LIVE, is_default=True):
        _attempt("DATABASE_URL", partial(variables.write_managed, context, database.project_id))
    for database in records.select(Database, status="provisioning"):
        context.background.schedule(database.ready_at or 0.0, partial(end_provisioning, context, database.id))


def _attempt(what: str, action: Callable[[], None]) -> None:
    """An obstacle in one tenant's database does not keep the server from starting for the others."""
    try:
        action()
    except Exception as error:
        reason = str(error).partition("\n")[0]
        log.warning("%s could not be cleaned up; the next start tries again: %s", what, reason)


def _compare_with_postgres(context: Context) -> None:
    """Report what does not agree, and never drop what has no record."""
    existing = set(context.tenants.databases.names())
    _attempt("the stock", partial(context.stock.reconcile, existing))
    existing -= context.stock.names() | context.tenants.shadows.names()
    recorded = {database.pg_name: database for database in context.records.select(Database)}
    for name in sorted(existing - set(recorded)):
        log.warning("PostgreSQL holds a database %s that no record knows; it is left alone", name)
    for name in sorted(set(recorded) - existing):
        log.warning("the database %s is missing in PostgreSQL", recorded[name].id)
        context.records.change(Database, recorded[name].id, status="failure", ready_at=None)
