"""What a new database is made from: nothing, another database as it is now, or a backup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from prisma_local.databases import backups
from prisma_local.databases.context import Context
from prisma_local.databases.creation import Create
from prisma_local.errors import Invalid, NotFound
from prisma_local.rules import find
from prisma_local.rules.call import Call
from prisma_local.store.values import LIVE, Backup, Database


@dataclass(frozen=True, slots=True)
class Origin:
    """A database's source as JSON, and how the database is created from it; None creates an empty one."""

    as_json: str
    create: Create | None = None


def read(context: Context, call: Call, source: Mapping[str, Any] | None) -> Origin:
    if source is None or source["type"] == "empty":
        return Origin(json.dumps({"type": "empty"}))
    database = find.database(context, call, source["databaseId"])
    if source["type"] == "database":
        return _of_database(context, database)
    return _of_backup(context, find.backup(context, database, source["backupId"]))


def from_deprecated(from_database: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The deprecated `fromDatabase` as a `source`."""
    if from_database is None:
        return None
    if "backupId" in from_database:
        return {"type": "backup", "databaseId": from_database["id"], "backupId": from_database["backupId"]}
    return {"type": "database", "databaseId": from_database["id"]}


def _of_database(context: Context, source: Database) -> Origin:
    if source.status != "ready":
        raise Invalid(f"The source database is {source.status}; it can be cloned when it is ready.")
    as_json = json.dumps({"type": "database", "databaseId": source.id})
    return Origin(as_json, partial(_clone, context, source))


def _clone(context: Context, source: Database, pg_name: str) -> None:
    """Under the lock of the source, so that it is neither dropped nor replaced while it is read."""
    with context.locks[source.id]:
        if context.records.one(Database, id=source.id, state=LIVE) is None:
            raise NotFound("The source database was deleted.")
        context.copies.clone(source.pg_name, pg_name)


def _of_backup(context: Context, backup: Backup) -> Origin:
    as_json = json.dumps({"type": "backup", "databaseId": backup.database_id, "backupId": backup.id})
    return Origin(as_json, partial(_create_from, context, backup))


def _create_from(context: Context, backup: Backup, pg_name: str) -> None:
    dump = backups.open_dump(context, backup)
    if dump is None:
        raise Invalid(f"The backup is {backup.status} and cannot be used.")
    with dump:
        context.copies.create_from(dump, pg_name)
