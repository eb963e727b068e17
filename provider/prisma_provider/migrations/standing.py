"""Which migrations of Prisma ORM a folder has, and how those stand in a database."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from prisma_provider.postgres.applied import Applied, bare_hash

_FOLDERS = ("prisma/migrations", "migrations", ".")
_SIGNS = ("migration_lock.toml", "app/*/migration.json")
"""What Prisma Migrate keeps beside its migrations, and the migrations of ORM 8: no other tool has these."""
_SQL = "*/migration.sql"
"""A migration of Prisma Migrate; other tools have such files, too."""


def folder_of(directory: Path, *, surely_prisma: bool = False) -> Path | None:
    """The folder with the migrations of Prisma ORM: this one, or `migrations` or `prisma/migrations` in it.

    Where it is known that Prisma made what is there, migrations are enough of a sign.
    """
    signs = (*_SIGNS, _SQL) if surely_prisma else _SIGNS
    return next((each for name in _FOLDERS if _has(each := directory / name, signs)), None)


def _has(folder: Path, signs: Iterable[str]) -> bool:
    return any(any(folder.glob(sign)) for sign in signs)


@dataclass(frozen=True)
class Migration:
    """A migration as a file has it; checksums as Prisma writes them, for each way in which lines may end.

    One of ORM 8 leads from a contract to another, by their hashes: from none at all, where `begins` is None.
    """

    name: str
    checksums: frozenset[str] = frozenset()
    begins: str | None = None
    ends: str | None = None


def migrations_in(directory: Path, *, surely_prisma: bool = False) -> tuple[Migration, ...]:
    """All migrations of Prisma ORM in a directory, oldest first; none where it has none."""
    folder = folder_of(directory, surely_prisma=surely_prisma)
    if folder is None:
        return ()
    of_orm_8 = sorted(folder.glob("app/*/migration.json"))
    return tuple(map(_of_orm_8, of_orm_8)) or tuple(map(_migration, sorted(folder.glob(_SQL))))


def _of_orm_8(file: Path) -> Migration:
    found = json.loads(file.read_text(encoding="utf-8"))
    return Migration(file.parent.name, begins=bare_hash(found.get("from")), ends=bare_hash(found.get("to")))


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
    ahead = _ahead(files, current)
    return Standing(
        applied=tuple(done),
        pending=tuple(
            file.name for file in files if file.name not in done and (file.ends is None or file.begins in ahead)
        ),
        failed=tuple(dict.fromkeys(entry.name for entry in current if entry.name not in done)),
        edited=tuple(file.name for file in files if file.name in done and _is_edited(file, done[file.name])),
        missing=tuple(name for name in done if name not in names),
    )


def _ahead(files: Collection[Migration], entries: Collection[Applied]) -> set[str | None]:
    """The contracts that migrations lead to from where the database is: those of another way are none to be applied."""
    reached: set[str | None] = {next((entry.ends for entry in reversed([*entries]) if entry.ends), None)}
    while more := {file.ends for file in files if file.ends and file.begins in reached} - reached:
        reached |= more
    return reached


def _is_edited(file: Migration, entry: Applied) -> bool:
    return entry.checksum is not None and entry.checksum not in file.checksums


def pending(directory: Path, entries: Iterable[Applied]) -> tuple[str, ...]:
    """The migrations that a directory has and a database lacks, oldest first."""
    return standing(migrations_in(directory), entries).pending
