"""The stock: empty databases made in advance, so that a create need not wait for PostgreSQL.

A new database is 300 files, which take PostgreSQL 15 to 100 ms of one core, the most where many were deleted just
before; so eight at once on two cores wait for each other. A spare is a whole database with its roles, which cannot
log in yet: a create only has to set a password.

A spare is recorded before it is in PostgreSQL, and becomes a tenant's in one transaction. So every database in
PostgreSQL is a spare's or a tenant's, whenever this process is killed.
"""

from __future__ import annotations

import threading
import time

from prisma_local.databases.background import Background
from prisma_local.postgres.names import owner_of
from prisma_local.postgres.tenants import Tenants
from prisma_local.store.ids import random_text
from prisma_local.store.records import Records
from prisma_local.store.values import LIVE, Spare
from prisma_local.testing import crash_points
from prisma_local.testing.settings import Settings

# As many as the plugin creates at once.
SIZE = 8
# One is made only after so long without a request: a running test has the machine for itself.
IDLE_SECONDS = 0.5


class Stock:
    def __init__(self, records: Records, tenants: Tenants, background: Background, settings: Settings) -> None:
        self._records = records
        self._tenants = tenants
        self._background = background
        self._settings = settings
        self._filling = threading.Lock()

    def take(self) -> str | None:
        """The name of a spare, which the caller has to record in the same transaction."""
        self.fill()
        spare = self._records.one(Spare, state=LIVE)
        if spare is not None:
            self._records.remove(Spare, id=spare.id)
        return spare.id if spare else None

    def fill(self) -> None:
        """Make what is missing, one by one and only while there are no requests."""
        if self._filling.acquire(blocking=False):
            self._background.schedule(time.time() + IDLE_SECONDS, self._make_next)

    def is_full(self) -> bool:
        return len(self._records.select(Spare, state=LIVE)) >= SIZE

    def names(self) -> set[str]:
        """The databases of the stock, including those that are being created or dropped."""
        return {spare.id for spare in self._records.select(Spare)}

    def roles(self) -> set[str]:
        return {role for name in self.names() for role in (name, owner_of(name))}

    def reconcile(self, existing: set[str]) -> None:
        """After a crash: complete spares among the existing databases stay, others are dropped."""
        for spare in self._records.select(Spare):
            if spare.state != LIVE or spare.id not in existing:
                self._drop(spare)

    def _make_next(self) -> None:
        """If it fails, the next create tries again."""
        try:
            if not self.is_full() and self._settings.idle_seconds() >= IDLE_SECONDS:
                self._make()
        finally:
            self._filling.release()
        if not self.is_full():
            self.fill()

    def _make(self) -> None:
        spare = self._records.insert(Spare(id=f"db_{random_text(24)}"))
        try:
            self._tenants.roles.create(spare.id)
            self._tenants.databases.create(spare.id)
            crash_points.reached("spare")
            self._records.change(Spare, spare.id, state=LIVE)
        except BaseException:
            self._drop(spare)
            raise

    def _drop(self, spare: Spare) -> None:
        self._tenants.drop(spare.id)
        self._records.remove(Spare, id=spare.id)
