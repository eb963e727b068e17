"""Crash points: named places in the work on a database where a test may have this process killed.

The fault `kill` sets one for one request. A context variable carries it into the request's worker thread and its
background jobs, so that no other request ever sees it.
"""

from __future__ import annotations

import os
import signal
from contextvars import ContextVar

CRASH_POINTS = ("recorded", "role", "database", "spare", "staged", "swapped", "answer")

crash_point: ContextVar[str | None] = ContextVar("crash_point", default=None)


def reached(name: str) -> None:
    if crash_point.get() == name:
        os.kill(os.getpid(), signal.SIGKILL)
