"""Backups of a database, and restore."""

from __future__ import annotations

from prisma_local.databases import backups, recovery
from prisma_local.databases.context import Context
from prisma_local.errors import Invalid
from prisma_local.http.json_schema import ValidationError
from prisma_local.http.result import Result, ok
from prisma_local.rules import find, response_bodies
from prisma_local.rules.call import Call
from prisma_local.rules.pagination import limit_of
from prisma_local.store.values import LIVE, Backup

DEFAULT = 25
LARGEST = 100
RETENTION_DAYS = 7


def list_(context: Context, call: Call) -> Result:
    """The newest first: the contract has no cursor here, and so no way to the older ones."""
    database = find.database(context, call, call.path["databaseId"])
    limit = limit_of(call.query.get("limit"), DEFAULT)
    if limit > LARGEST:
        raise ValidationError(f"limit must be at most {LARGEST}.")
    rows = context.records.select(Backup, database_id=database.id, state=LIVE)[::-1]
    body = {
        "data": [response_bodies.backup(row) for row in rows[:limit]],
        "meta": {"backupRetentionDays": RETENTION_DAYS},
        "pagination": {"hasMore": len(rows) > limit, "limit": limit},
    }
    return Result(200, body)


def restore(context: Context, call: Call) -> Result:
    """The response names the backup as the source; the source in the record stays what the database was made from."""
    source = call.body["source"]
    target = find.database(context, call, call.path["targetDatabaseId"])
    backup = find.backup(context, find.database(context, call, source["databaseId"]), source["backupId"])
    dump = backups.open_dump(context, backup)
    if dump is None:
        raise Invalid(f"The backup is {backup.status} and cannot be used.", status=422)
    dump.close()
    begun = recovery.begin(context, target.id, backup)
    named = {"type": "backup", "databaseId": backup.database_id, "backupId": backup.id}
    return ok({**response_bodies.database(context, begun), "status": "recovering", "source": named})
