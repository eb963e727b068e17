"""The rows of the bench."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from bench.meter import Spent

HEADINGS = (
    *("work", "host", "N", "reads", "writes", "seconds", "baseline", "ideal", "ratio to ideal"),
    *("engine", "program", "provider", "API"),
)


@dataclass(frozen=True)
class Row:
    """A piece of work: its calls, what it took, what the baseline took, and that plus the latency of the calls."""

    work: str
    host: str
    size: int
    reads: int
    writes: int
    spent: Spent
    baseline: Spent
    ideal: float

    @property
    def ratio(self) -> float:
        """How much longer than the baseline with the latency of its calls."""
        return self.spent.wall / self.ideal

    def cells(self) -> tuple[str, ...]:
        """As text; of the parts, what the baseline took stands in brackets."""
        times = [f"{time:.2f}" for time in (self.spent.wall, self.baseline.wall, self.ideal, self.ratio)]
        parts = [
            f"{getattr(self.spent, part):.2f} ({getattr(self.baseline, part):.2f})"
            for part in ("engine", "program", "provider")
        ]
        counts = (str(self.size), str(self.reads), str(self.writes))
        return (self.work, self.host, *counts, *times, *parts, f"{self.spent.api:.2f}")


class Table:
    """All rows of a run."""

    _rows: ClassVar[list[Row]] = []
    _facts: ClassVar[list[str]] = []

    def add(self, row: Row) -> None:
        """Another row."""
        self._rows.append(row)

    def say(self, fact: str) -> None:
        """A figure that is no row."""
        self._facts.append(fact)

    @classmethod
    def printed(cls) -> Iterator[str]:
        """As a table of Markdown, with the size of the machine."""
        if not cls._rows and not cls._facts:
            return
        yield ""
        yield f"{os.cpu_count()} cores, Python {platform.python_version()}; 100 ms for each call of the API."
        yield "Engine, program, provider: seconds of CPU, the baseline's in brackets. API: while a call was under way."
        yield ""
        yield _line(HEADINGS)
        yield _line(["---"] * len(HEADINGS))
        for row in cls._rows:
            yield _line(row.cells())
        yield ""
        yield from cls._facts


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"
