"""Waiting for what comes by itself: `from waiting import wait_until`."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(true: Callable[[], bool], seconds: float = 60.0, why: str = "it did not come") -> None:
    """Look again and again until it is so; it is a failure if it does not come."""
    ends = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < ends, why
        time.sleep(0.05)
