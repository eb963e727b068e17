"""Restore: a backup takes the place of a database's data. Its name, roles and passwords stay.

The restore is recorded, then done in a staging database, which replaces the old one in a single transaction. A crash
leaves either of them in place, and the next start begins the restore again: no role can log in meanwhile, so that
nothing is lost by doing it twice.
"""

from __future__ import annotations

import logging
import time
from functools import partial

import psycopg

from prisma_local.databases import backups
from prisma_local.databases.context import Context
from prisma_local.errors import Conflict, LocalError, NotFound
from prisma_local.store.values import LIVE, Backup, Database
from prisma_local.testing import crash_points

log = logging.getLogger("prisma_local")

READY, FAILED = "ready", "failure"


def begin(context: Context, id_: str, backup: Backup) -> Database:
    """Set the status to recovering, lock the roles out, and restore in the background."""
    with context.locks[id_]:
        with context.records.transaction():
            database = context.live(Database, id_)
            if database.status in ("provisioning", "recovering"):
                raise Conflict(f"The database is {database.status} and cannot be restored now.")
            ready_at = time.time() + context.settings.recovering
            context.records.change(Database, id_, status="recovering", restore_from=backup.id, ready_at=ready_at)
        crash_points.reached("recorded")
        # Before lock_out, which may fail: then the restore fails, too, and the status says so. It waits for our lock.
        context.background.submit(partial(_restore, context, id_))
        context.tenants.roles.lock_out(context.login_roles(database))
    return context.records.one(Database, id=id_) or database


def resume(context: Context, database: Database) -> None:
    """After a start: an unfinished restore begins again."""
    if database.restore_from is not None:
        context.tenants.drop_staging(database.pg_name)
        context.tenants.roles.lock_out(context.login_roles(database))
        context.background.submit(partial(_restore, context, database.id))


def _restore(context: Context, id_: str) -> None:
    """Where it fails the old data stays, and the status becomes failure."""
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
    context.background.schedule(database.ready_at or 0.0, partial(_end, context, id_, status))


def _end(context: Context, id_: str, status: str) -> None:
    """First its roles may log in, then its status says that it can be used."""
    with context.locks[id_]:
        database = _recovering(context, id_)
        if database is not None:
            context.tenants.roles.unlock(context.login_roles(database))
            context.records.change(Database, id_, status=status, restore_from=None, ready_at=None)


def _replace(context: Context, database: Database) -> None:
    backup = context.records.one(Backup, id=database.restore_from, state=LIVE)
    dump = backups.open_dump(context, backup) if backup is not None else None
    if dump is None:
        raise NotFound("The backup was deleted before it was restored.")
    with dump:
        context.copies.replace(dump, database.pg_name)


def _recovering(context: Context, id_: str) -> Database | None:
    database = context.records.one(Database, id=id_, state=LIVE)
    return database if database is not None and database.restore_from is not None else None
