"""What a new database is made from: nothing, another database as it is now, or a backup."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from prisma_local.databases import backups
from prisma_local.databases.context import Plane
from prisma_local.databases.lifecycle import Make
from prisma_local.errors import Invalid, Missing
from prisma_local.rules import find
from prisma_local.rules.call import Call
from prisma_local.store.values import LIVE, Backup, Database


@dataclass(frozen=True, slots=True)
class Origin:
    """How a database's answers show its source, and how it is made from it; None makes it empty."""

    shown: str
    make: Make | None = None


def read(plane: Plane, call: Call, source: Mapping[str, Any] | None) -> Origin:
    if source is None or source["type"] == "empty":
        return Origin(json.dumps({"type": "empty"}))
    database = find.database(plane, call, source["databaseId"])
    if source["type"] == "database":
        return _of_database(plane, database)
    return _of_backup(plane, find.backup(plane, database, source["backupId"]))


def of_older_field(from_database: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    """The deprecated `fromDatabase` as a `source`."""
    if from_database is None:
        return None
    if "backupId" in from_database:
        return {"type": "backup", "databaseId": from_database["id"], "backupId": from_database["backupId"]}
    return {"type": "database", "databaseId": from_database["id"]}


def _of_database(plane: Plane, source: Database) -> Origin:
    if source.status != "ready":
        raise Invalid(f"The source database is {source.status}; it can be cloned when it is ready.")
    shown = json.dumps({"type": "database", "databaseId": source.id})
    return Origin(shown, partial(_clone, plane, source))


def _clone(plane: Plane, source: Database, pg_name: str) -> None:
    """Held, so that the source is neither dropped nor replaced while it is read."""
    with plane.locks[source.id]:
        if plane.records.one(Database, id=source.id, state=LIVE) is None:
            raise Missing("The source database was deleted.")
        plane.copies.clone(source.pg_name, pg_name)


def _of_backup(plane: Plane, backup: Backup) -> Origin:
    shown = json.dumps({"type": "backup", "databaseId": backup.database_id, "backupId": backup.id})
    return Origin(shown, partial(_fill, plane, backup))


def _fill(plane: Plane, backup: Backup, pg_name: str) -> None:
    archive = backups.opened(plane, backup)
    if archive is None:
        raise Invalid(f"The backup is {backup.status} and cannot be used.")
    with archive:
        plane.copies.fill(archive, pg_name)
