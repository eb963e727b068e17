"""The programs of PostgreSQL and pgbouncer as child processes, and those that a killed control plane left running."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from prisma_local.postgres.account import Account

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@contextmanager
def signals_afterwards() -> Iterator[None]:
    """Handle a signal to stop at the end of this: an exception inside Popen leaves a process that nobody knows."""
    came: list[int] = []
    handlers = {sign: signal.signal(sign, lambda number, _frame: came.append(number)) for sign in STOP_SIGNALS}
    try:
        yield
    finally:
        for sign, handler in handlers.items():
            signal.signal(sign, handler)
        for number in came:
            signal.raise_signal(number)


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
    return [int(line.split(None, 1)[0]) for line in _processes("pid=,args=") if belongs(line)]


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill a program with all that it has started, and wait for their end: initdb's own postgres outlives it."""
    os.killpg(process.pid, signal.SIGKILL)  # `start` made it the leader of a group of its own
    process.wait()
    while _running_in(process.pid):
        time.sleep(0.01)


def _running_in(group: int) -> bool:
    """Whether a process of this group still runs; one that only waits to be reaped (Z) does not."""
    rows = (line.split() for line in _processes("pgid=,stat="))
    return any(row[0] == str(group) and not row[1].startswith("Z") for row in rows)


def _processes(columns: str) -> list[str]:
    """A line for each process of this machine."""
    command = ["ps", "-ww", "-eo", columns]
    listing = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own arguments
    return listing.stdout.splitlines()


def end(find: Callable[[], list[int]], sign: int, seconds: float) -> list[int]:
    """Send a signal to these processes and wait for their end; returns those that still run after so many seconds."""
    deadline = time.monotonic() + seconds
    for pid in find():
        os.kill(pid, sign)
    while left := find():
        if time.monotonic() > deadline:
            return left
        time.sleep(0.01)
    return []
