"""The account that PostgreSQL runs as: ours, or an unprivileged one where we are root, as it refuses to run as root."""

from __future__ import annotations

import os
import pwd
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prisma_local.errors import StartupError
from prisma_local.postgres import extensions
from prisma_local.postgres.finder import Installation

CANDIDATES = ("postgres", "nobody")
PROGRAMS = "postgresql-"
EXTENDED = 1  # to be raised when `extensions` does something else


@dataclass(frozen=True, slots=True)
class Account:
    """`dropped`: we are root, and PostgreSQL runs as this account instead."""

    name: str
    uid: int
    gid: int
    dropped: bool

    def process(self) -> dict[str, Any]:
        """The arguments that start a process as this account."""
        if not self.dropped:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        if self.dropped:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Whether this account may enter the folder and all its parents."""
        return self.obstacle(folder) is None

    def obstacle(self, folder: Path) -> Path | None:
        """The first folder of the path, from the root, that this account may not enter."""
        if not self.dropped:
            return None
        path = [*reversed(folder.resolve().parents), folder.resolve()]
        return next((part for part in path if part.exists() and not self._may_enter(part)), None)

    def _may_enter(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        if status.st_gid == self.gid:
            return bool(status.st_mode & 0o010)
        return bool(status.st_mode & 0o001)


def choose() -> Account:
    """Our own account, or as root the first of the usual unprivileged ones."""
    if os.geteuid() != 0:
        return Account(pwd.getpwuid(os.geteuid()).pw_name, os.geteuid(), os.getegid(), dropped=False)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid, dropped=True)
    raise StartupError(f"PostgreSQL does not run as root, and this machine has no account {' or '.join(CANDIDATES)}.")


def within_reach(installation: Installation, account: Account, folder: Path) -> Installation:
    """The same programs where the account can run them, with more extensions: hard links or copies below `folder`."""
    if not extensions.can_be_extended(installation.root) and account.can_enter(installation.bin):
        return installation
    copy = folder / f"{PROGRAMS}{installation.version}-{EXTENDED}"
    if not copy.exists():
        unfinished = folder / f"{copy.name}.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        shutil.copytree(installation.root, unfinished, copy_function=_link_or_copy)
        if extensions.can_be_extended(unfinished):
            extensions.extend(unfinished)
        for directory in [unfinished, *(path for path in unfinished.rglob("*") if path.is_dir())]:
            directory.chmod(0o755)
        unfinished.rename(copy)
    account.own(copy)
    copy.chmod(0o700)  # inside, the modes stay: hard links share them with the original
    return Installation(copy / installation.bin.name, installation.version)


def _link_or_copy(source: str, target: str) -> None:
    readable = Path(source).stat().st_mode & 0o004
    if readable:
        try:
            os.link(source, target)
        except OSError:  # another file system, or one without hard links
            shutil.copy2(source, target)
    else:
        shutil.copy2(source, target)
        Path(target).chmod(0o755)
