"""Work on many databases side by side, with what came of each, and a line now and then that counts."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextvars import copy_context
from dataclasses import dataclass, field
from itertools import islice
from typing import Generic, TypeVar

from prisma_provider import errors
from prisma_provider.network.throttle import MOST

T = TypeVar("T")

_log = logging.getLogger(__name__)

EVERY = 30.0
"""Seconds between two lines of progress."""

_AT_ONCE = MOST
"""Threads: how many requests are under way is found by the client."""
_FOR_ALL = (errors.Unauthorized, errors.PlanLimit, errors.Blocked, errors.Cancelled)
"""What one meets, all others would: nothing more is begun."""


@dataclass
class Outcome(Generic[T]):
    """What came of each key; what was not begun any more is in neither."""

    done: dict[str, T] = field(default_factory=dict)
    failed: dict[str, errors.PrismaError] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)


def side_by_side(jobs: Mapping[str, Callable[[], T]], say: Callable[[str], None], doing: str) -> Outcome[T]:
    """Do all of them, as many at once as the service takes; an error of one leaves the others alone.

    Each has the context of the caller. `doing` begins a line of progress: `created`.
    """
    found: Outcome[T] = Outcome()
    progress = Progress(doing, len(jobs), time.monotonic)
    waiting = iter(jobs.items())
    under_way: dict[Future[T], str] = {}
    with ThreadPoolExecutor(max(1, min(_AT_ONCE, len(jobs)))) as threads:
        while True:
            for key, job in islice(waiting, 0 if _is_over(found) else _AT_ONCE - len(under_way)):
                under_way[threads.submit(copy_context().run, job)] = key
            if not under_way:
                break
            ended = wait(under_way, timeout=EVERY, return_when=FIRST_COMPLETED).done
            _take(found, {under_way.pop(each): each for each in ended})
            for line in progress.lines(len(found.done)):
                say(line)
    found.left = [key for key, _ in waiting]
    return found


def _take(found: Outcome[T], ended: Mapping[str, Future[T]]) -> None:
    for key, future in ended.items():
        try:
            found.done[key] = future.result()
        except errors.PrismaError as error:
            found.failed[key] = error
        except Exception as error:  # what was done for the others has to be recorded all the same
            _log.info('the provider failed for "%s"', key, exc_info=error)
            found.failed[key] = errors.Fault(error)


def _is_over(found: Outcome[T]) -> bool:
    return any(isinstance(error, _FOR_ALL) for error in found.failed.values())


class Progress:
    """Lines such as `created 1,200 of 10,000, 14/s, 12 min left`, by a clock."""

    def __init__(self, doing: str, total: int, clock: Callable[[], float]) -> None:
        self._doing = doing
        self._total = total
        self._clock = clock
        self._began = self._said = clock()

    def lines(self, done: int) -> Iterable[str]:
        """What is to be said now, if anything."""
        now = self._clock()
        if now - self._said < EVERY or not done:
            return
        self._said = now
        rate = done / (now - self._began)
        yield f"{self._doing} {done:,} of {self._total:,}, {_rate(rate)}, {_left((self._total - done) / rate)} left"


def _rate(per_second: float) -> str:
    return f"{per_second:.0f}/s" if per_second >= 1 else f"{per_second * 60:.0f}/min"


def _left(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
