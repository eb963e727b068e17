"""How many requests run at once is found: as much as the service takes, and few are refused."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable
from threading import Event

import httpx
import pytest

from prisma_local.testing.rate_limit import Rate
from prisma_provider.api.client import Client
from prisma_provider.network import quota
from prisma_provider.network.limits import FIRST, MOST, InFlight, Limits
from prisma_provider.network.side_by_side import side_by_side
from prisma_provider.settings import Settings, Token

CALL = 0.1
"""Seconds that a call takes where the service is not full."""


class Simulation:
    """Calls of a service that is these two functions, on a clock that no test waits for."""

    def __init__(self, refuse: Callable[[float], float], seconds: Callable[[int], float] = lambda busy: CALL) -> None:
        self._refuse, self._seconds = refuse, seconds
        self._limits = Limits(MOST)
        self._events: list[tuple[float, int, float | None, float]] = []
        self._left = self._busy = 0
        self.now = 0.0
        self.refused = self.most = 0

    def run(self, calls: int) -> None:
        """Until so many were accepted; whoever is refused waits for the whole seconds of `Retry-After`."""
        self._left = calls
        self._begin()
        while self._events:
            self.now, _, began, refused = heapq.heappop(self._events)
            if began is not None:
                self._end(began, refused)
            self._begin()

    def _begin(self) -> None:
        while self._left:
            wait = self._limits.begin(self.now)
            if wait:
                if wait < math.inf:
                    self._at(self.now + wait, None, 0.0)
                return
            self._left -= 1
            self._busy += 1
            self.most = max(self.most, self._busy)
            self._at(self.now + self._seconds(self._busy), self.now, self._refuse(self.now))

    def _at(self, when: float, began: float | None, refused: float) -> None:
        heapq.heappush(self._events, (when, len(self._events) + self._left, began, refused))

    def _end(self, began: float, refused: float) -> None:
        self._busy -= 1
        self._limits.end()
        if refused:
            self._left += 1
            self.refused += 1
            self._limits.refused(began, self.now)
            self._limits.pause(self.now, math.ceil(refused))
        else:
            self._limits.accepted(began, self.now, "GET")


@pytest.mark.parametrize(("rate", "calls"), [(8, 200), (50, 500), (50, 1000)])
def test_a_limit_of_requests_a_second_is_used_and_kept(rate: int, calls: int) -> None:
    """A thousand databases within a limit that nobody told: hardly longer than it demands, and hardly a 429."""
    run = Simulation(Rate(rate).wait)
    run.run(calls)
    assert run.now < 1.1 * calls / rate
    assert run.refused <= max(15, 0.07 * calls)


def test_where_nothing_is_refused_as_many_run_as_may() -> None:
    """A service without a limit gets as many requests at once as the bound allows, soon."""
    run = Simulation(lambda now: 0.0)
    run.run(3000)
    assert run.most == MOST
    assert run.now < 1.1 * 3000 * CALL / MOST


def test_where_answers_get_slow_fewer_run() -> None:
    """A service that works on 16 requests at a time is not given more and more: the others would only wait."""
    run = Simulation(lambda now: 0.0, lambda busy: CALL * max(1.0, busy / 16))
    run.run(3000)
    assert run.now < 1.1 * 3000 * CALL / 16
    run.most = 0
    run.run(1000)
    assert FIRST <= run.most <= 40


def test_a_limit_that_ends_is_forgotten() -> None:
    """After a minute of refusals the run gets as fast again as it was."""
    strict = Rate(10)
    run = Simulation(lambda now: strict.wait(now) if now < 60 else 0.0)
    run.run(600)
    assert run.now < 66
    began = run.now
    run.run(10_000)
    assert run.now - began < 120 + 10_000 * CALL / MOST * 1.5


def test_one_refusal_is_a_pause_and_no_rate() -> None:
    """A single 429 in the first calls of a run costs its Retry-After, and nothing more."""
    run = Simulation(lambda now: 1.0 if now == 0 and run.refused == 0 and run._busy == 1 else 0.0)
    run.run(100)
    assert run.refused == 1
    assert run.now < 1.1 + 100 * CALL / 4


def test_all_that_is_refused_together_counts_once() -> None:
    """Eight 429s to requests that were under way together halve the number once."""
    limit = InFlight(MOST)
    for _ in range(8):
        limit.refused(0.0, 0.1)
    assert limit.limit == FIRST / 2


def test_the_setting_is_never_exceeded() -> None:
    """PRISMA_MAX_IN_FLIGHT bounds what is found, even where it is less than what is begun with."""
    limit = InFlight(3)
    assert limit.limit == 3
    for _ in range(100):
        limit.answered(0.0, 0.1, "GET", 3)
    assert limit.limit == 3


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"RateLimit-Remaining": "3", "RateLimit-Reset": "30"}, 0),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "30"}, 30),
        ({"RateLimit-Remaining": "0"}, 0),
        ({"RateLimit-Remaining": "0", "RateLimit-Reset": "soon"}, 0),
        ({"RateLimit": '"default";r=50;t=30'}, 0),
        ({"RateLimit": '"hour";r=9;t=90, "default";r=0;t=7'}, 7),
        ({"RateLimit": "limit=10, remaining=0, reset=12"}, 12),
    ],
)
def test_a_quota_that_is_used_up_is_waited_for(headers: dict[str, str], seconds: float) -> None:
    """A service that says when it accepts more is asked then, before it has to refuse."""
    assert quota.pause(httpx.Headers(headers)) == seconds
    slept: list[float] = []
    answer = httpx.Response(200, json={"data": {}}, headers=headers)
    client = Client(
        Settings(Token("secret", "the test"), "http://127.0.0.1:1"),
        transport=httpx.MockTransport(lambda request: answer),
        sleep=slept.append,
    )
    client.me()
    client.me()
    assert [round(each) for each in slept] == ([seconds] if seconds else [])


def test_connections_are_kept_for_all_that_runs_at_once() -> None:
    """With 64 requests at once no connection is closed after one of them, to be opened again for the next."""
    client = Client(Settings(Token("secret", "the test"), "http://127.0.0.1:1"))
    transport = client._http._transport
    assert isinstance(transport, httpx.HTTPTransport)
    assert min(transport._pool._max_connections, transport._pool._max_keepalive_connections) >= 1000
    client.close()


def test_jobs_give_their_outcome_when_it_is_there() -> None:
    """Many pieces of work run side by side; one that fails stops no other."""
    second = Event()

    def fails() -> int:
        raise ValueError("no")

    def sets() -> int:
        second.set()
        return 2

    jobs = {"first": lambda: int(second.wait()), "second": sets, "third": fails}
    outcomes = dict(side_by_side(jobs, 3))
    assert (outcomes["first"].result(), outcomes["second"].result()) == (1, 2)
    with pytest.raises(ValueError, match="no"):
        outcomes["third"].result()


def test_jobs_that_nobody_waits_for_are_not_begun() -> None:
    """When the caller has enough, what did not begin does not begin any more."""
    done: list[int] = []
    jobs = {number: lambda number=number: done.append(number) for number in range(100)}
    for _ in side_by_side(jobs, 2):
        break
    assert len(done) <= 4
