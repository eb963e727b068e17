"""The control plane's parts in one value, which every rule is given."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass, field

from prisma_local.databases.background import Background
from prisma_local.databases.stock import Stock
from prisma_local.postgres.copies import Copies
from prisma_local.postgres.tenants import Tenants
from prisma_local.store.records import Records
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
    # One lock for each database, so that nothing drops what another thread is still making.
    locks: defaultdict[str, threading.RLock] = field(default_factory=lambda: defaultdict(threading.RLock))

    def url(self, path: str) -> str:
        return f"{self.base_url}/v1/{path}"
