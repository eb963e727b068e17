"""The data directory: where it is, its lock, and what stays the same from one start to the next."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from prisma_local.errors import StartupError
from prisma_local.postgres.account import PROGRAMS, Account

PREFIX = "prisma-local-"
TEMPORARY_FOLDERS = ("/tmp", "/var/tmp")  # noqa: S108 - which an unprivileged account may enter, too


@dataclass(slots=True)
class Identity:
    """What clients keep in their configuration: a token and three ports (0: not chosen yet)."""

    token: str
    port: int = 0
    postgres_port: int = 0
    pooler_port: int = 0


def default_path() -> Path:
    """Where the data of this user is without --data-dir."""
    if os.geteuid() == 0:
        return Path("/var/lib/prisma-local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "prisma-local"
    state = os.environ.get("XDG_STATE_HOME")
    return (Path(state) if state else Path.home() / ".local" / "state") / "prisma-local"


def make(folder: Path, account: Account) -> Path:
    """Made where it is missing, and only where PostgreSQL's account may enter it."""
    folder = folder.expanduser().absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # Root's PostgreSQL runs as another account, which must enter the folder but need not list it.
        folder.chmod(0o711 if account.dropped else 0o700)
    except OSError as error:
        raise StartupError(f"The data directory {folder} cannot be used: {error.strerror}.") from error
    obstacle = account.obstacle(folder)
    if obstacle is not None:
        raise StartupError(
            f"PostgreSQL runs as '{account.name}', which cannot pass {obstacle}; choose another --data-dir."
        )
    return folder


def make_temporary(account: Account) -> Path:
    folders = (tempfile.gettempdir(), *TEMPORARY_FOLDERS)
    base = next((each for each in folders if account.can_enter(Path(each))), None)
    if base is None:
        raise StartupError(f"'{account.name}' can enter none of {', '.join(folders)}; use --data-dir.")
    return make(Path(tempfile.mkdtemp(prefix=PREFIX, dir=base)), account)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Locked for this process; the lock ends with the process, however it ends."""
    with (folder / "lock").open("a+") as file:
        if not _lock(file):
            file.seek(0)
            holder = file.read().strip()
            raise StartupError(
                f"Another prisma-local (process {holder or 'unknown'}) already serves {folder}; "
                "stop it or choose another --data-dir."
            )
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def make_private(folder: Path) -> None:
    """No other account can read what is in the folder, nor what this process makes from now on.

    PostgreSQL's log, for one, holds failed statements, with the passwords and rows in them.
    """
    os.umask(0o077)
    for path in _contents(folder):
        mode = path.lstat().st_mode
        if mode & 0o077 and not path.is_symlink():
            path.chmod(mode & 0o700)


def _contents(folder: Path) -> Iterator[Path]:
    """Two levels; what is deeper is in PostgreSQL's own folders. A copy of its programs is no secret."""
    for path in folder.iterdir():
        if path.name.startswith(PROGRAMS):
            continue
        yield path
        if path.is_dir():
            yield from path.iterdir()


def leftovers(beside: Path) -> Iterator[Path]:
    """Temporary folders of ephemeral servers that were killed; each is locked while the caller has it."""
    for found in beside.parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(FileNotFoundError):  # another server may be removing it, too
            is_mine = found != beside and found.stat().st_uid == os.geteuid() and (found / "pgdata").is_dir()
            if not is_mine:
                continue
            with (found / "lock").open("r+") as file:
                if _lock(file):
                    yield found


def remove(folder: Path) -> None:
    shutil.rmtree(folder)


def load_identity(folder: Path) -> Identity:
    path = folder / "identity.json"
    if not path.exists():
        return Identity(token=f"prsc_local_{secrets.token_urlsafe(32)}")
    try:
        return Identity(**json.loads(path.read_text()))
    except (ValueError, TypeError) as error:
        raise StartupError(f"{path} is damaged; remove it to get a new token and new ports.") from error


def save_identity(folder: Path, identity: Identity) -> None:
    """Whole or not at all: with half a token no client could log in."""
    unfinished = folder / "identity.json.new"
    unfinished.touch(mode=0o600)
    with unfinished.open("w") as file:
        json.dump(asdict(identity), file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(folder / "identity.json")
