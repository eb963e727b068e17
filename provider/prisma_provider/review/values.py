"""Values of properties as a report may show them: never a secret, which Pulumi masks or encrypts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from prisma_provider.signatures import SIGNATURE, UNKNOWN

UNKNOWN_MARK = UNKNOWN
"""How Pulumi spells a value that is known after the update."""


def is_masked(value: Any) -> bool:
    """Whether Pulumi hides the value: two that are hidden look the same, whether they are or not."""
    return isinstance(value, Mapping) and SIGNATURE in value


def shown(value: Any) -> str:
    """A value for people."""
    if value is None:
        return "not set"
    if value == UNKNOWN_MARK:
        return "known after the update"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int | float):
        return str(value)
    return origin(value) or "(not shown)"


def origin(source: Any) -> str | None:
    """Where a database comes from; None for an empty one."""
    if not isinstance(source, Mapping) or source.get("type") not in ("database", "backup"):
        return None
    if source["type"] == "backup":
        return f"backup {shown(source.get('backupId'))} of {shown(source.get('databaseId'))}"
    return f"a copy of {shown(source.get('databaseId'))}"
