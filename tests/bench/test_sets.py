"""Ten thousand databases in one declaration: calls, memory and state are asserted, seconds are told."""

from __future__ import annotations

import os
from collections.abc import Iterator
from math import ceil
from pathlib import Path
from typing import cast

import pytest

from bench import meter
from bench.api import Api
from bench.table import Table
from e2e.stack import Stack
from e2e.test_killed import kill
from local_server import LocalServer

LATENCY = 0.1
SIZE = int(os.environ.get("PRISMA_BENCH_SET", "10000"))
RENAMED = min(100, SIZE)
PROGRAM = """
shop = prisma.Project("shop", name="shop")
names = {{f"tenant-{{n}}": f"{{'new' if n < {renamed} else 'tenant'}}-{{n}}" for n in range({size})}}
tenants = prisma.DatabaseSet("tenants", project_id=shop.id, databases=names, connections=True, allow_delete=True)
"""


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    """A stack over the plugin, whose provider tells what it took."""
    meter.install(tmp_path)
    with Api(LATENCY).serving() as api:
        stack = Stack(tmp_path, cast("LocalServer", api), "plugin")
        stack.environment["PYTHONPATH"] = f"{tmp_path}{os.pathsep}{stack.environment['PYTHONPATH']}"
        yield stack


def test_a_life_of_a_set(stack: Stack, table: Table) -> None:
    """Made, previewed unchanged, a hundred renamed, destroyed: as many calls as there must be, in little memory."""
    api, pages = cast("Api", stack.server), ceil(SIZE / 100)
    stack.program(PROGRAM.format(size=SIZE, renamed=0))

    def run(work: str, *command: str, writes: int, reads: int) -> None:
        spent = meter.measured(stack, api, *command)
        assert len(stack.sent()) == writes
        assert len(stack.sent("GET")) <= reads
        assert 0 < spent.provider_mib < 300
        calls = len(api.requests())
        table.say(f"set of {SIZE:,}, {work}: {calls:,} calls, {spent.wall:.1f} s, {spent.provider_mib:.0f} MiB")

    skip = ("--yes", "--skip-preview")
    run("create", "up", *skip, writes=SIZE + 1, reads=10)
    assert len(stack.export()) < 10_000_000 * max(SIZE, 100) / 10_000
    table.say(f"set of {SIZE:,}, state: {len(stack.export()) / 1e6:.1f} MB")
    run("unchanged preview", "preview", writes=0, reads=pages + 9)
    stack.program(PROGRAM.format(size=SIZE, renamed=RENAMED))
    run(f"{RENAMED} renamed", "up", *skip, writes=RENAMED, reads=pages + 9)
    run("destroy", "destroy", *skip, writes=SIZE + 1, reads=2 * pages + 20)


def test_a_set_that_is_killed(stack: Stack, table: Table) -> None:
    """SIGKILL in the middle of its creation: the next `up` makes the rest, and nothing twice."""
    api, size = cast("Api", stack.server), max(SIZE // 10, 20)
    stack.program(PROGRAM.format(size=size, renamed=0))
    with stack.start("up", *("--yes", "--skip-preview")) as running:
        stack.wait_until(lambda: len(api.service.databases) >= size // 2)
        kill(running, "all")
    made = len(api.service.databases)
    stack.pulumi("cancel", "--yes", expect=None)
    stack.pulumi("up", "--yes", "--skip-preview")
    assert len(api.service.databases) == size
    assert len({each["name"] for each in api.service.databases.values()}) == size
    table.say(f"set of {size:,}, killed at {made:,}: {size:,} after the next up, none twice")
