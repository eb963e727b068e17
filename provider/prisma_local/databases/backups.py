"""Backups: dumps in files, with their records. A record without its file, or the reverse, is never seen."""

from __future__ import annotations

from dataclasses import replace
from typing import IO

from prisma_local.databases.context import Context
from prisma_local.errors import NotFound
from prisma_local.store.clock import now
from prisma_local.store.ids import new_id
from prisma_local.store.values import CREATING, LIVE, Backup, Database

USABLE = "completed"


def take(context: Context, database: Database) -> Backup:
    """A backup of what is in the database now."""
    with context.locks[database.id]:
        if context.records.one(Database, id=database.id, state=LIVE) is None:
            raise NotFound("Database with the given ID was not found.")
        draft = context.records.insert(
            Backup(id=new_id(Backup.prefix), database_id=database.id, status="running", created_at=now())
        )
        try:
            size = context.copies.keep(database.pg_name, draft.id)
        except BaseException:
            forget(context, draft)
            raise
        made = replace(draft, status=USABLE, size=size, state=LIVE)
        context.records.change(Backup, made.id, status=made.status, size=size, state=LIVE)
    return made


def forget(context: Context, backup: Backup) -> None:
    context.records.change(Backup, backup.id, state=CREATING)
    context.copies.forget(backup.id)
    context.records.remove(Backup, id=backup.id)


def opened(context: Context, backup: Backup) -> IO[bytes] | None:
    """Its file, which stays readable whatever is deleted meanwhile; None where it is of no use."""
    if backup.status != USABLE:
        return None
    try:
        return context.copies.file(backup.id).open("rb")
    except OSError:
        return None
