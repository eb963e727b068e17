"""What a rehearsal found."""

from __future__ import annotations

from dataclasses import dataclass

from prisma_provider.postgres.applied import Applied
from prisma_provider.reporting import Verdict


@dataclass(frozen=True)
class Loss:
    """Data that is not there any more: `drops column`, `users.email`, `1,204 of 1,204 rows hold a value`."""

    what: str
    name: str
    said: str
    lost: int | None = None
    """Rows or values; None where they could not be counted."""
    of: int | None = None
    note: str = ""
    """A sentence, with `{}` for each of the `names` that it mentions."""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """A difference: `added`, `changed`, `renamed`, `dropped`; of a `column`, a `table`, an `index`, …"""

    how: str
    kind: str
    name: str
    detail: str = ""


@dataclass(frozen=True)
class HeldLock:
    """A table that was locked, and for how many seconds at a stretch; `stops_all`: reads had to wait, too."""

    table: str
    stops_all: bool
    statement: str
    seconds: float


@dataclass(frozen=True)
class Failure:
    """Why there is no result, and the last lines of the command's output, without secrets."""

    what: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rehearsal:
    """A command that ran on a clone of a database, and what it did there."""

    database: str
    """Its name."""
    database_id: str
    command: str
    """Without secrets."""
    seconds: float = 0.0
    applied: tuple[Applied, ...] = ()
    losses: tuple[Loss, ...] = ()
    changes: tuple[Change, ...] = ()
    locks: tuple[HeldLock, ...] = ()
    failure: Failure | None = None

    @property
    def verdict(self) -> Verdict:
        """The worst of it."""
        if self.failure:
            return Verdict.FAILED
        if self.losses:
            return Verdict.DATA_LOSS
        return Verdict.CHANGES if self.changes or self.applied else Verdict.SAFE
