"""The control plane's parts in one value, which every rule is given."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from prisma_local.background import Background
from prisma_local.postgres.copies import Copies
from prisma_local.postgres.tenants import Tenants
from prisma_local.records import Records
from prisma_local.settings import Settings
from prisma_local.stock import Stock


@dataclass(slots=True)
class Plane:
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


def now() -> str:
    """This moment as the API writes it."""
    return written(datetime.now(UTC))


def written(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def clock() -> float:
    return time.time()
