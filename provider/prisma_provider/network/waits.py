"""Waiting that ends: at its time, or when the user stops the run."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context
from threading import Event, Thread
from typing import TypeVar

from prisma_provider.errors import Cancelled

T = TypeVar("T")

GRACE = 5.0
"""Seconds that a read may still take once the run was cancelled: what was made is to be recorded as it is."""

LOOK = 0.1
"""Seconds after which whoever waits looks whether there is still something to wait for."""


class TooLate(Exception):
    """What was waited for did not come in time."""


class Waits:
    """Shared by the threads of a client."""

    def __init__(self) -> None:
        self._cancelled = Event()
        self._grace_ends = float("inf")

    def cancel(self) -> None:
        """End all waiting."""
        self._grace_ends = min(self._grace_ends, time.monotonic() + GRACE)
        self._cancelled.set()

    def check(self) -> None:
        """Raise Cancelled where the run was."""
        if self._cancelled.is_set():
            raise Cancelled(
                "The run was cancelled while this was waited for.",
                hint="run `pulumi up` again: it compares with what is live and goes on from there.",
            )

    def check_grace(self) -> None:
        """Raise Cancelled where the run was, and what was under way has had its time."""
        if time.monotonic() > self._grace_ends:
            self.check()

    def rest(self, seconds: float) -> None:
        """Sleep; Cancelled as soon as the run is."""
        self._cancelled.wait(seconds)
        self.check()

    def answer(self, work: Callable[[], T], ends: float, *, to_the_end: bool) -> T:
        """What `work` returns, if it does so before `ends` on the monotonic clock; TooLate, where it does not.

        It has a thread of its own, which is left to itself then: neither a name that is looked up nor the head of an
        response that comes a byte at a time can be ended from outside. What is not waited for `to_the_end` is given
        up some time after the run was cancelled.
        """
        outcome = _begin(work)
        while not wait({outcome}, timeout=LOOK).done:
            if time.monotonic() > ends:
                raise TooLate
            if not to_the_end:
                self.check_grace()
        return outcome.result()


def _begin(work: Callable[[], T]) -> Future[T]:
    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(work())
        except BaseException as error:
            outcome.set_exception(error)

    Thread(target=copy_context().run, args=(run,), name="request", daemon=True).start()
    return outcome
