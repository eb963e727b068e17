"""Databases that take their time, fail, or whose answers are lost."""

from __future__ import annotations

from typing import Any

import pytest

from e2e.hosts import both_hosts
from e2e.stack import SECRET_OUTPUTS, Stack, connects
from e2e.test_killed import kill

pytestmark = both_hosts

SHOP = (
    """
shop = prisma.Project("shop")
orders = prisma.Database("orders", project_id=shop.id{options})
web = prisma.Connection("web", database_id=orders.id, name="web")
"""
    + SECRET_OUTPUTS
)
LIMIT = ', opts=pulumi.ResourceOptions(custom_timeouts=pulumi.CustomTimeouts(create="1s"))'


def test_it_returns_when_ready(stack: Stack) -> None:
    """A database that is provisioned for a while is returned when it is ready, and connects."""
    stack.server.settings(provisioning=1.5)
    stack.up(SHOP.format(options=""))
    assert stack.resource("orders")["outputs"]["status"] == "ready"
    assert connects(stack.outputs()["database_url"])


def test_beyond_the_limit_it_stays_in_state(stack: Stack) -> None:
    """Beyond my custom_timeouts it stays in state, with its status and a warning; the next up waits on."""
    program = SHOP.format(options=LIMIT).split("web =")[0]
    stack.server.settings(provisioning=600)
    late = stack.up(program)
    assert "time limit" in late.messages
    assert stack.resource("orders")["outputs"]["status"] == "provisioning"
    assert 'status is "provisioning" live, "ready" declared' in stack.preview().messages
    stack.server.drift(stack.resource("orders")["id"], status="ready")
    stack.up()
    assert stack.resource("orders")["outputs"]["status"] == "ready"
    assert stack.preview().writes_nothing
    assert len(stack.all("databases")) == 1


def test_a_failure_is_an_error_and_leaves_nothing(stack: Stack) -> None:
    """A database that could not be provisioned is an error, and nothing is left behind."""
    stack.server.settings(provisioning=0.2, provisioningEnds="failure")
    failed = stack.up(SHOP.format(options=""), expect=1)
    assert '"failure"' in failed.messages
    assert "removed" in failed.messages
    assert stack.all("databases") == []
    stack.server.settings(provisioning=0, provisioningEnds="ready")
    stack.up()
    assert connects(stack.outputs()["database_url"])


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 429, "headers": {"Retry-After": "1"}},
        {"kind": "status", "status": 503, "headers": {"Retry-After": "1"}},
        {"kind": "status_after", "status": 500},
        {"kind": "html", "status": 502},
        {"kind": "cut_before"},
        {"kind": "cut_after"},
        {"kind": "truncate"},
        {"kind": "delay", "seconds": 3},
    ],
    ids=lambda fault: "-".join(str(part) for part in fault.values() if not isinstance(part, dict)),
)
def test_a_lost_answer_is_not_a_lost_object(stack: Stack, fault: dict[str, Any]) -> None:
    """Whatever happens once to the answer of each create, `up` succeeds with one of each, and its URLs connect."""
    for path in ("/v1/projects", "/v1/databases", "/v1/connections"):
        stack.server.fault(method="POST", path=path, **fault)
    stack.up(SHOP.format(options=""), PRISMA_REQUEST_TIMEOUT="1", PRISMA_RETRY_LIMIT="15")
    assert [len(stack.all(what)) for what in ("projects", "databases", "connections")] == [1, 1, 2]
    assert all(connects(url) for url in stack.outputs().values())
    stack.server.clear_faults()
    assert stack.preview().writes_nothing


def test_killed_half_way(stack: Stack) -> None:
    """Killed after the database was made and before state knew: the next up names it, and adopt=True takes it."""
    stack.server.settings(provisioning=600)
    stack.program(SHOP.format(options=""))
    with stack.start("up", "--yes", "--skip-preview") as running:
        stack.wait_until(lambda: bool(stack.all("databases")))
        stack.wait_until_saved()
        kill(running, "all")
    (left,) = stack.all("databases")
    stack.server.drift(left["id"], status="ready")
    stack.server.settings(provisioning=0)
    stack.pulumi("cancel", "--yes")
    stack.clear()
    refused = stack.up(expect=1)
    for part in (left["id"], "interrupted", stack.spelled("adopt=True")):
        assert part in refused.messages
    assert not [path for _, path, _ in stack.sent("POST") if path == "/v1/databases"]
    stack.up(SHOP.format(options=", adopt=True"))
    assert [database["id"] for database in stack.all("databases")] == [left["id"]]
    assert connects(stack.outputs()["database_url"])
    assert stack.preview().writes_nothing
