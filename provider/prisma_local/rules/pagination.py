"""Lists in pages. A cursor is the sequence number of the last row of a page, and stays valid when that row is
deleted."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from typing import Any

from prisma_local.http.json_schema import ValidationError
from prisma_local.http.result import Result
from prisma_local.store.records import Records, V

DEFAULT_LIMIT = 100
LARGEST_LIMIT = 1000


def page(
    records: Records,
    kind: type[V],
    query: Mapping[str, str],
    show: Callable[[list[V]], list[dict[str, Any]]],
    *,
    newest_first: bool = False,
    **where: Any,
) -> Result:
    limit, after = limit_of(query.get("limit")), _after(query.get("cursor"))
    rows = records.select(kind, after=after, limit=limit + 1, newest_first=newest_first, **where)
    more = len(rows) > limit
    rows = rows[:limit]
    pagination = {"nextCursor": _cursor(rows[-1].seq) if more else None, "hasMore": more}
    return Result(200, {"data": show(rows), "pagination": pagination})


def limit_of(text: str | None, default: int = DEFAULT_LIMIT) -> int:
    if text is None:
        return default
    if not re.fullmatch(r"\d{1,6}(\.0+)?", text, re.ASCII) or not float(text) >= 1:
        raise ValidationError("limit must be a whole number from 1.")
    return min(int(float(text)), LARGEST_LIMIT)


def _cursor(seq: int) -> str:
    return base64.urlsafe_b64encode(f"seq:{seq}".encode()).decode().rstrip("=")


def _after(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        text = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True).decode()
    except ValueError:  # not base64, or not UTF-8
        text = ""
    found = re.fullmatch(r"seq:(\d{1,18})", text, re.ASCII)
    if found is None:
        raise ValidationError("cursor is not one that this API returned.")
    return int(found.group(1))
