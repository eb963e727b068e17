"""How much is asked at once, by all threads of a client: within the limits that are found, and with their pauses."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Condition

from prisma_provider.network.limits import Limits

LOOK = 0.1
"""Seconds after which whoever waits for a free place asks whether it is still worth it."""


class Throttle:
    """Shared by the threads of a client. A 429 to one of them is a 429 to all: the limit is the workspace's.

    At most `in_flight` requests are under way at once, and fewer where the service takes fewer. `sleep` and `check`
    raise where a wait is to end.
    """

    def __init__(
        self,
        in_flight: int,
        sleep: Callable[[float], None] = time.sleep,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self.limits = Limits(in_flight)
        self.changed = Condition()
        self._sleep = sleep
        self._check = check

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """One request: it waits for a free place, and for the end of a pause."""
        self._begin()
        try:
            yield Turn(self, time.monotonic())
        finally:
            with self.changed:
                self.limits.end()
                self.changed.notify()

    def pause(self, seconds: float) -> None:
        """Begin nothing for this long."""
        with self.changed:
            self.limits.pause(time.monotonic(), seconds)

    def _begin(self) -> None:
        until = float("-inf")
        while True:
            with self.changed:
                now = max(time.monotonic(), until)  # a sleep may end a little before its time
                wait = self.limits.begin(now)
                if wait == float("inf"):
                    self.changed.wait(LOOK)
            if wait == 0:
                return
            if wait == float("inf"):
                self._check()
            else:
                until = now + wait
                self._sleep(wait)


@dataclass(frozen=True)
class Turn:
    """What became of a request, from which the limits are found. One that failed otherwise says nothing of them."""

    _throttle: Throttle
    _began: float

    def accepted(self, kind: str) -> None:
        """It was answered; how long that took is compared with others of its kind."""
        with self._throttle.changed:
            self._throttle.limits.accepted(self._began, time.monotonic(), kind)

    def refused(self) -> None:
        """It was one too many."""
        with self._throttle.changed:
            self._throttle.limits.refused(self._began, time.monotonic())

    def late(self) -> None:
        """No answer came in time."""
        with self._throttle.changed:
            self._throttle.limits.late(self._began, time.monotonic())
