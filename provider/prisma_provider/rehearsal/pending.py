"""The migrations of Prisma ORM that a directory has and a database lacks."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from prisma_provider.postgres.applied import Applied

_FOLDERS = ("prisma/migrations", "migrations")
_SIGN = "migration_lock.toml"
"""What Prisma Migrate keeps beside its migrations, and no other tool."""


def pending(directory: Path, applied: Iterable[Applied]) -> tuple[str, ...]:
    """Their names, oldest first; none where the directory has no migrations of Prisma ORM."""
    done = {each.name for each in applied if each.finished and not each.rolled_back}
    return tuple(name for name in _names(directory) if name not in done)


def _names(directory: Path) -> list[str]:
    for folder in (directory / each for each in _FOLDERS):
        if (folder / _SIGN).is_file():
            return sorted(file.parent.name for file in folder.glob("*/migration.sql"))
    return []
