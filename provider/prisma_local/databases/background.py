"""Jobs that no response waits for: to drop what was deleted, to end a provisioning.

A job that fails is logged and not repeated: the state in the records says what is to be done, and the next start
does it.
"""

from __future__ import annotations

import contextvars
import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable
from functools import partial

Job = Callable[[], None]

log = logging.getLogger("prisma_local")

WORKERS = 2


class Background:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._queue: list[tuple[float, int, Job]] = []
        self._numbers = itertools.count()
        self._running = 0
        self._open = True
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(WORKERS)]
        for thread in self._threads:
            thread.start()

    def submit(self, job: Job) -> None:
        self.schedule(0.0, job)

    def schedule(self, moment: float, job: Job) -> None:
        """Run the job at a time of the clock (epoch seconds), or at once when that is past."""
        # A crash point of the request holds for its background jobs, too.
        in_context: Job = partial(contextvars.copy_context().run, job)
        with self._changed:
            heapq.heappush(self._queue, (moment, next(self._numbers), in_context))
            self._changed.notify_all()

    def wait_until_idle(self) -> None:
        """Wait until no job is running or due, or until the end."""
        with self._changed:
            self._changed.wait_for(lambda: not self._open or (not self._running and self._due_in() > 0))

    def close(self) -> None:
        """Finish what is running; the next start does the rest."""
        with self._changed:
            self._open = False
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _due_in(self) -> float:
        return self._queue[0][0] - time.time() if self._queue else threading.TIMEOUT_MAX

    def _work(self) -> None:
        while (job := self._next()) is not None:
            try:
                job()
            except Exception:
                log.exception("a background job failed; the next start of prisma-local takes it up again")
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def _next(self) -> Job | None:
        with self._changed:
            while self._open:
                due_in = self._due_in()
                if due_in <= 0:
                    self._running += 1
                    return heapq.heappop(self._queue)[2]
                self._changed.wait(min(due_in, threading.TIMEOUT_MAX))
            return None
