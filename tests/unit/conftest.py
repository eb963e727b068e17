"""What the unit tests share."""

from __future__ import annotations

import json
from importlib.util import find_spec
from typing import Any

import pytest

from prisma_provider.live import databases
from pulumi_prisma import schema
from unit.service import Service

# The set-up of a checkout needs what Windows lacks, and so do its tests.
collect_ignore = [] if find_spec("fcntl") else ["test_toolchain.py"]


def pytest_sessionstart() -> None:
    """Half a property makes hundreds of tests fail or wait: say first what it lacks. Who waits does not wait long."""
    databases.SOON = 0.001
    lacking = schema.missing()
    if lacking:
        raise pytest.UsageError("\n".join(lacking))


@pytest.fixture
def service() -> Service:
    """An empty Management API in memory."""
    return Service()


def export(*resources: dict[str, Any]) -> str:
    """What `pulumi stack export` prints of the stack shop/dev that holds these."""
    root = {"urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev", "custom": False}
    return json.dumps({"version": 3, "deployment": {"resources": [root, *resources]}})


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> dict[str, str | None]:
    """What Pulumi's CLI gives a review as the state of the stack: nothing is pending, unless a test says so."""
    found: dict[str, str | None] = {"export": export()}
    monkeypatch.setattr("prisma_provider.cli.selected_stack.exported", lambda *_, **__: found["export"])
    return found
