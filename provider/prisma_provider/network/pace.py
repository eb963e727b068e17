"""How fast a service is asked that has refused requests with 429: at the pace at which it has answered.

The pace is what was answered in the time to which the limit applies: from the end of one pause to the next refusal, and
the pause after it. A service that names its pause in whole seconds has rounded it up, and its limit is for whole
seconds. The pace then rises with the cube of time, as TCP CUBIC does: hardly at first, as the pace is right for most
limits and each refusal costs a pause of a second; fast later, in case it was too low.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

_ENOUGH = 5
_ENOUGH_SECONDS = 0.9
"""Responses, and seconds, from which a pace can be told: who asks for little says little of what a service allows."""
_BELOW = 0.97
"""Asked is a little less than was allowed: two requests may come closer to each other than they were sent."""
_LEAST = 4.0
"""Requests a second that are always tried: others may have used up a limit that is no lower than this."""
_LONG = 2.0
_CLOSE = 0.95
"""A pace that was refused only after so many seconds is too fast by no more than this."""
_CONFIRMED = 0.8
"""A pace that is measured again and differs by no more than this factor was right."""
_UNBELIEVED = 0.25
"""The lowest pace, which was not measured, is doubled in this part of the usual time."""
_DOUBLED_IN = 60.0
_DOUBLED_IN_MOST = 200.0
"""Seconds in which a pace is doubled without a refusal; twice as many each time it turns out to be right."""
_NO_PACE = 1000.0
"""So many requests a second are no pace any more."""


@dataclass
class _Period:
    """From the end of a pause to the next refusal."""

    since: float
    answered: int = 0
    seconds: float = 0.0
    """With the pause after it, once it has ended."""

    @property
    def is_enough(self) -> bool:
        return self.answered >= _ENOUGH and self.seconds >= _ENOUGH_SECONDS

    @property
    def rate(self) -> float:
        return self.answered / self.seconds

    def joined(self, following: _Period) -> _Period:
        """Both as one: where a service refuses again and again, each alone says too little."""
        return _Period(self.since, self.answered + following.answered)

    def end(self, sent: float, pause: float) -> None:
        """With the request that was refused, and the pause that the service asked for."""
        self.seconds = sent - self.since + pause
        if pause == int(pause):
            self.seconds = max(1.0, math.floor(self.seconds))


class Turn(NamedTuple):
    """When a request may be sent, and the refusal after which this was said (both by the clock, in seconds)."""

    start: float
    after: float


class Pace:
    """When each request may be sent. Not for several threads at once: its owner has the lock."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._rate = math.inf
        self._least, self._most = _LEAST, math.inf
        self._doubled_in = _DOUBLED_IN
        self._resume = self._next = 0.0
        self._refused_at = -math.inf
        self._idle_since = clock()
        self._period, self._ended = _Period(clock()), _Period(clock())
        """Since the last pause, and before it."""

    def turn(self) -> Turn:
        """The next time that is free."""
        start = max(self._clock(), self._next, self._resume)
        rate = self._current()
        self._next = start + (1 / rate if rate < _NO_PACE else 0.0)
        return Turn(start, self._refused_at)

    def still(self, turn: Turn) -> Turn:
        """The same turn, or another where a request was refused since."""
        return turn if turn.after == self._refused_at else self.turn()

    def idle(self) -> None:
        """Nothing is asked from now on."""
        self._idle_since = self._clock()

    def busy(self) -> None:
        """Something is asked again: the time between says nothing of the service."""
        seconds = max(0.0, self._clock() - max(self._idle_since, self._period.since))
        self._period.since += seconds
        self._ended.since += seconds

    def answered(self, seconds: float) -> None:
        """A request was answered that took so long; one from before a refusal counts for the time before it."""
        if self._clock() - seconds < self._refused_at:
            self._ended.answered += 1
            self._measure()
        else:
            self._period.answered += 1

    def refused(self, pause: float, seconds: float) -> bool:
        """A request was, after so many seconds: nothing is sent in the pause. Whether it is news.

        Requests that were under way already when another was refused are none.
        """
        now = self._clock()
        sent = now - seconds
        is_news = sent >= self._refused_at
        self._resume = max(self._resume, now + pause)
        if is_news:
            self._end_period(sent, pause)
            self._period = _Period(now + pause)
            self._refused_at, self._next = now, self._resume
        return is_news

    def _current(self) -> float:
        """Requests a second, now."""
        seconds = max(0.0, self._clock() - self._period.since)
        doubled_in = self._doubled_in * (_UNBELIEVED if self._rate <= _LEAST else 1.0)
        return self._rate * (1 + (seconds / doubled_in) ** 3)

    def _end_period(self, sent: float, pause: float) -> None:
        asked, is_long = self._current(), sent - self._period.since > _LONG
        is_paced, is_first = asked < _NO_PACE, self._refused_at == -math.inf
        is_whole = is_first or is_paced or self._ended.is_enough
        self._ended = self._period if is_whole else self._ended.joined(self._period)
        self._ended.end(sent, pause)
        if self._ended.is_enough and _CONFIRMED < self._ended.rate / self._rate < 1 / _CONFIRMED:
            self._doubled_in = min(2 * self._doubled_in, _DOUBLED_IN_MOST)
        else:
            self._doubled_in = _DOUBLED_IN
        self._least = _CLOSE * asked if is_paced and is_long else _LEAST
        self._most = self._rate = max(_LEAST, _BELOW * asked) if is_paced else math.inf
        self._measure()

    def _measure(self) -> None:
        """Again with each response to a request from before the refusal."""
        if self._ended.is_enough:
            self._rate = min(self._most, max(_BELOW * self._ended.rate, self._least))
