"""The local control plane: until it is ready, what a create takes alone and among eight, what it holds at rest."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from examples._machine.processes import family

from bench.table import Table
from local_server import LocalServer
from prisma_local.databases.stock import SIZE

AT_ONCE = 8
ROUNDS = 5
AT_REST = 50
REST_SECONDS = 10.0
MIB = 1024


@contextmanager
def timed(into: list[float]) -> Iterator[None]:
    """Milliseconds."""
    started = time.monotonic()
    yield
    into.append((time.monotonic() - started) * 1000)


def test_prisma_local(table: Table) -> None:
    """Ready from nothing, creates on a quiet server and on a busy one, and memory: every create gave a database."""
    starts: list[float] = []
    for _ in range(ROUNDS):
        server = LocalServer()
        with timed(starts):
            server.start()
        server.stop()
    table.say(f"prisma-local ready from nothing: {_told(starts)}")
    with LocalServer() as server:
        work = _Work(server)
        quiet = [took for _ in range(ROUNDS) for took in work.creates(AT_ONCE, at_once=AT_ONCE, stocked=True)]
        table.say(f"create, {AT_ONCE} at once on a quiet server: {_told(quiet)}")
        table.say(f"create, one after another, from the stock: {_told(work.creates(SIZE, at_once=1, stocked=True))}")
        table.say(f"create, one after another, without it: {_told(work.creates(2 * SIZE, at_once=1, stocked=False))}")
        busy = work.creates(ROUNDS * AT_ONCE, at_once=AT_ONCE, stocked=False)
        table.say(f"create, {AT_ONCE} at once, without it: {_told(busy)}")
        assert len(server.postgres()["databases"]) == 2 * ROUNDS * AT_ONCE + 3 * SIZE
    with LocalServer() as server:
        _Work(server).creates(AT_REST, at_once=1, stocked=False)
        assert len(server.postgres()["databases"]) == AT_REST
        server.stocked()
        time.sleep(REST_SECONDS)
        table.say(f"prisma-local at rest with {AT_REST} databases: {_memory(server.process.pid)}")


class _Work:
    """Creates over HTTP, as a client sends them: over connections that it keeps open."""

    def __init__(self, server: LocalServer) -> None:
        self._server = server
        self._project = server.made("/v1/projects", name="shop", createDatabase=False)

    def creates(self, count: int, *, at_once: int, stocked: bool) -> list[float]:
        """What each of them took; begun with a full stock, or just after what has used it up."""
        if stocked:
            self._server.stocked()
        took: list[float] = []
        with ThreadPoolExecutor(at_once) as clients:
            for done in [clients.submit(self._create, took) for _ in range(count)]:
                done.result()
        return took

    def _create(self, took: list[float]) -> None:
        with timed(took):
            self._server.made("/v1/databases", projectId=self._project["id"], name="orders")


def _told(milliseconds: list[float]) -> str:
    return f"{statistics.median(milliseconds):.0f} ms median, {max(milliseconds):.0f} ms at most"


def _memory(leader: int) -> str:
    """The whole tree's share: what its processes have in common, such as PostgreSQL's buffers, counts once."""
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("only Linux tells which memory is shared")
    shares = [_share(pid) for pid in family(leader)]
    return f"{sum(shares) / MIB:.0f} MiB in {len(shares)} processes"


def _share(pid: int) -> int:
    """KiB, of the line `Pss:    1234 kB`; nothing where the process has just ended."""
    with suppress(FileNotFoundError, ProcessLookupError):
        told = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return next(int(line.split()[1]) for line in told if line.startswith("Pss:"))
    return 0
