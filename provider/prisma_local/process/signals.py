"""The first signal stops the server: at once while it starts, in good order while it serves. Others are ignored."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType

from prisma_local.postgres.child_process import STOP_SIGNALS


class Shutdown:
    """`stop_serving` is set as soon as there is something that serves."""

    def __init__(self) -> None:
        self.stop_serving: Callable[[], None] | None = None
        self._requested = False

    def install(self) -> None:
        for number in STOP_SIGNALS:
            signal.signal(number, self._handle)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self._requested:
            return
        self._requested = True
        if self.stop_serving is None:
            raise SystemExit(0)
        self.stop_serving()
