"""A list that comes page by page, and comes to an end: what it has shown, and where it goes on."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

from prisma_provider import errors
from prisma_provider.api.ids import bare_id
from prisma_provider.api.models import Page, Referring
from prisma_provider.network.retries import time_left

MOST = 2500
"""Pages of one list: a quarter of a million objects."""

LONGEST_CURSOR = 8192
"""Characters of a cursor: it goes into an address, and servers take no longer ones."""


class Identified(Referring, Protocol):
    """An object that goes by an id."""

    @property
    def id(self) -> str: ...


Item = TypeVar("Item", bound=Identified)


class Pages(Generic[Item]):
    """One list: it may take long, as long as it shows something new every `patience` seconds."""

    def __init__(self, doing: str, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._doing = doing
        self._patience = patience
        self._clock = clock
        self._ends = clock() + patience
        self._cursors: set[str] = set()
        self._seen: set[str] = set()

    def new(self, page: Page[Item]) -> Sequence[Item]:
        """What no page before has shown: what is made meanwhile may move an object from one page to the next."""
        new = {bare_id(item.id): item for item in page.data if bare_id(item.id) not in self._seen}
        self._seen.update(new)
        if new:
            self._ends = self._clock() + self._patience
        return tuple(new.values())

    def next(self, page: Page[Item]) -> str | None:
        """The cursor of the page after this one; None at the end. MalformedResponse, TimedOut where there is none."""
        if not page.pagination.has_more:
            return None
        cursor = page.pagination.next_cursor
        if not cursor or cursor in self._cursors or len(cursor) > LONGEST_CURSOR:
            raise errors.MalformedResponse(f"Could not {self._doing}: a page says there is more, and not where.")
        self._cursors.add(cursor)
        self._refuse_endless()
        return cursor

    def _refuse_endless(self) -> None:
        if len(self._cursors) >= MOST:
            raise errors.MalformedResponse(f"Could not {self._doing}: after {MOST} pages the list has no end.")
        if self._clock() > self._ends:
            raise errors.TimedOut(
                f"Could not {self._doing}: for {self._patience:g} s its pages showed nothing new, and it has no end.",
                hint="try again; a longer limit for one response: PRISMA_REQUEST_TIMEOUT.",
            )
        if time_left() <= 0:
            raise errors.TimedOut(f"Could not {self._doing}: the list did not end within the time limit.")
