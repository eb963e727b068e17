"""Which migrations of Prisma ORM a folder has, and how those stand in a database."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from prisma_provider.postgres.applied import Applied

_FOLDERS = ("prisma/migrations", "migrations", ".")
_SIGN = "migration_lock.toml"
"""What Prisma Migrate keeps beside its migrations, and no other tool."""


def folder_of(directory: Path) -> Path | None:
    """The folder with the migrations of Prisma ORM: this one, or `migrations` or `prisma/migrations` in it."""
    found = (directory / each for each in _FOLDERS)
    return next((folder for folder in found if (folder / _SIGN).is_file()), None)


@dataclass(frozen=True)
class Migration:
    """A migration as a file has it; checksums as Prisma writes them, for each way in which lines may end."""

    name: str
    checksums: frozenset[str]


def migrations_in(directory: Path) -> tuple[Migration, ...]:
    """All migrations of Prisma ORM in a directory, oldest first; none where it has none."""
    folder = folder_of(directory)
    if folder is None:
        return ()
    return tuple(_migration(file) for file in sorted(folder.glob("*/migration.sql")))


def _migration(file: Path) -> Migration:
    as_it_is = file.read_bytes()
    unix = as_it_is.replace(b"\r\n", b"\n")
    contents = (as_it_is, unix, unix.replace(b"\n", b"\r\n"))
    return Migration(file.parent.name, frozenset(sha256(content).hexdigest() for content in contents))


@dataclass(frozen=True)
class Standing:
    """Names of migrations: which are applied and which are not; those that failed are not.

    `edited` are those whose file was changed after they were applied, `missing` those applied that no file has.
    """

    applied: tuple[str, ...]
    pending: tuple[str, ...]
    failed: tuple[str, ...] = ()
    edited: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def standing(files: Collection[Migration], entries: Iterable[Applied]) -> Standing:
    """How these migrations stand, by the entries of a tool's table; one that was rolled back counts as none."""
    current = [entry for entry in entries if not entry.rolled_back]
    done = {entry.name: entry for entry in current if entry.finished}
    names = {file.name for file in files}
    return Standing(
        applied=tuple(done),
        pending=tuple(file.name for file in files if file.name not in done),
        failed=tuple(dict.fromkeys(entry.name for entry in current if entry.name not in done)),
        edited=tuple(file.name for file in files if file.name in done and _is_edited(file, done[file.name])),
        missing=tuple(name for name in done if name not in names),
    )


def _is_edited(file: Migration, entry: Applied) -> bool:
    return entry.checksum is not None and entry.checksum not in file.checksums


def pending(directory: Path, entries: Iterable[Applied]) -> tuple[str, ...]:
    """The migrations that a directory has and a database lacks, oldest first."""
    return standing(migrations_in(directory), entries).pending
