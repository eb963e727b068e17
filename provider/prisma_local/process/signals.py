"""One signal stops: at once while starting, in good order while serving. Further ones change nothing."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Shutdown:
    """`finish` is how to stop in good order, once there is something that serves."""

    def __init__(self) -> None:
        self.finish: Callable[[], None] | None = None
        self._asked = False

    def install(self) -> None:
        for number in SIGNALS:
            signal.signal(number, self._handle)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked:
            return
        self._asked = True
        if self.finish is None:
            raise SystemExit(0)
        self.finish()
