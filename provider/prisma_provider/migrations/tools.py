"""The command that applies the migrations of a project: its own installation of Prisma ORM, whatever the version."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from prisma_provider.errors import InvalidInput

_BINARY = "prisma.cmd" if os.name == "nt" else "prisma"
_CONFIGS = ("prisma.config.ts", "prisma.config.js", "prisma.config.mjs", "prisma.config.mts")
_SIGNS = ("package.json", "prisma/schema.prisma", *_CONFIGS)
_FIRST_WITH_DB_MIGRATE = 8

HINTS = {
    "P3009": "a migration failed earlier: repair the database, then `prisma migrate resolve --applied NAME` or "
    "`--rolled-back NAME` with its direct connection string.",
    "P3018": "the database refused a statement of the migration: correct it, then `prisma migrate resolve "
    "--rolled-back NAME` with the direct connection string.",
    "P1001": "the database could not be reached: port 5432 has to be open from here; a longer wait_for_connection "
    "helps where it only starts slowly.",
    "P1017": "the database ended the connection: it may still be starting; run `pulumi up` again.",
    "P1002": "another migration may be under way: run `pulumi up` again when it has ended.",
}
"""What to do, by the error code in a tool's output."""


def home_of(directory: Path) -> Path:
    """Where a tool of Node runs: the nearest folder that is a project of its own by one of its files; else this one."""
    found = (each for each in (directory, *directory.parents) if any((each / sign).is_file() for sign in _SIGNS))
    return next(found, directory)


def prisma_command(directory: Path) -> list[str]:
    """The command of the Prisma ORM that the project has installed; InvalidInput where there is none."""
    for package, binary in _installations(directory):
        version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
        is_new = int(version.partition(".")[0]) >= _FIRST_WITH_DB_MIGRATE
        return [str(binary), *(("db", "migrate") if is_new else ("migrate", "deploy"))]
    raise InvalidInput(
        "tool",
        f"Prisma ORM is not installed in {directory}, nor in a folder above it.",
        hint="run `npm ci` (or your package manager's install) before `pulumi up`; or give command=[…].",
    )


def _installations(directory: Path) -> Iterator[tuple[Path, Path]]:
    for folder in (directory, *directory.parents):
        package, binary = folder / "node_modules/prisma", folder / "node_modules/.bin" / _BINARY
        if binary.is_file() and (package / "package.json").is_file():
            yield package, binary


def hint_for(lines: tuple[str, ...]) -> str | None:
    """What the output of a tool that failed deserves to be told."""
    return next((hint for code, hint in HINTS.items() if any(code in line for line in lines)), None)
