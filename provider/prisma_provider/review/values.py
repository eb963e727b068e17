"""Values of properties as a report may show them: never a secret, which Pulumi masks or encrypts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

UNKNOWN_MARK = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
"""How Pulumi spells a value that is known after the update."""


_SECRET_MARK = "4dabf18193072939515e22adb298388d"  # noqa: S105  the mark, not a secret


def is_masked(value: Any) -> bool:
    """Whether Pulumi hides the value: two that are hidden look the same, whether they are or not."""
    return isinstance(value, Mapping) and _SECRET_MARK in value


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
