"""Named points in the making, restoring or keeping in stock of a database where a test may have this process killed.

The gate says for one request where its process shall die; the work passes its points. What is set
travels with the request into its worker thread and its work in the background, and is unknown to every other request.
"""

from __future__ import annotations

import os
import signal
from contextvars import ContextVar

STEPS = ("recorded", "role", "database", "spare", "staged", "swapped", "answer")

deadly_step: ContextVar[str | None] = ContextVar("deadly_step", default=None)


def passed(step: str) -> None:
    if deadly_step.get() == step:
        os.kill(os.getpid(), signal.SIGKILL)
