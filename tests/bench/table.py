"""The rows of the bench."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

HEADINGS = ("work", "host", "N", "reads", "writes", "seconds", "floor", "ideal", "ratio to ideal")


@dataclass(frozen=True)
class Row:
    """A piece of work: its calls, its time, that of the floor, and what the service's latency adds at best."""

    work: str
    host: str
    size: int
    reads: int
    writes: int
    seconds: float
    floor: float
    ideal: float

    @property
    def ratio(self) -> float:
        """How much longer than the floor with the latency of its calls."""
        return self.seconds / self.ideal

    def cells(self) -> tuple[str, ...]:
        times = (f"{self.seconds:.2f}", f"{self.floor:.2f}", f"{self.ideal:.2f}", f"{self.ratio:.2f}")
        return (self.work, self.host, str(self.size), str(self.reads), str(self.writes), *times)


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
        yield f"{os.cpu_count()} cores, Python {platform.python_version()}; 100 ms for each call of the API"
        yield ""
        yield _line(HEADINGS)
        yield _line(["---"] * len(HEADINGS))
        for row in cls._rows:
            yield _line(row.cells())
        yield ""
        yield from cls._facts


def _line(cells: tuple[str, ...] | list[str]) -> str:
    return f"| {' | '.join(cells)} |"
