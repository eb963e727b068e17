"""The rounds and the table: `PYTHONPATH=.:tests python -m bench.rivals 50 --terraform-provider PATH`."""

from __future__ import annotations

import argparse
import signal
import tempfile
import time
from pathlib import Path

from bench.rivals.alchemy import Alchemy
from bench.rivals.api import AnyClients
from bench.rivals.opentofu import OpenTofu
from bench.rivals.ours import Dynamic, Ours, Python, Set, SetWithoutPreview, WithoutPreview
from bench.rivals.tool import DESTROY, RENAME, STEPS, Tool

Cell = tuple[float, int]
"""Seconds of the whole command, and the calls that the API saw."""


def life(kind: type[Tool], size: int) -> list[Cell]:
    """All steps of one tool, from nothing to nothing."""
    cells = []
    with tempfile.TemporaryDirectory() as folder, AnyClients().serving() as api:
        tool = kind(Path(folder) / "stack", size, api.url)
        tool.install()
        for step in STEPS:
            tool.program("sales" if step in (RENAME, DESTROY) else "orders")
            api.clear()
            began = time.monotonic()
            tool.step(step)
            cells.append((time.monotonic() - began, len(api.requests())))
        if api.service.projects:
            raise SystemExit(f"{tool.name} left a project.")
    return cells


def main() -> None:
    """The best of some rounds, in each of which the tools take turns."""
    parser = argparse.ArgumentParser(prog="bench.rivals", description="The same work for other tools and for us.")
    parser.add_argument("size", type=int, nargs="?", default=50, help="databases, with a connection each (default: 50)")
    parser.add_argument("--rounds", type=int, default=3, help="the best of so many counts (default: 3)")
    parser.add_argument("--terraform-provider", type=Path, metavar="PATH", help="its binary; without it, no such row")
    given = parser.parse_args()
    # Pulumi ends its hosts by SIGINT, which a shell lets a command in the background ignore: 5 s for each.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    kinds: list[type[Tool]] = [Alchemy, Dynamic, Python, Ours, WithoutPreview, Set, SetWithoutPreview]
    if given.terraform_provider:
        OpenTofu.provider = given.terraform_provider.resolve(strict=True)
        kinds.insert(0, OpenTofu)
    rounds = [{kind: life(kind, given.size) for kind in kinds} for _ in range(given.rounds)]
    print(f"| {given.size} + {given.size} | {' | '.join(STEPS)} |\n|{'---|' * (len(STEPS) + 1)}")
    for kind in kinds:
        cells = (min(each) for each in zip(*(found[kind] for found in rounds), strict=True))
        print(f"| {kind.name} | {' | '.join(f'{seconds:.2f} / {calls}' for seconds, calls in cells)} |")


if __name__ == "__main__":
    main()
