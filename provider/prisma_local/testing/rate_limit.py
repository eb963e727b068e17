"""How many calls a second the API takes, for tests of clients that have to be patient."""

from __future__ import annotations

from collections import deque

WINDOW_SECONDS = 1.0


class Rate:
    """At most `limit` calls in any one second, all of them at once if need be; 0 is no limit."""

    def __init__(self, limit: int = 0) -> None:
        self.limit = limit
        self._taken: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Take a call at this second of a clock and return 0, or the seconds until one would be taken."""
        if not self.limit:
            return 0.0
        while self._taken and self._taken[0] <= now - WINDOW_SECONDS:
            self._taken.popleft()
        if len(self._taken) >= self.limit:
            return self._taken[0] + WINDOW_SECONDS - now
        self._taken.append(now)
        return 0.0
