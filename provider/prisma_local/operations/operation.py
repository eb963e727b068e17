"""What an operation is, and the words that several of them use."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from prisma_local.rules.call import Rule
from prisma_local.store import ids

PROJECT, BRANCH, DATABASE, CONNECTION, WORKSPACE = "proj_", "br_", "db_", "con_", "wksp_"

PAGING: dict[str, Any] = {
    "cursor": {"type": ["string", "null"]},
    "limit": {"type": "number", "minimum": 1, "default": 100},
}
TEXT = {"type": "string"}
NOT_EMPTY = {"type": "string", "minLength": 1}


def an_id(prefix: str) -> dict[str, Any]:
    return {"type": "string", "pattern": ids.pattern(prefix)}


@dataclass(frozen=True, slots=True)
class Operation:
    """One route: what it takes, what it answers, and the rule that carries it out.

    `ids` gives the prefix of each id in the path, `refusals` the statuses it can refuse with besides 401,
    `invalid` the one for a body or query that does not fit.
    """

    method: str
    path: str
    rule: Rule
    summary: str
    answer: dict[str, Any] | None
    status: int = 200
    ids: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    refusals: tuple[int, ...] = ()
    invalid: int = 400
