"""What all reports share: the exit status, lists that are cut, and Markdown for a comment of a pull request.

Values stand in code there: nobody can write into the comment with them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from enum import IntEnum
from typing import Final

from prisma_provider.text import cut, plain

MOST_CHARACTERS: Final = 32_000
"""A comment has room for 65,536: two reports stand in one, and a workflow writes a line or two of its own."""
LONGEST: Final = 200
"""Characters of a value that are shown."""
MORE: Final = "… and {} more"
_LINES: Final = (100, 30, 10, 3)
"""How many lines of each list are shown: the most that fit."""


class Verdict(IntEnum):
    """What a check has to know; its value is the exit status."""

    SAFE = 0
    FAILED = 1
    """It did not reach its end, or not all could be seen: what it does not show may be worse."""
    CHANGES = 10
    DATA_LOSS = 20


def some(lines: Sequence[str], most: int) -> list[str]:
    """These lines, no more than so many, and how many are left out."""
    left = len(lines) - most
    return [*lines[:most], *([MORE.format(left)] if left > 0 else [])]


def fitting(render: Callable[[int], str]) -> str:
    """A comment with as many lines of each list as GitHub has room for."""
    comment = ""
    for most in _LINES:
        comment = render(most)
        if len(comment.encode("utf-16-le")) <= 2 * MOST_CHARACTERS:
            break
    return comment


def joined(parts: Iterable[str]) -> str:
    """Paragraphs; those that are empty are left out."""
    return "\n\n".join(part for part in parts if part) + "\n"


def code(text: str, *, limit: int = LONGEST) -> str:
    """Text as code: a fence longer than any in it, on one line."""
    text = cut(plain(text), limit)
    fence = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    return f"{fence} {text} {fence}" if len(fence) > 1 else f"`{text}`"


def block(text: str) -> str:
    """Lines of code."""
    fence = "`" * max(3, max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    return f"{fence}\n{text}\n{fence}"


def alert(kind: str, title: str, lines: Sequence[str], most: int) -> str:
    """A coloured list (`CAUTION`, `WARNING`, `NOTE`); nothing where there are no lines."""
    if not lines:
        return ""
    shown = [f"[!{kind}]", *filter(None, [title]), *(f"- {line}" for line in some(lines, most))]
    return "\n".join(f"> {line}" for line in shown)


def table(head: Sequence[str], rows: Iterable[Sequence[str]], most: int) -> str:
    """A table; nothing where there are no rows."""
    lines = [_row(cell.replace("|", r"\|") for cell in row) for row in rows]
    return "\n".join([_row(head), "|" + "---|" * len(head), *some(lines, most)]) if lines else ""


def _row(cells: Iterable[str]) -> str:
    return "".join(f"| {cell} " if cell else "| " for cell in cells) + "|"
