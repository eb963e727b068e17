"""Texts of others, such as names, as a terminal or the log of a job may have them: shown, never obeyed."""

from __future__ import annotations

import re

from prisma_provider.errors import PrismaError

_COMMAND = re.compile(r"^(\s*):+(?=:)|#(?=#\w*\[)")
"""How a line tells a job of GitHub's (`::error::…`, `##[error]…`) or of Azure's (`##vso[…]…`) to do something."""


def plain(text: str, instead: str = "�") -> str:
    """One line, without what a terminal or a job would obey: `instead` stands where something was taken out."""
    shown = "".join(each if each.isprintable() else instead for each in text)
    return _COMMAND.sub(rf"\1{instead}", shown)


def sentences(error: PrismaError) -> str:
    """An error, each of its sentences on a line of its own."""
    return "\n".join(plain(line) for line in error.lines())
