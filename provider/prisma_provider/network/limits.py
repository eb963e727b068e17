"""How much a service takes, found from what it answers: requests at once, and how many may begin in a second.

Nothing here waits or reads a clock: times are seconds of the caller's clock.
"""

from __future__ import annotations

from collections import deque

FIRST = 8.0
"""Requests at once before anything is known. Only refusals lead to fewer, slow answers do not."""

MOST = 64
"""Requests at once where no setting says another bound."""

_SLOW = 2.0
"""An answer that takes so many times the least time is slow: requests queue at the service."""

_SOON = 8.0
"""Seconds within which a second refusal means a limit, and not a moment's trouble."""

_LATE = 0.02
"""Seconds of a turn that began late, by which the next may begin sooner."""

_NOISE = 0.05
"""Seconds by which a slow answer is late, at least."""


class InFlight:
    """Additive increase, multiplicative decrease (AIMD), as TCP does it: doubling at first, then one more a round."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._limit = min(FIRST, most)
        self._cut = float("-inf")
        self._was_cut = False
        self._times: dict[str, tuple[float, float]] = {}

    @property
    def limit(self) -> int:
        """Requests that may be under way at once."""
        return int(self._limit)

    def answered(self, began: float, now: float, kind: str, under_way: int) -> None:
        """A request was accepted. Others that were under way then say whether the limit was tried at all."""
        slow = self._is_slow(kind, now - began)
        if slow and self._limit > FIRST:
            self._halve(began, now, FIRST)
        elif not slow and under_way >= self._limit / 2:
            more = 1 / self._limit if self._was_cut else 0.5
            self._limit = min(self._most, self._limit + more)

    def refused(self, began: float, now: float) -> None:
        """There were too many requests."""
        self._halve(began, now, 1.0)

    def _halve(self, began: float, now: float, least: float) -> None:
        """Once for all that was under way together."""
        if began >= self._cut:
            self._limit, self._cut, self._was_cut = max(least, self._limit / 2), now, True

    def _is_slow(self, kind: str, seconds: float) -> bool:
        """By a mean of the last answers of this kind, and the least, which rises slowly: networks change."""
        least, mean = self._times.get(kind, (seconds, seconds))
        least, mean = min(seconds, least * 1.0001), mean + (seconds - mean) / 8
        slow = mean > max(_SLOW * least, least + _NOISE)
        self._times[kind] = least, least if slow else mean
        return slow


class Pace:
    """Requests that may begin in a second: as many as were accepted in the second before one was refused.

    That rate is kept for a while, longer each time it proves right, and then doubles each second until the next
    refusal.
    """

    _MARGIN = 0.97
    _LEAST = 4.0
    _HOLDS = (2.0, 30.0, 120.0)
    """Seconds for which a rate is kept."""

    def __init__(self) -> None:
        self._accepted: deque[float] = deque(maxlen=10_000)
        self._found = float("inf")
        self._refused = float("-inf")
        self._judged = float("-inf")
        self._proved = 0

    def interval(self, now: float) -> float:
        """Seconds between two beginnings."""
        late = now - self._refused - self._HOLDS[self._proved]
        return 1 / (self._found * (self._MARGIN if late < 0 else 2 ** min(late, 60.0)))

    def accepted(self, began: float) -> None:
        """A request was; it may have begun before one that is known to be refused."""
        self._accepted.append(began)
        if self._judged - 1 < began <= self._judged:
            self._found += 1

    def refused(self, began: float, now: float) -> None:
        """One that began before the last was known says nothing new, and a single one after a few requests no rate."""
        if began < self._refused:
            return
        rate = float(sum(began - 1 < each <= began for each in self._accepted))
        alone = now - self._refused > _SOON
        same = 0.7 < rate / self._found < 1.4
        self._proved = min(self._proved + 1, len(self._HOLDS) - 1) if same else int(rate >= FIRST)
        self._refused, self._judged = now, began
        if rate >= FIRST or not alone:
            self._found = max(rate, self._LEAST)


class Limits:
    """Both together, and the pauses that the service asks for."""

    def __init__(self, most: int) -> None:
        self._in_flight, self._pace = InFlight(most), Pace()
        self._under_way = 0
        self._next = self._resume = float("-inf")

    def begin(self, now: float) -> float:
        """0 where a request begins now, which is to `end`; else the seconds until one may; infinite: until one ends."""
        if self._under_way >= self._in_flight.limit:
            return float("inf")
        wait = max(self._next, self._resume) - now
        if wait <= 0:
            self._under_way += 1
            self._next = max(self._next, now - _LATE) + self._pace.interval(now)
        return max(0.0, wait)

    def end(self) -> None:
        """A request is over, whatever came of it."""
        self._under_way -= 1

    def pause(self, now: float, seconds: float) -> None:
        """Nothing begins for this long."""
        self._resume = max(self._resume, now + seconds)

    def accepted(self, began: float, now: float, kind: str) -> None:
        """A request was."""
        self._in_flight.answered(began, now, kind, self._under_way)
        self._pace.accepted(began)

    def late(self, began: float, now: float) -> None:
        """A request was given up, since no answer came."""
        self._in_flight.refused(began, now)

    def refused(self, began: float, now: float) -> None:
        """A request was one too many."""
        self._in_flight.refused(began, now)
        self._pace.refused(began, now)
