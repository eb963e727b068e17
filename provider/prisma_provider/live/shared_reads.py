"""Reads that threads share: one under way is joined and not sent twice; a result is remembered, a failure is not."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count
from threading import RLock
from typing import Any, TypeVar, cast

T = TypeVar("T")
Key = tuple[str, str]
"""What is asked for, and of which object."""


@dataclass
class SharedRead:
    """A read that is on its way or done, and the tick at which it began."""

    began: int
    result: Future[Any] = field(default_factory=Future)
    arrived: dict[str, Any] = field(default_factory=dict)
    """What has come of a list whose other pages are still on their way, by bare id."""

    @property
    def is_done(self) -> bool:
        """Whether its result is there."""
        return self.result.done() and self.result.exception() is None


class SharedReads:
    """The reads of one operation, shared by all of its threads."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._ticks = count()
        self._reads: dict[Key, SharedRead] = {}

    def now(self) -> int:
        """A tick: what begins after it is fresh."""
        return next(self._ticks)

    def once(self, key: str, read: Callable[[], T], of: str = "") -> T:
        """The result of a read that is sent once in an operation."""
        return cast("T", self.share((key, of), lambda _: read()).result.result())

    def share(self, key: Key, read: Callable[[SharedRead], Any], after: int | None = None) -> SharedRead:
        """Join the read of this key, or begin it; one that began at `after` or before is not joined."""
        with self._lock:
            shared = self._reads.get(key)
            if shared is not None and (after is None or shared.began > after):
                return shared
            shared = self._reads[key] = SharedRead(self.now())
        try:
            shared.result.set_result(read(shared))
        except BaseException as error:
            with self._lock:
                if self._reads.get(key) is shared:
                    del self._reads[key]  # a failure is shared by those who waited, and not remembered
            shared.result.set_exception(error)
        return shared

    def known(self, key: Key, answer: object) -> None:
        """The result of a read that need not be sent."""
        shared = SharedRead(self.now())
        shared.result.set_result(answer)
        with self._lock:
            self._reads.setdefault(key, shared)

    def done(self, kind: str, of: str | None = None) -> list[Any]:
        """The results that are there, of one kind."""
        with self._lock:
            if of is not None:  # asked for at each look at a database that is waited for
                found = self._reads.get((kind, of))
                reads = [found] if found else []
            else:
                reads = [shared for (asked, _), shared in self._reads.items() if asked == kind]
        return [shared.result.result() for shared in reads if shared.is_done]
