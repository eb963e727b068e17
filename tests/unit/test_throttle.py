"""How much is asked at once, with a clock and a service that are simulated: a limit is used up, and not run into."""

from __future__ import annotations

from heapq import heappop, heappush
from itertools import count

import pytest

from prisma_provider.network.throttle import MOST, Throttle

LATENCY = 0.1


class Simulation:
    """So many requests to a service that allows `rate` a second, with a burst, and answers 429 to the others.

    `capacity` is how many it can work on at once: with more, each response takes longer.
    """

    def __init__(self, rate: float = 0.0, capacity: int = 1000, at_most: int | None = None) -> None:
        self.now = 100.0
        self.throttle = Throttle(at_most, clock=lambda: self.now)
        self.rate = rate
        self.burst = self.tokens = max(1.0, rate)
        self.filled = self.now
        self.capacity = capacity
        self.working = self.most = self.refused = 0
        self._events: list[tuple[float, int, str, float]] = []
        self._order = count()
        self._places = 0

    def run(self, requests: int) -> float:
        """Seconds until all are answered."""
        began, left, done = self.now, requests, 0
        while done < requests:
            while left and self._places < self.throttle.limit:
                left -= 1
                self._places += 1
                self._at(self.throttle.begin(), "send")
            self.now, _, what, since = heappop(self._events)
            if what == "send" and self.throttle.left(self.now) > 0:
                self._at(self.now + self.throttle.left(self.now), "send")
            elif what == "send":
                self._send()
            elif what == "again":
                left += 1
            else:
                done += self._end(what, since)
        return self.now - began

    def _at(self, when: float, what: str) -> None:
        heappush(self._events, (when, next(self._order), what, self.now))

    def _send(self) -> None:
        self.tokens = min(self.burst, self.tokens + self.rate * (self.now - self.filled))
        self.filled = self.now
        self.working += 1
        self.most = max(self.most, self.working)
        is_allowed = not self.rate or self.tokens >= 1
        self.tokens -= is_allowed
        slower = max(1.0, self.working / self.capacity)
        self._at(self.now + LATENCY * slower, "answer" if is_allowed else "refusal")

    def _end(self, what: str, since: float) -> int:
        self.working -= 1
        self._places -= 1
        if what == "answer":
            self.throttle.answered("POST", self.now - since)
        else:
            self.refused += 1
            self.throttle.refused(1.0)
            self._at(self.now + 1.0, "again")
        self.throttle.end()
        return what == "answer"


@pytest.mark.parametrize("rate", [8, 50, 200])
def test_a_limit_of_the_service_is_used_up(rate: int) -> None:
    """At so many requests a second all end within 10 % of what the limit allows, and few are refused."""
    service = Simulation(rate)
    requests = 60 * rate
    assert service.run(requests) <= 1.1 * (requests - service.burst) / rate
    assert service.refused <= 0.06 * requests


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
    service = Simulation(rate=50)
    service.run(20)
    service.now += 600
    assert service.run(500) <= 15


def test_a_service_that_refuses_everything_for_a_while() -> None:
    """Refused again after each pause: it is asked more and more slowly, one at a time."""
    service = Simulation()
    throttle = service.throttle
    for _ in range(5):
        service.now = throttle.begin()
        throttle.refused(2.0)
        throttle.end()
    assert throttle.limit == 1
    assert throttle.left(throttle.begin()) >= 2.0
