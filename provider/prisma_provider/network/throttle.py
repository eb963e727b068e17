"""How much is asked at once: a bound on requests in flight, and a pause for all after a 429."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock

LOOK = 0.1
"""Seconds after which whoever waits for a free place asks whether it is still worth it."""


class Throttle:
    """Shared by the threads of a client. A 429 to one of them is a 429 to all: the limit is the workspace's.

    `sleep` and `check` raise where a wait is to end.
    """

    def __init__(
        self,
        in_flight: int,
        sleep: Callable[[float], None] = time.sleep,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._turns = BoundedSemaphore(in_flight)
        self._sleep = sleep
        self._check = check
        self._lock = Lock()
        self._resume = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One request: it waits for a free place, and for the end of a pause."""
        while not self._turns.acquire(timeout=LOOK):
            self._check()
        try:
            with self._lock:
                pause = self._resume - time.monotonic()
            if pause > 0:
                self._sleep(pause)
            yield
        finally:
            self._turns.release()

    def pause(self, seconds: float) -> None:
        """Begin nothing for this long."""
        with self._lock:
            self._resume = max(self._resume, time.monotonic() + seconds)
