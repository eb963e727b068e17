"""Where a program's files are: paths are relative to the folder of Pulumi.yaml, so that every checkout has the same."""

from __future__ import annotations

import os
from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path

_LEFT_BEHIND = ("__pycache__", "node_modules")
"""Folders that tools make by themselves: Python does when it runs a migration of Alembic's."""
_PROJECT = ("Pulumi.yaml", "Pulumi.yml", "Pulumi.json")


def project_folder(begin: Path | None = None) -> Path:
    """The folder of Pulumi.yaml, at or above the working directory; that one, where there is no such file."""
    here = (begin or Path.cwd()).resolve()
    found = (folder for folder in (here, *here.parents) if any((folder / name).is_file() for name in _PROJECT))
    return next(found, here)


def relative(path: str) -> str:
    """A path as it stands in state: relative to the project's folder, with `/` on every system."""
    root = project_folder()
    return Path(os.path.relpath(root / path, root)).as_posix()


def digest(paths: Iterable[str]) -> str:
    """A hash of the names and contents of files, and of all files in folders; how lines end makes no difference.

    Hidden files and what tools leave behind in folders do not count: another checkout has none of them.
    """
    root, total = project_folder(), sha256()
    for file in sorted({file for path in paths for file in _files(root / path)}):
        content = sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()
        total.update(f"{Path(os.path.relpath(file, root)).as_posix()}\0{content}\n".encode())
    return total.hexdigest()


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    return [file for file in path.rglob("*") if file.is_file() and not _is_left_behind(file.relative_to(path))]


def _is_left_behind(file: Path) -> bool:
    return any(part.startswith(".") or part in _LEFT_BEHIND for part in file.parts)
