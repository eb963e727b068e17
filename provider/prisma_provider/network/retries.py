"""How long an operation may take, and when a request is sent again."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

import tenacity

from prisma_provider import errors

DEFAULT_TIME_LIMIT = 600.0
"""Seconds that an operation may take, unless `custom_timeouts` says otherwise."""

_log = logging.getLogger(__name__)
_deadline: ContextVar[float | None] = ContextVar("deadline", default=None)
_growing = tenacity.wait_random_exponential(multiplier=0.25, max=8.0)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Everything asked for inside ends, retries included, `seconds` from now."""
    token = _deadline.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _deadline.reset(token)


def time_left() -> float:
    """Seconds until the limit of the operation that runs here."""
    deadline = _deadline.get()
    return float("inf") if deadline is None else deadline - time.monotonic()


def may_send_again(method: str, error: BaseException) -> bool:
    """Whether a request that failed so may be sent again without asking what became of it.

    A POST creates or rotates: after a lost response its handler asks first. GET, PATCH (the same values) and
    DELETE come to the same however often they arrive.
    """
    if isinstance(error, errors.RateLimited | errors.Unreachable):
        return not isinstance(error, errors.Blocked)
    return isinstance(error, errors.LostResponse) and method != "POST"


class Retries:
    """With backoff, for `limit` seconds of a failing service, and within the time limit of the operation."""

    def __init__(self, limit: float, sleep: Callable[[float], None]) -> None:
        self._limit = limit
        self._sleep = sleep

    def after(self, again: Callable[[BaseException], bool]) -> tenacity.Retrying:
        """Do something again after such errors."""
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception(again),
            wait=self._backoff,
            stop=self._stop,
            sleep=self._sleep,
            before_sleep=lambda state: _log.info("again: %s", _last_error(state)),
            reraise=True,
        )

    def _stop(self, state: tenacity.RetryCallState) -> bool:
        """A 429 is waited out as long as the operation may last, a failing service until the retry limit.

        One that says when it is to be asked again is asked then, even if that is after the limit.
        """
        if state.upcoming_sleep >= time_left():
            return True
        if isinstance(_last_error(state), errors.RateLimited):
            return False
        return _passed(state) >= self._limit

    def _backoff(self, state: tenacity.RetryCallState) -> float:
        """What the service asked for, else a growing random time, the last of which ends with the retry limit.

        It may ask for nothing: "Retry-After: 0", or a date that is past by our clock.
        """
        error = _last_error(state)
        wait = _asked(error) or _growing(state)
        if isinstance(error, errors.RateLimited) or _asked(error):
            return wait
        return min(wait, max(0.0, self._limit - _passed(state)))


def _last_error(state: tenacity.RetryCallState) -> BaseException | None:
    return state.outcome.exception() if state.outcome else None


def _asked(error: BaseException | None) -> float | None:
    """The seconds that the service asked us to wait."""
    return error.retry_after if isinstance(error, errors.ApiError) else None


def _passed(state: tenacity.RetryCallState) -> float:
    return state.seconds_since_start or 0.0
