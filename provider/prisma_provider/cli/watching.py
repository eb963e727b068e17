"""Waiting for databases, with a line for each: moving on a terminal, and elsewhere one for each change."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Collection, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

import click

from prisma_provider.cli import output, tables
from prisma_provider.text import plain

if TYPE_CHECKING:
    from rich.progress import TaskID

GOOD = {"ready": True, "failure": False}
"""Whether all is well with a database of this status; of another one nobody knows."""
GONE = "deleted"
"""What is said of a database that is not there any more."""

Look = Callable[[], Mapping[str, str]]
"""The status of each database, by its title."""


class _Display(Protocol):
    def show(self, statuses: Mapping[str, str]) -> None: ...


def watch(look: Look, waiting: Collection[str], every: float) -> None:
    """Look again and again, `every` so many seconds, until nothing is in one of these statuses."""
    statuses = look()
    with _Bars(waiting) if sys.stderr.isatty() else _Lines(waiting) as display:
        display.show(statuses)
        while any(each in waiting for each in statuses.values()):
            time.sleep(every)
            statuses = {**dict.fromkeys(statuses, GONE), **look()}
            display.show(statuses)


class _Lines:
    """A line for each change of a database that is on its way."""

    def __init__(self, waiting: Collection[str]) -> None:
        self._waiting = waiting
        self._shown: dict[str, str] = {}

    def __enter__(self) -> _Display:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """There is nothing to put back."""

    def show(self, statuses: Mapping[str, str]) -> None:
        for title, status in statuses.items():
            if self._shown.get(title, status if status not in self._waiting else None) != status:
                click.echo(plain(f"{title}: {status}"), err=True)
            self._shown[title] = status


class _Bars:
    """A moving line with the time for each database that is on its way; at its end a sign says how it went."""

    def __init__(self, waiting: Collection[str]) -> None:
        from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        self._waiting = waiting
        self._tasks: dict[str, TaskID] = {}
        columns = (
            SpinnerColumn(finished_text=""),
            TextColumn("{task.description}", markup=False),
            TimeElapsedColumn(),
        )
        self._progress = Progress(*columns, console=tables.console(stderr=True))

    def __enter__(self) -> _Display:
        self._progress.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.__exit__(kind, error, trace)

    def show(self, statuses: Mapping[str, str]) -> None:
        for title, status in statuses.items():
            if status in self._waiting and title not in self._tasks:
                self._tasks[title] = self._progress.add_task("", total=None)
            if title in self._tasks:
                self._update(self._tasks[title], title, status)

    def _update(self, task: TaskID, title: str, status: str) -> None:
        done = status not in self._waiting
        sign = f"{output.sign(GOOD.get(status), self._progress.console.encoding)} " if done else ""
        said = plain(f"{sign}{title}: {status}")
        self._progress.update(task, description=said, total=1 if done else None, completed=int(done))
