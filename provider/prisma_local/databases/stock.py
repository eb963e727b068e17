"""The stock: empty databases made before anybody asks, so that a create need not wait for PostgreSQL.

A database is 300 files to PostgreSQL, which take it 15 to 100 ms of one core, the most where many were deleted just
before; so eight at once on two cores wait for each other. A spare is a whole database with its roles, in which
nobody can log in: what a create does with one is to give it a password.

The records know a spare before PostgreSQL does, and a create takes it over in one transaction with its own
record. So every database of PostgreSQL is a spare's or a tenant's, whenever this process is killed.
"""

from __future__ import annotations

import threading
import time

from prisma_local.databases.background import Background
from prisma_local.postgres.tenants import Tenants, owner_of
from prisma_local.store.ids import random_text
from prisma_local.store.records import Records
from prisma_local.store.values import LIVE, Spare
from prisma_local.testing import crash_points
from prisma_local.testing.settings import Settings

# As many as the plugin asks for at once.
SIZE = 8
# How long nobody has asked for anything when one more is made: a test that runs has the machine for itself.
QUIET_SECONDS = 0.5


class Stock:
    def __init__(self, records: Records, tenants: Tenants, background: Background, settings: Settings) -> None:
        self._records = records
        self._tenants = tenants
        self._background = background
        self._settings = settings
        self._filling = threading.Lock()

    def take(self) -> str | None:
        """The name of a spare, which from now on is the caller's to record, in the transaction that this is in."""
        self.fill()
        spare = self._records.one(Spare, state=LIVE)
        if spare is not None:
            self._records.remove(Spare, id=spare.id)
        return spare.id if spare else None

    def fill(self) -> None:
        """Make what is missing, one by one and only when nobody asks for anything."""
        if self._filling.acquire(blocking=False):
            self._background.schedule(time.time() + QUIET_SECONDS, self._make_next)

    def is_full(self) -> bool:
        return len(self._records.select(Spare, state=LIVE)) >= SIZE

    def names(self) -> set[str]:
        """The databases of the stock, those that are being made or dropped as well."""
        return {spare.id for spare in self._records.select(Spare)}

    def roles(self) -> set[str]:
        return {role for name in self.names() for role in (name, owner_of(name))}

    def reconcile(self, there: set[str]) -> None:
        """After any kind of end: the whole ones among those in PostgreSQL stay, what is left of others goes."""
        for spare in self._records.select(Spare):
            if spare.state != LIVE or spare.id not in there:
                self._drop(spare)

    def _make_next(self) -> None:
        """Where it fails nothing follows, until the next create asks again."""
        try:
            if not self.is_full() and self._settings.quiet_for() >= QUIET_SECONDS:
                self._make()
        finally:
            self._filling.release()
        if not self.is_full():
            self.fill()

    def _make(self) -> None:
        spare = self._records.insert(Spare(id=f"db_{random_text(24)}"))
        try:
            self._tenants.create_roles(spare.id)
            self._tenants.create_database(spare.id)
            crash_points.reached("spare")
            self._records.change(Spare, spare.id, state=LIVE)
        except BaseException:
            self._drop(spare)
            raise

    def _drop(self, spare: Spare) -> None:
        self._tenants.drop(spare.id, [])
        self._records.remove(Spare, id=spare.id)
