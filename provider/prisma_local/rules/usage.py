"""Usage, as PostgreSQL counts it: transactions are operations, and the size of the database is the storage.

PostgreSQL counts from a database's creation and keeps no history. So a period in which the database did not exist
has used nothing, and any other has used all that was counted.
"""

from __future__ import annotations

from datetime import UTC, datetime

from prisma_local.databases.context import Context
from prisma_local.http.json_schema import ValidationError
from prisma_local.http.result import Result
from prisma_local.rules import find
from prisma_local.rules.call import Call
from prisma_local.store.clock import now, timestamp

GIB = 2**30


def get(context: Context, call: Call) -> Result:
    start, end = _period(call)
    database = find.database(context, call, call.path["databaseId"])
    size, operations = context.tenants.databases.usage(database.pg_name)
    existed = end >= datetime.fromisoformat(database.created_at) and start <= datetime.now(UTC)
    body = {
        "period": {"start": timestamp(start), "end": timestamp(end)},
        "metrics": {
            "operations": {"used": operations if existed else 0, "unit": "ops"},
            "storage": {"used": size / GIB if existed else 0, "unit": "GiB"},
        },
        "generatedAt": now(),
    }
    return Result(200, body)


def _period(call: Call) -> tuple[datetime, datetime]:
    """From the first of this month until now, unless the query says otherwise."""
    end = _read("endDate", call.query["endDate"]) if "endDate" in call.query else datetime.now(UTC)
    start = end.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    if "startDate" in call.query:
        start = _read("startDate", call.query["startDate"])
    if start > end:
        raise ValidationError("startDate must not be after endDate.")
    return start, end


def _read(name: str, text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValidationError(f"{name} is not a date such as 2026-01-31 or 2026-01-31T12:00:00Z.") from error
