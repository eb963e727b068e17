"""Databases that start: as those of the service, they first refuse connections, then drop them, where a test says so.

A cold start begins with the creation of a database, and with the first connection after it was in standby: no session
was open for some seconds. How long each part takes stands in the settings, 0 by default.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime

from prisma_local.errors import SessionRefused
from prisma_local.store.values import Database
from prisma_local.testing.settings import Settings

BLOCKED = SessionRefused("08006", "Your account has restrictions: planLimitReached")
STARTING = SessionRefused("08006", "Failed to connect to upstream database")


class ColdStarts:
    """Asked by the proxy's threads; seconds since 1970 by `clock`."""

    def __init__(self, settings: Settings, clock: Callable[[], float] = time.time) -> None:
        self._settings = settings
        self._clock = clock
        self._lock = threading.Lock()
        self._began: dict[str, float] = {}
        self._used: dict[str, float] = {}
        self._open: Counter[str] = Counter()

    def begin(self, database: Database) -> bool:
        """A session begins: whether it is to be dropped at its first query; SessionRefused where it is refused."""
        with self._lock:
            now = self._clock()
            seconds = now - self._start(database, now)
            self._used[database.id] = now
            if seconds < self._settings.refusing:
                raise STARTING
            if self._settings.usage_blocked:
                raise BLOCKED
            self._open[database.id] += 1
            return seconds < self._settings.refusing + self._settings.dropping

    def end(self, database: Database) -> None:
        """A session that had begun has ended."""
        with self._lock:
            self._open[database.id] -= 1
            self._used[database.id] = self._clock()

    def _start(self, database: Database, now: float) -> float:
        """When the cold start began that counts now."""
        created = datetime.fromisoformat(database.created_at).timestamp()
        began = self._began.get(database.id, created)
        used = max(began, self._used.get(database.id, created))
        after = self._settings.standby_after
        if after and not self._open[database.id] and now - used > after:
            began = self._began[database.id] = now
        return began
