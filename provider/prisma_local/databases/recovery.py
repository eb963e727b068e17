"""Restore: a backup in the place of a database's data. Its name, roles and passwords stay.

What is to come is recorded first and then made ready beside the old data, which it replaces in one step. A
kill leaves the one or the other in place, and the next start begins the restore again: nobody can come in
meanwhile, so that nothing is lost by doing it twice.
"""

from __future__ import annotations

import logging
from functools import partial

import psycopg

from prisma_local.databases import backups
from prisma_local.databases.context import Context
from prisma_local.databases.lifecycle import roles
from prisma_local.errors import Conflict, LocalError, NotFound
from prisma_local.store.clock import clock
from prisma_local.store.values import LIVE, Backup, Database
from prisma_local.testing import crash_points

log = logging.getLogger("prisma_local")

READY, FAILED = "ready", "failure"


def begin(context: Context, id_: str, backup: Backup) -> Database:
    """Say that it recovers, shut its users out, and do the rest in the background."""
    with context.locks[id_]:
        with context.records.transaction():
            database = context.records.one(Database, id=id_, state=LIVE)
            if database is None:
                raise NotFound("Database with the given ID was not found.")
            if database.status in ("provisioning", "recovering"):
                raise Conflict(f"The database is {database.status} and cannot be restored now.")
            ready_at = clock() + context.settings.recovering
            context.records.change(Database, id_, status="recovering", restore_from=backup.id, ready_at=ready_at)
        crash_points.reached("recorded")
        # Before the locking out, which may fail: then the restore does, and says so. The job waits for our lock.
        context.background.submit(partial(carry_out, context, id_))
        context.tenants.lock_out(roles(context, database))
    return context.records.one(Database, id=id_) or database


def carry_out(context: Context, id_: str) -> None:
    """Replace the data. Where that fails the old data stays, and the database says failure."""
    with context.locks[id_]:
        database = _recovering(context, id_)
        if database is None:
            return
        try:
            _replace(context, database)
            status = READY
        except (LocalError, OSError, psycopg.Error):
            log.exception("the restore of %s failed; its data is what it was", id_)
            status = FAILED
    context.background.schedule(database.ready_at or 0.0, partial(end, context, id_, status))


def end(context: Context, id_: str, status: str) -> None:
    """Let its users in, then say so."""
    with context.locks[id_]:
        database = _recovering(context, id_)
        if database is not None:
            context.tenants.unlock(roles(context, database))
            context.records.change(Database, id_, status=status, restore_from=None, ready_at=None)


def take_up(context: Context, database: Database) -> None:
    """After a start: what was being restored is restored from the beginning."""
    if database.restore_from is not None:
        context.tenants.drop_staging(database.pg_name)
        context.tenants.lock_out(roles(context, database))
        context.background.submit(partial(carry_out, context, database.id))


def _replace(context: Context, database: Database) -> None:
    backup = context.records.one(Backup, id=database.restore_from, state=LIVE)
    archive = backups.opened(context, backup) if backup is not None else None
    if archive is None:
        raise NotFound("The backup was deleted before it was restored.")
    with archive:
        context.copies.replace(archive, database.pg_name)


def _recovering(context: Context, id_: str) -> Database | None:
    database = context.records.one(Database, id=id_, state=LIVE)
    return database if database is not None and database.restore_from is not None else None
