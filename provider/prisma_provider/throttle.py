"""How much is asked at once: a bound on requests in flight, and a pause for all after a 429."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Lock


class Throttle:
    """Shared by the threads of a client. A 429 to one of them is a 429 to all: the limit is the workspace's."""

    def __init__(self, in_flight: int, sleep: Callable[[float], None] = time.sleep) -> None:
        self._turns = BoundedSemaphore(in_flight)
        self._sleep = sleep
        self._lock = Lock()
        self._resume = 0.0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """One request: it waits for a free place, and for the end of a pause."""
        with self._turns:
            with self._lock:
                pause = self._resume - time.monotonic()
            if pause > 0:
                self._sleep(pause)
            yield

    def pause(self, seconds: float) -> None:
        """Begin nothing for this long."""
        with self._lock:
            self._resume = max(self._resume, time.monotonic() + seconds)
