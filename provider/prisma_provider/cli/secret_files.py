"""Secrets on their way into Pulumi's configuration: files that only their owner can read.

On a command line they would stand in the shell's history and in the list of processes, on the screen in a job's log.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from prisma_provider.adoption.plan import Secret

FOLDER = ".prisma-secrets"


def write(secrets: Iterable[Secret], beside: Path) -> None:
    """A file for each of them, in a folder beside this file, which Git leaves alone."""
    folder = beside.parent / FOLDER
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    _write(folder / ".gitignore", "*\n")
    for each in secrets:
        _write(folder / each.setting, each.value)


def commands(secrets: Iterable[Secret]) -> Iterator[str]:
    """What puts them into the stack's configuration, and removes the files, in the folder of the program."""
    for each in secrets:
        yield f"pulumi config set --secret {each.setting} < {FOLDER}/{each.setting}"
    yield f"rm -r {FOLDER}"


def _write(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)  # an old one may be readable to others, or a link to elsewhere
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
        opened.write(text)
