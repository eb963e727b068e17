"""What an operation is, and the parameters that several of them have."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from prisma_local.rules.call import Rule
from prisma_local.store import ids
from prisma_local.store.values import Branch, Connection, Database, EnvironmentVariable, Project, Token, Workspace

PREFIXES = {
    **{kind.table: kind.prefix for kind in (Project, Branch, Database, Connection, Workspace)},
    "environment-variables": EnvironmentVariable.prefix,
    "service-tokens": Token.prefix,
    "integrations": Token.prefix,
}

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
    """One method of one path: what it takes, what it returns, and the rule that carries it out.

    `refusals` are the error statuses that do not follow from what it takes, `invalid` is the one for a body or query
    that its schema does not allow, `malformed_id` for an id in the path that cannot be one.
    """

    method: str
    path: str
    rule: Rule
    summary: str
    response: dict[str, Any] | None
    status: int = 200
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    refusals: tuple[int, ...] = ()
    invalid: int = 400
    malformed_id: int = 404

    @property
    def ids(self) -> dict[str, str]:
        """The prefix of each id in the path, which follows the name of its collection."""
        return {name: PREFIXES[collection] for collection, name in re.findall(r"([\w-]+)/{(\w+)}", self.path)}

    @property
    def errors(self) -> list[int]:
        """All error statuses, in order."""
        found = {401, *self.refusals}
        if self.ids:
            found |= {404, self.malformed_id}
        if self.body is not None:
            found |= {413, self.invalid}
        if self.query:
            found.add(self.invalid)
        return sorted(found)
