"""How much is asked at once: found by asking, and not configured.

More requests are under way as long as the service answers as fast as before and refuses none; fewer after a 429, or
once it answers much more slowly (additive increase, multiplicative decrease, as TCP does). A service that has refused
once is then asked at a pace, too (`pace`): so a limit of so many requests a second is used up, and not run into again
and again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

from prisma_provider.network.pace import Pace, Turn

LOOK = 0.1
"""Seconds after which whoever waits for a free place asks whether it is still worth it."""

MOST = 64
"""Requests under way at once, where nobody set fewer."""

_FIRST = 20.0
"""Requests that are under way at once to begin with. Slow responses alone do not make it fewer."""
_SLOWER = 2.0
"""Responses that take so many times the shortest time: no more are begun."""
_SLOW = 3.0
"""And so many times: fewer."""
_SPARE = 0.05
"""Seconds that a response may always take longer."""


class Throttle:
    """Shared by the threads of a client. A 429 to one of them is a 429 to all: the limit is the workspace's.

    `at_most` is what the user allows. `sleep` and `check` raise where a wait is to end; `sleep` may return before its
    time at the time limit of an operation: the request that records what was done is sent even so.
    """

    def __init__(
        self,
        at_most: int | None = None,
        sleep: Callable[[float], None] = time.sleep,
        check: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = float(at_most or MOST)
        self._limit = min(_FIRST, self._most)
        self._sleep = sleep
        self._check = check
        self._clock = clock
        self._free = Condition()
        self._under_way = 0
        self._grows_fast = True
        self._pace = Pace(clock)
        self._latency: dict[str, tuple[float, float]] = {}
        self._lowered_at = 0.0

    @property
    def limit(self) -> int:
        """How many requests may be under way now."""
        return int(self._limit)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One request: it waits for a free place, for its time, and for the end of a pause."""
        turn = self.begin()
        try:
            while (pause := turn.start - self._clock()) > 0:
                self._sleep(pause)
                if (later := self.still(turn)) == turn:
                    break
                turn = later
            yield
        finally:
            self.end()

    def begin(self) -> Turn:
        """Take a place, once there is one: when the request may be sent."""
        with self._free:
            while self._under_way >= self.limit:
                self._free.wait(LOOK)
                self._check()
            if not self._under_way:
                self._pace.busy()
            self._under_way += 1
            return self._pace.turn()

    def still(self, turn: Turn) -> Turn:
        """The same turn, or a later one where another request was refused since."""
        with self._free:
            return self._pace.still(turn)

    def end(self) -> None:
        """Leave the place."""
        with self._free:
            self._under_way -= 1
            if not self._under_way:
                self._pace.idle()
            self._free.notify()

    def answered(self, method: str, seconds: float) -> None:
        """A request was answered, and not refused, after so many seconds."""
        with self._free:
            self._pace.answered(seconds)
            usual, shortest = self._latency.get(method, (seconds, seconds))
            usual, shortest = usual + (seconds - usual) / 8, min(seconds, shortest)
            self._latency[method] = usual, shortest
            if usual > _SLOW * shortest + _SPARE:
                self._lower(0.9, least=min(_FIRST, self._most), within=usual)
            elif usual <= _SLOWER * shortest + _SPARE and self._under_way >= self.limit:
                self._limit = min(self._most, self._limit + (1.0 if self._grows_fast else 1.0 / self._limit))
                self._free.notify()

    def refused(self, pause: float, seconds: float) -> None:
        """A 429 that came after so many seconds: nothing is sent in the pause, and then less at once."""
        with self._free:
            if self._pace.refused(pause, seconds):
                self._lower(0.5, least=1.0)

    def _lower(self, factor: float, *, least: float, within: float = 0.0) -> None:
        """Fewer at once; for slowness no more than once in the time that a response takes."""
        now = self._clock()
        if now < self._lowered_at + within:
            return
        self._lowered_at = now
        self._grows_fast = False
        self._limit = max(least, self._limit * factor)
