"""What a start does with what the last end left: records and PostgreSQL are made to agree again."""

from __future__ import annotations

import logging
from collections.abc import Callable
from functools import partial

from prisma_local.databases import backups, recovery
from prisma_local.databases.context import Context
from prisma_local.databases.lifecycle import end_provisioning, remove_connection, remove_database, remove_project
from prisma_local.store.values import CREATING, DELETING, LIVE, Backup, Connection, Database, Project

log = logging.getLogger("prisma_local")


def reconcile(context: Context) -> None:
    """After any kind of end: what was half made goes, what was half deleted goes, the rest is there."""
    records = context.records
    with records.transaction():
        for project in records.select(Project, state=CREATING):
            records.change(Project, project.id, state=DELETING)
        for database in records.select(Database, state=CREATING):
            records.change(Database, database.id, state=DELETING, is_default=False)
    for database in records.select(Database, state=DELETING):
        _attempt(f"the deleted database {database.id}", partial(remove_database, context, database.id))
    for project in records.select(Project, state=DELETING):
        if not records.select(Database, project_id=project.id):
            _attempt(f"the deleted project {project.id}", partial(remove_project, context, project.id))
    for connection in records.select(Connection, state=(CREATING, DELETING)):
        _attempt(f"the deleted connection {connection.id}", partial(remove_connection, context, connection.id))
    for backup in records.select(Backup, state=CREATING):
        _attempt(f"the unfinished backup {backup.id}", partial(backups.forget, context, backup))
    for database in records.select(Database, state=LIVE):
        _attempt(f"the restore of {database.id}", partial(recovery.take_up, context, database))
    _attempt("sessions without limit", context.tenants.limit_connections)
    _compare_with_postgres(context)
    for database in records.select(Database, status="provisioning"):
        context.background.schedule(database.ready_at or 0.0, partial(end_provisioning, context, database.id))


def _attempt(what: str, act: Callable[[], None]) -> None:
    """What one tenant has left behind keeps nobody from the databases of all the others."""
    try:
        act()
    except Exception as error:
        reason = str(error).partition("\n")[0]
        log.warning("%s could not be cleaned up; the next start tries again: %s", what, reason)


def _compare_with_postgres(context: Context) -> None:
    """Never drop what the records do not know; say what does not agree."""
    there = set(context.tenants.databases())
    _attempt("the stock", partial(context.stock.reconcile, there))
    there -= context.stock.names()
    recorded = {database.pg_name: database for database in context.records.select(Database)}
    for name in sorted(there - set(recorded)):
        log.warning("PostgreSQL holds a database %s that no record knows; it is left alone", name)
    for name in sorted(set(recorded) - there):
        log.warning("the database %s is missing in PostgreSQL", recorded[name].id)
        context.records.change(Database, recorded[name].id, status="failure", ready_at=None)
