"""What the unit tests share."""

from __future__ import annotations

import pytest

from pulumi_prisma import schema
from unit.service import Service


def pytest_sessionstart() -> None:
    """Half a property makes hundreds of tests fail or wait: say first what it lacks."""
    lacking = schema.missing()
    if lacking:
        raise pytest.UsageError("\n".join(lacking))


@pytest.fixture
def service() -> Service:
    """An empty Management API in memory."""
    return Service()
