"""How many requests a second the API takes, for tests of clients that have to wait and retry."""

from __future__ import annotations

from collections import deque

WINDOW_SECONDS = 1.0


class Rate:
    """At most `limit` requests in any one second, even all of them at once; 0 is no limit."""

    def __init__(self, limit: int = 0) -> None:
        self.limit = limit
        self._taken: deque[float] = deque()

    def wait(self, now: float) -> float:
        """0 where a request at this time (seconds of any clock) is accepted, else the seconds until one would be."""
        if not self.limit:
            return 0.0
        while self._taken and self._taken[0] <= now - WINDOW_SECONDS:
            self._taken.popleft()
        if len(self._taken) >= self.limit:
            return self._taken[0] + WINDOW_SECONDS - now
        self._taken.append(now)
        return 0.0
