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
from prisma_local.databases.context import Plane
from prisma_local.databases.lifecycle import roles
from prisma_local.errors import Conflict, LocalError, Missing
from prisma_local.store.clock import clock
from prisma_local.store.values import LIVE, Backup, Database
from prisma_local.testing import crash_points

log = logging.getLogger("prisma_local")

READY, FAILED = "ready", "failure"


def begin(plane: Plane, id_: str, backup: Backup) -> Database:
    """Say that it recovers, shut its users out, and do the rest in the background."""
    with plane.locks[id_]:
        with plane.records.transaction():
            database = plane.records.one(Database, id=id_, state=LIVE)
            if database is None:
                raise Missing("Database with the given ID was not found.")
            if database.status in ("provisioning", "recovering"):
                raise Conflict(f"The database is {database.status} and cannot be restored now.")
            ready_at = clock() + plane.settings.recovering
            plane.records.change(Database, id_, status="recovering", restore_from=backup.id, ready_at=ready_at)
        crash_points.passed("recorded")
        # Before the locking out, which may fail: then the restore does, and says so. The job waits for our lock.
        plane.background.soon(partial(carry_out, plane, id_))
        plane.tenants.lock_out(roles(plane, database))
    return plane.records.one(Database, id=id_) or database


def carry_out(plane: Plane, id_: str) -> None:
    """Replace the data. Where that fails the old data stays, and the database says failure."""
    with plane.locks[id_]:
        database = _recovering(plane, id_)
        if database is None:
            return
        try:
            _replace(plane, database)
            status = READY
        except (LocalError, OSError, psycopg.Error):
            log.exception("the restore of %s failed; its data is what it was", id_)
            status = FAILED
    plane.background.at(database.ready_at or 0.0, partial(end, plane, id_, status))


def end(plane: Plane, id_: str, status: str) -> None:
    """Let its users in, then say so."""
    with plane.locks[id_]:
        database = _recovering(plane, id_)
        if database is not None:
            plane.tenants.unlock(roles(plane, database))
            plane.records.change(Database, id_, status=status, restore_from=None, ready_at=None)


def take_up(plane: Plane, database: Database) -> None:
    """After a start: what was being restored is restored from the beginning."""
    if database.restore_from is not None:
        plane.tenants.clear_stage(database.pg_name)
        plane.tenants.lock_out(roles(plane, database))
        plane.background.soon(partial(carry_out, plane, database.id))


def _replace(plane: Plane, database: Database) -> None:
    backup = plane.records.one(Backup, id=database.restore_from, state=LIVE)
    archive = backups.opened(plane, backup) if backup is not None else None
    if archive is None:
        raise Missing("The backup was deleted before it was restored.")
    with archive:
        plane.copies.replace(archive, database.pg_name)


def _recovering(plane: Plane, id_: str) -> Database | None:
    database = plane.records.one(Database, id=id_, state=LIVE)
    return database if database is not None and database.restore_from is not None else None
