"""How long an unchanged preview takes in YAML, where no program's start hides that of the plugin.

Each way to find the plugin in turn with the others, and the best of some rounds: seconds are told, calls asserted.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import pytest

from bench.api import Api
from bench.installed import install, path_without_command
from bench.table import Table
from bench.yaml_program import single
from e2e.yaml_stack import YamlStack
from local_server import LocalServer
from prisma_provider.cli.make_plugin import NAME

SIZE = 50
ROUNDS = int(os.environ.get("PRISMA_BENCH_ROUNDS", "5"))


@contextmanager
def attached(stack: YamlStack) -> Iterator[dict[str, str]]:
    """A process of the plugin that runs already, and has done it once."""
    with subprocess.Popen([NAME], stdout=subprocess.PIPE, text=True, env=stack.environment) as plugin:
        assert plugin.stdout is not None
        found = {"PULUMI_DEBUG_PROVIDERS": f"prisma:{plugin.stdout.readline().strip()}"}
        stack.pulumi("preview", expect=0, **found)
        yield found
        plugin.terminate()


@pytest.mark.parametrize("latency", [0.0, 0.1])
def test_an_unchanged_preview(tmp_path: Path, table: Table, latency: float) -> None:
    """The plugin on PATH, installed, and attached, beside a program without resources: as few calls each time."""
    with Api(latency).serving() as api:
        stack, empty = (_stack(tmp_path / name, api) for name in ("full", "empty"))
        stack.program("resources: " + json.dumps(single(SIZE, "orders")))
        install(stack.environment)
        without_command = path_without_command(stack.environment["PATH"])
        for each in (stack, empty):
            each.pulumi("up", "--yes", "--skip-preview", PULUMI_SKIP_CHECKPOINTS="true", PULUMI_EXPERIMENTAL="true")
        seconds: dict[str, list[float]] = defaultdict(list)

        def preview(what: str, of: YamlStack, **environment: str) -> None:
            api.clear()
            began = time.monotonic()
            of.pulumi("preview", "--expect-no-changes", expect=0, **environment)
            seconds[what].append(time.monotonic() - began)
            assert len(api.requests()) == (2 if of is stack else 0)

        for _ in range(ROUNDS):
            preview("without resources", empty)
            preview("plugin on PATH", stack)
            preview("installed", stack, PATH=without_command)
            with attached(stack) as running:
                preview("attached", stack, **running)
    best = ", ".join(f"{what} {min(times):.2f} s" for what, times in seconds.items())
    table.say(f"unchanged preview of {SIZE} + {SIZE} in YAML, {latency * 1000:.0f} ms a call: {best}")


def _stack(folder: Path, api: Api) -> YamlStack:
    folder.mkdir()
    return YamlStack(folder, cast("LocalServer", api))
