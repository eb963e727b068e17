"""Tables for people: as wide as the terminal, and in a pipe as wide as it takes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from prisma_provider.login.extra import needed
from prisma_provider.text import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPE_WIDTH = 10_000


def console(*, stderr: bool = False) -> Console:
    """Standard output, or the other one."""
    with needed("A table"):
        from rich.console import Console
    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, width=None if is_terminal else PIPE_WIDTH, highlight=False)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """A table of texts: None is a dash, True a yes; what a terminal would obey is not let through."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    found = Table(*columns, box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for row in rows:
        found.add_row(*(Text(_text(cell), overflow="fold") for cell in row))
    return found


def show(columns: Sequence[str], rows: Iterable[Sequence[object]], nothing: str) -> None:
    """A table on standard output, or in its place the sentence that there is nothing."""
    listed = [*rows]
    out = console()
    out.print(table(columns, listed) if listed else nothing)


def _text(cell: object) -> str:
    if cell is None or cell is False:
        return "-"
    return "yes" if cell is True else plain(str(cell))
