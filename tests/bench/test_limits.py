"""Requests of one client against an API that takes so many a second: how much longer than that it takes."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bench.api import Api
from bench.table import Table
from prisma_provider.api.client import Client
from prisma_provider.network.throttle import MOST
from prisma_provider.settings import Settings, Token

LATENCY = 0.1


@pytest.mark.parametrize(("rate", "calls"), [(8, 200), (50, 1000), (0, 2000)])
def test_a_limit_is_used(rate: int, calls: int, table: Table) -> None:
    """Nothing fails, few are refused; the time is told as a ratio to what the limit, or 64 at once, allows."""
    with Api(LATENCY, rate).serving() as api:
        seconds = _run(api, calls)
        ideal = calls / (rate or MOST / LATENCY)
    # Under way before the first refusal is heard: `throttle._FIRST`, and as many after the first answers.
    assert api.refused <= max(40, 0.1 * calls)
    limit = f"{rate} requests/s" if rate else f"no limit, to {MOST} at once from the first"
    table.say(f"{calls} calls at {limit}: {seconds / ideal:.2f} x the least, {api.refused} refused with 429")


def _run(api: Api, calls: int) -> float:
    client = Client(Settings(Token("secret", "the bench"), api.url))
    began = time.monotonic()
    with ThreadPoolExecutor(MOST) as threads:
        assert all(each.workspace for each in threads.map(lambda _: client.me(), range(calls)))
    client.close()
    return time.monotonic() - began
