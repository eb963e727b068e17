"""Backups of a database, and what they are for: restore."""

from __future__ import annotations

from prisma_local import answers, backups, recovery
from prisma_local.call import Answer, Call, ok
from prisma_local.errors import Invalid
from prisma_local.paging import limit_of
from prisma_local.plane import Plane
from prisma_local.rules import owned
from prisma_local.schema import Unfit
from prisma_local.values import LIVE, Backup

DEFAULT = 25
LARGEST = 100
RETENTION_DAYS = 7


def list_(plane: Plane, call: Call) -> Answer:
    """The newest first: there is no cursor, so that older ones could not be asked for."""
    database = owned.database(plane, call, call.path["databaseId"])
    limit = limit_of(call.query.get("limit"), DEFAULT)
    if limit > LARGEST:
        raise Unfit(f"limit must be at most {LARGEST}.")
    rows = plane.records.select(Backup, database_id=database.id, state=LIVE)[::-1]
    body = {
        "data": [answers.backup(row) for row in rows[:limit]],
        "meta": {"backupRetentionDays": RETENTION_DAYS},
        "pagination": {"hasMore": len(rows) > limit, "limit": limit},
    }
    return Answer(200, body)


def restore(plane: Plane, call: Call) -> Answer:
    """The answer names the backup as the source; the database's own source stays what it was made from."""
    source = call.body["source"]
    target = owned.database(plane, call, call.path["targetDatabaseId"])
    backup = owned.backup(plane, owned.database(plane, call, source["databaseId"]), source["backupId"])
    archive = backups.opened(plane, backup)
    if archive is None:
        raise Invalid(f"The backup is {backup.status} and cannot be used.", status=422)
    archive.close()
    begun = recovery.begin(plane, target.id, backup)
    named = {"type": "backup", "databaseId": backup.database_id, "backupId": backup.id}
    return ok({**answers.database(plane, begun), "status": "recovering", "source": named})
