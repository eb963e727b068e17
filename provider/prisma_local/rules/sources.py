"""What a new database is made from: nothing, another database as it is now, or a backup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from prisma_local.databases import backups
from prisma_local.databases.context import Context
from prisma_local.databases.lifecycle import Make
from prisma_local.errors import Invalid, NotFound
from prisma_local.rules import find
from prisma_local.rules.call import Call
from prisma_local.store.values import LIVE, Backup, Database


@dataclass(frozen=True, slots=True)
class Origin:
    """How a database's answers show its source, and how it is made from it; None makes it empty."""

    shown: str
    make: Make | None = None


def read(context: Context, call: Call, source: Mapping[str, Any] | None) -> Origin:
    if source is None or source["type"] == "empty":
        return Origin(json.dumps({"type": "empty"}))
    database = find.database(context, call, source["databaseId"])
    if source["type"] == "database":
        return _of_database(context, database)
    return _of_backup(context, find.backup(context, database, source["backupId"]))


def of_older_field(from_database: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The deprecated `fromDatabase` as a `source`."""
    if from_database is None:
        return None
    if "backupId" in from_database:
        return {"type": "backup", "databaseId": from_database["id"], "backupId": from_database["backupId"]}
    return {"type": "database", "databaseId": from_database["id"]}


def _of_database(context: Context, source: Database) -> Origin:
    if source.status != "ready":
        raise Invalid(f"The source database is {source.status}; it can be cloned when it is ready.")
    shown = json.dumps({"type": "database", "databaseId": source.id})
    return Origin(shown, partial(_clone, context, source))


def _clone(context: Context, source: Database, pg_name: str) -> None:
    """Held, so that the source is neither dropped nor replaced while it is read."""
    with context.locks[source.id]:
        if context.records.one(Database, id=source.id, state=LIVE) is None:
            raise NotFound("The source database was deleted.")
        context.copies.clone(source.pg_name, pg_name)


def _of_backup(context: Context, backup: Backup) -> Origin:
    shown = json.dumps({"type": "backup", "databaseId": backup.database_id, "backupId": backup.id})
    return Origin(shown, partial(_fill, context, backup))


def _fill(context: Context, backup: Backup, pg_name: str) -> None:
    archive = backups.opened(context, backup)
    if archive is None:
        raise Invalid(f"The backup is {backup.status} and cannot be used.")
    with archive:
        context.copies.fill(archive, pg_name)
