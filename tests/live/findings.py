"""What is relied on, as data, and what was found of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from live.world import World

HOLDS, DIFFERS, NOT_TRIED = "holds", "differs", "not tried"


@dataclass(frozen=True)
class Found:
    """A verdict; `wanted` and `seen` are its two values, `why` says what kept it from being tried."""

    verdict: str
    wanted: str = ""
    seen: str = ""
    why: str = ""


class NotTried(Exception):
    """It cannot be told here; the text says why."""


class Different(Exception):
    """An answer that lacks what every answer of its kind has."""

    def __init__(self, wanted: str, seen: str) -> None:
        super().__init__(wanted, seen)
        self.found = Found(DIFFERS, wanted, seen)


Judge = Callable[["World"], Found]


@dataclass(frozen=True)
class Reliance:
    """One thing that the provider relies on, where its code does (a file and a name in it), and how it is judged.

    `where` is empty for what no code relies on yet.
    """

    name: str
    relies: str
    where: str
    judge: Judge


class Table:
    """Reliances in the order in which they are tried."""

    def __init__(self) -> None:
        self.rows: list[Reliance] = []

    def row(self, name: str, relies: str, where: str) -> Callable[[Judge], Judge]:
        """Add the function as the judge of a new row."""

        def add(judge: Judge) -> Judge:
            self.rows.append(Reliance(name, relies, where, judge))
            return judge

        return add


def holds(seen: object = "") -> Found:
    """As it is relied on; `seen` is worth a word all the same."""
    return Found(HOLDS, seen=str(seen))


def compared(wanted: object, seen: object, *, says: object = None) -> Found:
    """Whether both are one; `says` is shown instead of `seen`."""
    shown = str(seen if says is None else says)
    return Found(HOLDS, seen=shown) if wanted == seen else Found(DIFFERS, str(wanted), shown)


def field(data: Any, path: str) -> Any:
    """The value at a dotted path, null included; Different where an answer has no such field."""
    value = data
    for step in path.split("."):
        if not isinstance(value, dict) or step not in value:
            names = ", ".join(value) if isinstance(value, dict) else type(value).__name__
            raise Different(f"a field {path}", f"{step} is missing among {names}")
        value = value[step]
    return value


def optional(data: Any, path: str) -> Any:
    """The value at a dotted path of what an answer may leave out; NotTried where it is missing or null."""
    value = data
    for step in path.split("."):
        value = value.get(step) if isinstance(value, dict) else None
    if value is None:
        raise NotTried(f"the answer does not tell {path}")
    return value
