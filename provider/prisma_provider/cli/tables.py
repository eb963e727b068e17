"""Tables for people: as wide as the terminal, and in a pipe as wide as it takes."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from prisma_provider.extras import needed
from prisma_provider.text import plain

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPE_WIDTH = 10_000
GAP = 2
"""Characters between two columns."""
FOLDED, READABLE = 8, 24
"""Characters of a line that a folded column has at least, and those for which others are left out."""


@dataclass(frozen=True)
class Column:
    """A column of ids or other short words, which stay whole: what is copied has to be."""

    title: str
    folds: bool = False
    """A column of names: where the terminal is too narrow, a name goes on in the next line."""
    optional: bool = False
    """Left out where the terminal is too narrow, and the reader is told so."""
    right: bool = False
    """A column of numbers, or of what is compared like them."""


@dataclass(frozen=True)
class _Filled:
    """A column and what stands in it."""

    column: Column
    cells: tuple[str, ...]

    def width(self, least: int) -> int:
        """What it takes, folded to so many characters where it may be."""
        from rich.cells import cell_len

        whole = max(map(cell_len, (self.column.title, *self.cells)))
        return min(whole, max(least, len(self.column.title))) if self.column.folds else whole


def console(*, stderr: bool = False) -> Console:
    """Standard output, or the other one."""
    with needed("A table"):
        from rich.console import Console
    is_terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return Console(stderr=stderr, width=None if is_terminal else PIPE_WIDTH, highlight=False)


def show(columns: Sequence[str | Column], rows: Iterable[Sequence[object]], nothing: str) -> None:
    """A table on standard output, or in its place the sentence that there is nothing.

    A title alone stands for a column of names; `Id` for one of ids.
    """
    out, lines = console(), [[_text(cell) for cell in row] for row in rows]
    if not lines:
        out.print(plain(nothing), markup=False, emoji=False)
        return
    filled = [_Filled(_column(each), cells) for each, cells in zip(columns, zip(*lines, strict=True), strict=True)]
    shown = _fitting(filled, out.width)
    # A terminal that is narrower even so breaks the lines itself, and an id is copied whole.
    out.width = max(out.width, _total(each.width(FOLDED) for each in shown))
    out.print(_table(shown))
    if left_out := [each.column.title for each in filled if each not in shown]:
        out.print(f"Not shown, the terminal is too narrow: {', '.join(left_out)}.", style="dim")


def _column(given: str | Column) -> Column:
    return given if isinstance(given, Column) else Column(given, folds=given != "Id")


def _fitting(filled: Sequence[_Filled], width: int) -> list[_Filled]:
    """Without the optional columns, from the last on, that keep the others from being read."""
    shown = [*filled]
    for each in reversed(filled):
        if each.column.optional and _total(one.width(READABLE) for one in shown) > width:
            shown.remove(each)
    return shown


def _total(widths: Iterable[int]) -> int:
    """The width of a table with these columns."""
    return sum(width + GAP for width in widths) - GAP


def _table(filled: Sequence[_Filled]) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    found = Table(box=box.SIMPLE_HEAD, padding=(0, GAP - 1, 0, 0), pad_edge=False, show_edge=False, header_style="bold")
    for each in filled:
        least = each.width(FOLDED)
        justify = "right" if each.column.right else "left"
        found.add_column(each.column.title, justify=justify, no_wrap=not each.column.folds, min_width=least)  # type: ignore[arg-type]
    for row in zip(*(each.cells for each in filled), strict=True):
        found.add_row(*(Text(cell, overflow="fold") for cell in row))
    return found


def _text(cell: object) -> str:
    """None is a dash, True a yes; what a terminal would obey is not let through."""
    if cell is None or cell is False:
        return "-"
    return "yes" if cell is True else plain(str(cell))
