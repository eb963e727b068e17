"""What every rule and background job works with."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from prisma_local.databases.background import Background
from prisma_local.databases.cold_starts import ColdStarts
from prisma_local.databases.stock import Stock
from prisma_local.errors import NotFound
from prisma_local.postgres.copies import Copies
from prisma_local.postgres.tenants import Tenants
from prisma_local.store.encryption import Cipher
from prisma_local.store.records import Records, V
from prisma_local.store.values import LIVE, Connection, Database
from prisma_local.testing.settings import Settings


@dataclass(slots=True)
class Context:
    records: Records
    tenants: Tenants
    copies: Copies
    background: Background
    settings: Settings
    stock: Stock
    base_url: str
    cold_starts: ColdStarts
    cipher: Cipher
    # One lock for each database, so that nothing drops what another thread is still creating.
    locks: defaultdict[str, threading.RLock] = field(default_factory=lambda: defaultdict(threading.RLock))

    def url(self, path: str) -> str:
        return f"{self.base_url}/v1/{path}"

    def live(self, kind: type[V], id_: str, **where: Any) -> V:
        """The object that the API shows under this id, or 404."""
        found = self.records.one(kind, id=id_, state=LIVE, **where)
        if found is None:
            raise NotFound(f"{kind.__name__} with the given ID was not found.")
        return found

    def login_roles(self, database: Database) -> list[str]:
        return [found.role for found in self.records.select(Connection, database_id=database.id)]
