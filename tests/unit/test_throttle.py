"""How much is asked at once, with a clock and a service that are simulated: a limit is used up, and not run into."""

from __future__ import annotations

import math
from collections.abc import Callable
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Any

import pytest

from prisma_local.testing.rate_limit import Rate
from prisma_provider.network.pace import Turn
from prisma_provider.network.throttle import MOST, Throttle

LATENCY = 0.1

Wait = Callable[[float], float]
"""0 where a request at this time is accepted, else the seconds until one would be."""


def any_second(rate: int) -> Wait:
    """At most so many in whichever second."""
    return Rate(rate).wait


def calendar_second(rate: int) -> Wait:
    """At most so many in each second of the clock, even all of them at its end."""
    taken: dict[int, int] = {}

    def wait(now: float) -> float:
        second = math.floor(now)
        if taken.get(second, 0) >= rate:
            return second + 1 - now
        taken[second] = taken.get(second, 0) + 1
        return 0.0

    return wait


def token_bucket(rate: int, burst: int = 0) -> Wait:
    """So many a second in the long run, and `burst` of them at once."""
    most = float(burst or rate)
    tokens, filled = most, math.inf

    def wait(now: float) -> float:
        nonlocal tokens, filled
        tokens, filled = min(most, tokens + rate * max(0.0, now - filled)), now
        if tokens < 1:
            return (1 - tokens) / rate
        tokens -= 1
        return 0.0

    return wait


def whole_seconds(wait: float) -> float:
    """`Retry-After`, as most services say it."""
    return float(math.ceil(wait))


def exact(wait: float) -> float:
    """`Retry-After`, as HTTP does not allow it but some services say it."""
    return wait


class Simulation:
    """So many requests to a service that allows what `wait` says, and answers 429 to the others.

    `capacity` is how many it can work on at once: with more, each response takes longer.
    """

    def __init__(
        self,
        wait: Wait = lambda now: 0.0,
        retry_after: Callable[[float], float] = whole_seconds,
        *,
        capacity: int = 1000,
        at_most: int | None = None,
        began: float = 100.0,
    ) -> None:
        self.now = began
        self.throttle = Throttle(at_most, clock=lambda: self.now)
        self.wait = wait
        self.retry_after = retry_after
        self.capacity = capacity
        self.working = self.most = self.refused = 0
        self._events: list[tuple[float, int, str, Any]] = []
        self._order = count()
        self._random = Random(1)
        self._places = 0

    def run(self, requests: int) -> float:
        """Seconds until all are answered."""
        began, left, done = self.now, requests, 0
        while done < requests:
            while left and self._places < self.throttle.limit:
                left -= 1
                self._places += 1
                turn = self.throttle.begin()
                self._at(turn.start, "send", turn)
            self.now, _, what, of = heappop(self._events)
            if what == "send":
                self._send(of)
            elif what == "again":
                left += 1
            else:
                done += self._end(*of)
        return self.now - began

    def _at(self, when: float, what: str, of: Any = None) -> None:
        heappush(self._events, (max(when, self.now), next(self._order), what, of))

    def _send(self, turn: Turn) -> None:
        if (still := self.throttle.still(turn)).start > self.now:
            self._at(still.start, "send", still)
            return
        self.working += 1
        self.most = max(self.most, self.working)
        slower = max(1.0, self.working / self.capacity)
        seconds = LATENCY * (slower + self._random.uniform(-0.1, 0.1))
        self._at(self.now + seconds, "end", (seconds, self.wait(self.now + LATENCY / 2)))

    def _end(self, seconds: float, wait: float) -> bool:
        self.working -= 1
        self._places -= 1
        if wait:
            self.refused += 1
            pause = self.retry_after(wait)
            self.throttle.refused(pause, seconds)
            self._at(self.now + pause, "again")
        else:
            self.throttle.answered("POST", seconds)
        self.throttle.end()
        return not wait


@pytest.mark.parametrize("began", [100.0, 100.3, 100.6])
@pytest.mark.parametrize("retry_after", [whole_seconds, exact])
@pytest.mark.parametrize("limit", [any_second, calendar_second, token_bucket])
@pytest.mark.parametrize("rate", [8, 50, 200])
def test_a_limit_of_the_service_is_used_up(
    rate: int, limit: Callable[[int], Wait], retry_after: Callable[[float], float], began: float
) -> None:
    """At so many requests a second all end within 10 % of what the limit allows, and few are refused."""
    service = Simulation(limit(rate), retry_after, began=began)
    requests = 25 * rate
    assert service.run(requests) <= 1.1 * requests / rate
    assert service.refused <= max(60, 0.1 * requests)


@pytest.mark.parametrize("rate", [8, 50])
def test_a_limit_of_the_service_is_used_up_for_minutes(rate: int) -> None:
    """Ten thousand databases at a limit: it is hardly ever run into again."""
    service = Simulation(any_second(rate))
    assert service.run(10_000) <= 1.08 * 10_000 / rate
    assert service.refused <= 100


def test_a_service_without_a_burst_is_asked_at_its_pace() -> None:
    """One at a time and eight a second, with each pause rounded up to a second: the pace is found in a minute."""
    service = Simulation(token_bucket(8, burst=1))
    assert service.run(1600) <= 1.3 * 1600 / 8


def test_without_a_limit_as_much_is_asked_as_it_takes() -> None:
    """A service that answers as fast as ever is asked by as many as there may be."""
    service = Simulation()
    assert service.run(5000) <= 1.1 * 5000 * LATENCY / MOST
    assert service.most == MOST


def test_a_service_that_slows_down_is_not_pressed() -> None:
    """Where more at once only take longer, fewer are under way: responses stay near their shortest time."""
    service = Simulation(capacity=16)
    assert service.run(3000) <= 1.1 * 3000 * LATENCY / 16
    assert service.throttle.limit < MOST


def test_the_limit_of_the_user_holds() -> None:
    """Never more at once than PRISMA_MAX_IN_FLIGHT says."""
    service = Simulation(at_most=3)
    service.run(200)
    assert service.most == 3
    assert Simulation(at_most=30).throttle.limit == 20


def test_a_time_without_requests_is_no_pace() -> None:
    """After an idle minute a 429 slows down by what was asked, and not by the minute."""
    service = Simulation(any_second(50))
    service.run(20)
    service.now += 600
    assert service.run(500) <= 15


def test_a_service_that_refuses_everything_for_a_while() -> None:
    """Refused again after each pause: it is asked more and more slowly, one at a time."""
    service = Simulation()
    throttle = service.throttle
    for _ in range(5):
        service.now = throttle.begin().start
        throttle.refused(2.0, 0.1)
        throttle.end()
    assert throttle.limit == 1
    assert throttle.begin().start - service.now >= 2.0


def test_a_limit_that_others_have_used_up() -> None:
    """Five requests, and a pause of a minute is asked for: then it goes on, and not with five a minute."""
    service = Simulation()
    service.run(5)
    turn = service.throttle.begin()
    service.throttle.refused(60.0, LATENCY)
    service.throttle.end()
    service.now += 60
    assert service.run(100) < 26
    assert turn.start == pytest.approx(100.1, abs=0.1)


def test_a_pause_in_which_nobody_asks_counts_once() -> None:
    """A client with nothing else to do in the pause is no different from one whose requests wait for its end."""
    service = Simulation(any_second(8))
    service.run(5)
    service.throttle.begin()
    service.throttle.refused(5.0, LATENCY)
    service.throttle.end()
    service.now += 5
    assert service.run(200) <= 35


def test_a_request_at_the_time_limit() -> None:
    """The time of my operation is up in a pause of a minute: the request that records what was done is sent."""
    slept: list[float] = []
    throttle = Throttle(sleep=slept.append, clock=lambda: 100.0)
    with throttle.turn():
        throttle.refused(60.0, LATENCY)
    with throttle.turn():
        pass
    assert slept == [60.0]
