"""Backups: dumps in files, with their records. A record without its file, or the reverse, is never seen."""

from __future__ import annotations

from dataclasses import replace
from typing import IO

from prisma_local.databases.context import Plane
from prisma_local.errors import Missing
from prisma_local.store.clock import now
from prisma_local.store.ids import new_id
from prisma_local.store.values import CREATING, LIVE, Backup, Database

USABLE = "completed"


def take(plane: Plane, database: Database) -> Backup:
    """A backup of what is in the database now."""
    with plane.locks[database.id]:
        if plane.records.one(Database, id=database.id, state=LIVE) is None:
            raise Missing("Database with the given ID was not found.")
        draft = plane.records.insert(
            Backup(id=new_id(Backup.prefix), database_id=database.id, status="running", created_at=now())
        )
        try:
            size = plane.copies.keep(database.pg_name, draft.id)
        except BaseException:
            forget(plane, draft)
            raise
        made = replace(draft, status=USABLE, size=size, state=LIVE)
        plane.records.change(Backup, made.id, status=made.status, size=size, state=LIVE)
    return made


def forget(plane: Plane, backup: Backup) -> None:
    plane.records.change(Backup, backup.id, state=CREATING)
    plane.copies.forget(backup.id)
    plane.records.remove(Backup, id=backup.id)


def opened(plane: Plane, backup: Backup) -> IO[bytes] | None:
    """Its file, which stays readable whatever is deleted meanwhile; None where it is of no use."""
    if backup.status != USABLE:
        return None
    try:
        return plane.copies.file(backup.id).open("rb")
    except OSError:
        return None
