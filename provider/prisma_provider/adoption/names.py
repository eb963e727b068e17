"""Names that a program can use: safe, unique, and the same for the same workspace."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable
from itertools import chain, count

RESERVED = frozenset({*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "prisma", "pulumi", "kept", "config"})
"""What a variable must not be called: it would be no Python, or hide what the program needs."""
_LONGEST = 60


def slug(text: str) -> str:
    """A name for Pulumi: letters, digits and dashes; empty where nothing of it can be one."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", plain).strip("-")[:_LONGEST].strip("-")


def identifier(text: str) -> str:
    """A name for Python: lower case, underscores, no digit first; empty where nothing of it can be one."""
    found = slug(text).lower().replace("-", "_")
    return f"_{found}" if found[:1].isdigit() else found


class Names:
    """Gives each name once; `joint` stands before the number of one that has to have one."""

    def __init__(self, joint: str, taken: Iterable[str] = ()) -> None:
        self._joint = joint
        self._taken = set(taken)

    def take(self, *candidates: str) -> str:
        """The first of these that is still free, or the last one with a number; empty ones do not count."""
        usable = [each for each in candidates if each]
        numbered = (f"{usable[-1]}{self._joint}{number}" for number in count(2))
        found = next(each for each in chain(usable, numbered) if each not in self._taken)
        self._taken.add(found)
        return found
