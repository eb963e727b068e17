"""What the work costs: calls, exactly; time, as a ratio to the baseline, in turn with it; and where it goes.

`./tests/run bench` prints the table. Counts and memory are asserted; times are told, since a machine has other things
to do. The API is one in memory whose answers take 100 ms each: what PostgreSQL takes is not ours.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import cast

import pytest

from bench import baseline, meter
from bench.api import Api
from bench.table import Row, Table
from e2e.stack import HEADERS, Stack
from local_server import LocalServer

LATENCY = 0.1
LANES = {"dynamic": 4, "plugin": 8}
"""Requests at once: the dynamic host has four threads, and Pulumi works on four resources for each core."""
BASELINE = "from baseline_things import Connection, Database, Project\n"
PROGRAM = """
shop = {prisma}Project("shop", name="shop")
for n in range({size}):
    database = {prisma}Database(f"d{{n}}", project_id=shop.id, name=f"{name}-{{n}}")
    {prisma}Connection(f"c{{n}}", database_id=database.id, name=f"web-{{n}}")
"""
MANY = 1000
"""Databases from which Pulumi writes its state once, and not at each step, which would take most of an hour."""
SIZES = (
    [50, 200, MANY]
    if not os.environ.get("PRISMA_BENCH_SIZES")
    else [int(size) for size in os.environ["PRISMA_BENCH_SIZES"].split(",")]
)


@dataclass(frozen=True)
class Pair:
    """Our stack and the baseline's, which do the same work one after the other."""

    ours: Stack
    baseline: Stack
    size: int
    api: Api

    def program(self, name: str) -> None:
        """The next state of both programs."""
        self.ours.program(PROGRAM.format(prisma="prisma.", size=self.size, name=name))
        body = PROGRAM.format(prisma="", size=self.size, name=name)
        (self.baseline.folder / "__main__.py").write_text(BASELINE + body)

    def run(self, table: Table, work: str, *command: str, lanes_of: int) -> Row:
        """One command in both; `lanes_of` is how many calls of 100 ms there are to share among the lanes.

        What is compared with live waits for the pages of a list, each of which names the next.
        """
        beneath = meter.measured(self.baseline, self.api, *command)
        spent = meter.measured(self.ours, self.api, *command)
        ideal = beneath.wall + max(ceil(self.size / 100), lanes_of / LANES[self.ours.host]) * LATENCY
        reads, writes = len(self.ours.sent("GET")), len(self.ours.sent())
        row = Row(work, self.ours.host, self.size, reads, writes, spent, beneath, ideal)
        table.add(row)
        return row


@pytest.fixture
def pair(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Pair]:
    """Two stacks in folders of their own."""
    host, size = request.param
    baseline.install(tmp_path, host)
    meter.install(tmp_path)
    with Api(LATENCY).serving() as api:
        ours, beneath = _stack(tmp_path / "ours", api, host), _stack(tmp_path / "baseline", api, host)
        if size >= MANY:
            for stack in (ours, beneath):
                stack.environment |= {"PULUMI_EXPERIMENTAL": "true", "PULUMI_SKIP_CHECKPOINTS": "true"}
        yield Pair(ours, beneath, size, api)


def _stack(folder: Path, api: Api, host: str) -> Stack:
    """A stack that finds the baseline's provider and the meter, one folder above its own."""
    folder.mkdir()
    stack = Stack(folder, cast("LocalServer", api), host)
    for name in ("PATH", "PYTHONPATH"):
        stack.environment[name] = f"{folder.parent}{os.pathsep}{stack.environment[name]}"
    return stack


@pytest.mark.parametrize("pair", [(host, size) for size in SIZES for host in HEADERS], indirect=True)
def test_a_life(pair: Pair, table: Table) -> None:
    """Create, unchanged preview and up, rename all, destroy: the calls are what they must be."""
    size, pages = pair.size, ceil(pair.size / 100)
    up, preview = ("up", "--yes", "--skip-preview"), ("preview",)
    pair.program("orders")
    row = pair.run(table, "create", *up, lanes_of=2 * size + 1)
    assert row.writes == 2 * size + 1
    assert row.reads <= 4
    row = pair.run(table, "unchanged preview", *preview, lanes_of=0)
    assert row.writes == 0
    assert row.reads <= 2 * pages + 4
    assert row.spent.provider_mib < 150
    table.say(f"memory of the provider, {row.host}, N = {size}, unchanged preview: {row.spent.provider_mib:.0f} MiB")
    row = pair.run(table, "unchanged up", *up, lanes_of=0)
    assert row.writes == 0
    assert row.reads <= 2 * pages + 4
    pair.program("sales")
    row = pair.run(table, "rename all", *up, lanes_of=size)
    assert row.writes == size
    assert row.reads <= 2 * pages + 4
    row = pair.run(table, "destroy", "destroy", "--yes", "--skip-preview", lanes_of=2 * size + 1)
    assert row.writes == 2 * size + 1
    assert row.reads <= pages + 4
    assert pair.ours.all("projects") == []


def test_what_it_takes_to_be_ready(table: Table) -> None:
    """Importing the SDK, and the plugin until it prints its port: seconds of CPU."""
    bare = _cpu("import pulumi")
    ours = _cpu("import pulumi_prisma")
    table.say(f"import pulumi_prisma: {ours - bare:.3f} s of CPU over import pulumi ({bare:.3f} s)")
    plugin = subprocess.Popen([Path(sys.executable).with_name("pulumi-resource-prisma")], stdout=subprocess.PIPE)
    assert plugin.stdout is not None
    assert int(plugin.stdout.readline()) > 0
    (peak,) = re.findall(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{plugin.pid}/status").read_text())
    plugin.kill()
    _, _, spent = os.wait4(plugin.pid, 0)
    plugin.returncode = 0  # it was waited for, above
    plugin.stdout.close()
    table.say(f"plugin ready: {spent.ru_utime + spent.ru_stime:.2f} s of CPU, {int(peak) / 1024:.0f} MiB")


def _cpu(statement: str) -> float:
    """The least of five runs."""
    script = f"import time\n{statement}\nprint(time.process_time())"
    runs = [
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True) for _ in range(5)
    ]
    return min(float(run.stdout) for run in runs)
