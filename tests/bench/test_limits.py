"""Requests of one client against an API that takes so many a second: how much longer than that it takes."""

from __future__ import annotations

import time

import pytest

from bench.api import Api
from bench.table import Table
from prisma_provider.api.client import Client
from prisma_provider.network.limits import MOST
from prisma_provider.settings import Settings, Token

LATENCY = 0.1


@pytest.mark.parametrize(("rate", "calls"), [(8, 200), (50, 1000), (0, 2000)])
def test_a_limit_is_used(rate: int, calls: int, table: Table) -> None:
    """Nothing fails, few are refused; the time is told as a ratio to what the limit, or 64 at once, allows."""
    with Api(LATENCY, rate).serving() as api:
        client = Client(Settings(Token("secret", "the bench"), api.url))
        began = time.monotonic()
        for _, outcome in client.side_by_side({number: client.me for number in range(calls)}):
            assert outcome.result().workspace
        seconds = time.monotonic() - began
        client.close()
    ideal = calls / rate if rate else calls * LATENCY / MOST
    assert api.refused <= max(20, 0.1 * calls)
    limit = f"{rate} requests/s" if rate else "no limit"
    table.say(f"{calls} calls at {limit}: {seconds / ideal:.2f} x the least, {api.refused} refused with 429")
