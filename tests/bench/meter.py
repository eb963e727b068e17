"""Where the time goes: what the engine, the program and the provider spend, and how long the API is asked."""

from __future__ import annotations

import json
import resource
import time
from dataclasses import dataclass
from pathlib import Path

from bench.api import Api
from e2e.stack import Stack

_SITE = """
import os

if "BENCH_METER" in os.environ:
    import atexit, json, sys, time

    def memory():
        # Not ru_maxrss: that begins with what the process held that started this one.
        for line in open("/proc/self/status"):
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024

    def tell():
        line = {"command": sys.orig_argv, "cpu": time.process_time(), "mib": memory()}
        with open(os.environ["BENCH_METER"], "a") as meter:
            print(json.dumps(line), file=meter)

    def tell_and_exit(code, exit=os._exit):
        tell()
        exit(code)

    atexit.register(tell)
    os._exit = tell_and_exit  # as the plugin ends
"""


@dataclass(frozen=True)
class Spent:
    """Seconds of the clock; seconds of CPU of each part; and how long a call of the API was under way."""

    wall: float
    engine: float
    program: float
    provider: float
    api: float
    provider_mib: float
    """The most memory that the provider had."""


def install(folder: Path) -> None:
    """Let each Python process that has this folder on its path tell at its end what it took."""
    (folder / "sitecustomize.py").write_text(_SITE)


def measured(stack: Stack, api: Api, *command: str) -> Spent:
    """Run one command of the CLI."""
    told = stack.folder.parent / "meter"
    told.unlink(missing_ok=True)
    api.clear()
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    stack.pulumi(*command, BENCH_METER=str(told))
    wall, after = time.monotonic() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    parts = [json.loads(line) for line in told.read_text().splitlines()]
    program = [part for part in parts if any("pulumi-language-python-exec" in word for word in part["command"])]
    provider = [part for part in parts if any(_is_provider(word) for word in part["command"])]
    in_python = sum(part["cpu"] for part in parts)
    return Spent(
        wall=wall,
        engine=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime - in_python,
        program=sum(part["cpu"] for part in program),
        provider=sum(part["cpu"] for part in provider),
        api=api.seconds,
        provider_mib=max((part["mib"] for part in provider), default=0.0),
    )


def _is_provider(word: str) -> bool:
    return word == "pulumi.dynamic" or "pulumi-resource-" in word
