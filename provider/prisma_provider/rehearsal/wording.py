"""The sentences that all reports share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from prisma_provider.postgres.locks import EVERY
from prisma_provider.rehearsal.values import HeldLock, Loss, Rehearsal
from prisma_provider.reporting import Verdict

HEADLINES: Final[Mapping[Verdict, str]] = {
    Verdict.SAFE: "nothing to migrate, and nothing changed",
    Verdict.CHANGES: "changes, no data is lost",
    Verdict.FAILED: "the rehearsal failed",
    Verdict.DATA_LOSS: "DATA WOULD BE LOST",
}
LOCKS: Final = (
    f"Locks on the clone: in production others wait for them. A lock of less than {EVERY * 1000:.0f} ms may not be seen"
)
TITLE: Final = "Rehearsal of a migration"

Mark = Callable[[str], str]
"""How a name is written."""


def loss(found: Loss, mark: Mark) -> str:
    """A sentence, and another one where there is a note."""
    note = f" {found.note.format(*map(mark, found.names))}" if found.note else ""
    return f"{found.what} {mark(found.name)}: {found.said}.{note}"


def ran(found: Rehearsal, mark: Mark) -> str:
    """What was done."""
    where = f"a clone of database {mark(found.database)} ({mark(found.database_id)})"
    return f"{mark(found.command)} ran on {where} and took {duration(found.seconds)}."


def effect(lock: HeldLock) -> str:
    """What others could not do meanwhile."""
    return "no reads, no writes" if lock.stops_all else "no writes"


def duration(seconds: float | None) -> str:
    """Seconds, or milliseconds where it is short."""
    if seconds is None:
        return "not recorded"
    return f"{seconds:,.1f} s" if seconds >= 1 else f"{seconds * 1000:.0f} ms"


def held(lock: HeldLock) -> str:
    """How long at a stretch."""
    return duration(lock.seconds) if lock.seconds else f"less than {EVERY * 2000:.0f} ms"
