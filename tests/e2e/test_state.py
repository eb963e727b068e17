"""State that a team shares, in a database that Prisma serves."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest

from e2e.stack import Stack, sql

SHOP = """
shop = prisma.Project("shop")
orders = prisma.Database("orders", project_id=shop.id)
pulumi.export("database_url", orders.database_url)
"""


@pytest.fixture
def backend(stack: Stack) -> str:
    """The URL of a database for state, in the form in which Prisma gives it: without the database's name."""
    project = stack.api("POST", "/v1/projects", {"name": "state", "createDatabase": False}).json()["data"]["id"]
    made = stack.api("POST", "/v1/databases", {"projectId": project, "name": "state"}).json()["data"]
    url = urlsplit(made["connections"][0]["endpoints"]["direct"]["connectionString"])
    return str(url._replace(scheme="postgres", path="/").geturl())


def test_two_people_at_once(stack: Stack, backend: str) -> None:
    """While I run `up`, yours is refused and says who holds the lock; then you have what I made, encrypted."""
    stack.environment["PULUMI_BACKEND_URL"] = backend
    stack.program(SHOP)
    stack.pulumi("stack", "init", "production")
    stack.clear()
    stack.server.fault(method="POST", path="/v1/projects", kind="delay")
    with stack.start("up", "--yes", "--skip-preview") as mine:
        stack.wait_until(lambda: bool(stack.sent("POST")))
        refused = stack.pulumi("up", "--yes", "--skip-preview", expect=None)
        stack.server.clear_faults()
        assert mine.wait(60) == 0
    assert "the stack is currently locked by 1 lock(s)" in refused
    assert len(stack.sent("POST")) == 2

    assert stack.up().writes_nothing
    password = str(urlsplit(stack.outputs()["database_url"]).password)
    ((rows, in_clear),) = sql(
        backend, "select count(*), count(*) filter (where data::text like %s) from pulumi_state", [f"%{password}%"]
    )
    assert rows > 0
    assert in_clear == 0
    stack.destroy()
