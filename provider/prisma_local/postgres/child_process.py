"""The programs of PostgreSQL and pgbouncer as child processes, and those that a killed control plane left running."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from prisma_local.postgres.account import Account


def start(command: Sequence[str | Path], account: Account, cwd: Path, log: Path) -> subprocess.Popen[bytes]:
    """Start a program as this account; all its output goes to the log."""
    with log.open("wb") as output:
        return subprocess.Popen(  # noqa: S603 - our own program and arguments
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=environment(),
            # A terminal sends Ctrl-C to its whole session: we stop the children ourselves, in our order.
            start_new_session=True,
            **account.process(),
        )


def environment() -> dict[str, str]:
    """Without the caller's PGDATA, PGPORT, locale and the like."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def running(belongs: Callable[[str], bool]) -> list[int]:
    """The pids of the processes with such a command line: a pid alone may be another process by now."""
    command = ["ps", "-ww", "-eo", "pid=,args="]
    listing = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - fixed arguments
    return [int(line.split(None, 1)[0]) for line in listing.stdout.splitlines() if belongs(line)]


def end(find: Callable[[], list[int]], signal: int, seconds: float) -> list[int]:
    """Send a signal to these processes and wait for their end; returns those that still run after so many seconds."""
    deadline = time.monotonic() + seconds
    for pid in find():
        os.kill(pid, signal)
    while left := find():
        if time.monotonic() > deadline:
            return left
        time.sleep(0.01)
    return []
