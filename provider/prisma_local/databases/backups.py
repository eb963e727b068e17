"""Backups: dumps in files, and their records. The API never shows a record without its file."""

from __future__ import annotations

from dataclasses import replace
from typing import IO

from prisma_local.databases.context import Context
from prisma_local.store.clock import now
from prisma_local.store.ids import new_id
from prisma_local.store.values import CREATING, LIVE, Backup, Database

USABLE = "completed"


def create(context: Context, database: Database) -> Backup:
    """A backup of the data as it is now."""
    with context.locks[database.id]:
        context.live(Database, database.id)
        draft = context.records.insert(
            Backup(id=new_id(Backup.prefix), database_id=database.id, status="running", created_at=now())
        )
        try:
            size = context.copies.dump(database.pg_name, draft.id)
        except BaseException:
            delete(context, draft)
            raise
        made = replace(draft, status=USABLE, size=size, state=LIVE)
        context.records.change(Backup, made.id, status=made.status, size=size, state=LIVE)
    return made


def delete(context: Context, backup: Backup) -> None:
    context.records.change(Backup, backup.id, state=CREATING)
    context.copies.delete_dump(backup.id)
    context.records.remove(Backup, id=backup.id)


def open_dump(context: Context, backup: Backup) -> IO[bytes] | None:
    """Its file, which stays readable even if it is deleted meanwhile; None where it cannot be used."""
    if backup.status != USABLE:
        return None
    try:
        return context.copies.file(backup.id).open("rb")
    except OSError:
        return None
