"""Requests of one client against an API that takes so many a second: how much longer than that it takes."""

from __future__ import annotations

import time
from unittest.mock import patch

import pytest

from bench.api import Api
from bench.table import Table
from prisma_provider.api.client import Client
from prisma_provider.network import limits
from prisma_provider.settings import Settings, Token

LATENCY = 0.1


@pytest.mark.parametrize(("rate", "calls"), [(8, 200), (50, 1000), (0, 2000)])
def test_a_limit_is_used(rate: int, calls: int, table: Table) -> None:
    """Nothing fails, few are refused; the time is told as a ratio to what the limit, or 64 at once, allows."""
    with Api(LATENCY, rate).serving() as api:
        seconds = _run(api, calls)
        with patch.object(limits, "FIRST", float(limits.MOST)):
            ideal = calls / rate if rate else _run(api, calls)
    assert api.refused <= max(20, 0.1 * calls)
    limit = f"{rate} requests/s" if rate else "no limit, to 64 at once from the first"
    table.say(f"{calls} calls at {limit}: {seconds / ideal:.2f} x the least, {api.refused} refused with 429")


def _run(api: Api, calls: int) -> float:
    client = Client(Settings(Token("secret", "the bench"), api.url))
    began = time.monotonic()
    for _, outcome in client.side_by_side(dict.fromkeys(range(calls), client.me)):
        assert outcome.result().workspace
    client.close()
    return time.monotonic() - began
