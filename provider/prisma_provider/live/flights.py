"""Reads in flight: one on its way is joined and not sent twice; what is done is remembered, a failure is not."""

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
class Flight:
    """A read that is on its way or done, and the tick at which it began."""

    began: int
    result: Future[Any] = field(default_factory=Future)
    arrived: dict[str, Any] = field(default_factory=dict)
    """What has come of a list whose other pages are still on their way, by bare id."""

    @property
    def landed(self) -> bool:
        """Whether its answer is there."""
        return self.result.done() and self.result.exception() is None


class Flights:
    """Shared by all threads of a run."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._ticks = count()
        self._flights: dict[Key, Flight] = {}

    def now(self) -> int:
        """A tick: what begins after it is fresh."""
        return next(self._ticks)

    def once(self, key: str, read: Callable[[], T], of: str = "") -> T:
        """The answer to a question that is asked once in a run."""
        return cast("T", self.fly((key, of), lambda _: read()).result.result())

    def fly(self, key: Key, read: Callable[[Flight], Any], after: int | None = None) -> Flight:
        """Join the read of this key, or begin it; one that began at `after` or before is not joined."""
        with self._lock:
            flight = self._flights.get(key)
            if flight is not None and (after is None or flight.began > after):
                return flight
            flight = self._flights[key] = Flight(self.now())
        try:
            flight.result.set_result(read(flight))
        except BaseException as error:
            with self._lock:
                if self._flights.get(key) is flight:
                    del self._flights[key]  # a failure is shared by those who waited, and not remembered
            flight.result.set_exception(error)
        return flight

    def known(self, key: Key, answer: object) -> None:
        """The answer to a question that nobody needs to ask."""
        flight = Flight(self.now())
        flight.result.set_result(answer)
        with self._lock:
            self._flights.setdefault(key, flight)

    def landed(self, kind: str, of: str | None = None) -> list[Any]:
        """The answers that are there, of one kind; those on their way nobody knows yet."""
        with self._lock:
            flights = [
                flight for (asked, about), flight in self._flights.items() if asked == kind and of in (None, about)
            ]
        return [flight.result.result() for flight in flights if flight.landed]
