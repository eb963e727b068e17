"""What the unit tests share."""

from __future__ import annotations

import pytest

from unit.service import Service


@pytest.fixture
def service() -> Service:
    """An empty Management API in memory."""
    return Service()
