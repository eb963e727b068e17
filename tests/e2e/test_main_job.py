"""The main job: what is declared is what is live, and rows survive."""

from __future__ import annotations

import pytest

from e2e.hosts import both_hosts
from e2e.stack import SECRET_OUTPUTS, Stack, connects, sql

SHOP = (
    """
shop = prisma.Project("shop", region="eu-central-1")
orders = prisma.Database("orders", project_id=shop.id, name="orders")
web = prisma.Connection("web", database_id=orders.id, name="web")
"""
    + SECRET_OUTPUTS
)
RENAMED = SHOP.replace('name="orders"', 'name="sales"')
DEFAULT = SHOP.replace('name="orders"', 'name="orders", is_default=True')


@both_hosts
def test_from_nothing_to_nothing(stack: Stack) -> None:
    """`up` creates, `up` again and `refresh` say unchanged, a rename keeps my rows, `destroy` leaves nothing."""
    before = stack.server.postgres()
    assert stack.up(SHOP).changes == {"create": 4}
    urls = stack.outputs()
    sql(urls["direct_url"], "create table t (n int)")
    sql(urls["database_url"], "insert into t select generate_series(1, 1000)")
    created = stack.resource("orders")

    stack.clear()
    assert stack.up().writes_nothing
    assert stack.refresh().writes_nothing
    assert not stack.sent()

    preview = stack.preview(RENAMED)
    assert preview.changes == {"same": 3, "update": 1}
    assert preview.steps["orders"] == "update"
    assert 'PATCH {"name": "sales"}' in preview.messages
    stack.clear()
    assert stack.up().changes == {"same": 3, "update": 1}
    assert stack.sent() == [("PATCH", f"/v1/databases/{created['id']}", {"name": "sales"})]
    assert stack.resource("orders")["id"] == created["id"]
    assert stack.outputs() == urls
    assert sql(urls["database_url"], "select count(*) from t") == [(1000,)]
    assert [database["name"] for database in stack.all("databases")] == ["sales"]
    assert stack.preview().writes_nothing

    assert stack.destroy().changes == {"delete": 4}
    assert stack.all("projects") == stack.all("databases") == stack.all("connections") == []
    assert stack.server.postgres() == before
    assert not connects(urls["direct_url"])


@both_hosts
def test_the_default_flag_is_one_patch(stack: Stack) -> None:
    """is_default=True is exactly one PATCH with the flag; with a rename, one PATCH with both."""
    stack.up(SHOP)
    path = f"/v1/databases/{stack.resource('orders')['id']}"
    stack.clear()
    assert stack.preview(DEFAULT).steps["orders"] == "update"
    stack.up()
    assert stack.sent() == [("PATCH", path, {"isDefault": True})]
    stack.up(SHOP)  # not declared, not managed
    stack.clear()
    stack.api("POST", "/v1/databases", {"projectId": stack.resource("shop")["id"], "isDefault": True})
    stack.clear()
    both = DEFAULT.replace('name="orders"', 'name="sales"')
    assert stack.preview(both).steps["orders"] == "update"
    stack.up()
    assert stack.sent() == [("PATCH", path, {"name": "sales", "isDefault": True})]
    assert stack.up().writes_nothing


TWO = """
shop = prisma.Project("shop")
blue = prisma.Database("blue", project_id=shop.id, is_default={blue})
green = prisma.Database("green", project_id=shop.id, is_default={green}{options})
"""


@both_hosts
@pytest.mark.parametrize("first", ["blue", "green"])
def test_the_default_flag_moves(stack: Stack, first: str) -> None:
    """The flag moves between two declared databases, whichever comes first, with one PATCH and no other write."""
    stack.up(TWO.format(blue=True, green=False, options=""))
    for blue in (False, True) if first == "blue" else (False, True, False):
        stack.clear()
        result = stack.up(TWO.format(blue=blue, green=not blue, options=""))
        assert set(result.changes) == {"same", "update"}
        winner = stack.resource("blue" if blue else "green")
        assert stack.sent() == [("PATCH", f"/v1/databases/{winner['id']}", {"isDefault": True})]
        flags = {name: stack.resource(name)["outputs"]["isDefault"] for name in ("blue", "green")}
        assert flags == {"blue": blue, "green": not blue}
        assert stack.preview().writes_nothing
        assert stack.refresh().writes_nothing


@both_hosts
def test_a_promotion_that_waits_for_the_demoted_works_too(stack: Stack) -> None:
    """The flag moves also where the promoted database depends on the demoted one; state heals at the next up."""
    options = ", opts=pulumi.ResourceOptions(depends_on=[blue])"
    stack.up(TWO.format(blue=True, green=False, options=options))
    stack.clear()
    result = stack.up(TWO.format(blue=False, green=True, options=options))
    assert "still the default database" in result.messages
    assert [entry[2] for entry in stack.sent()] == [{"isDefault": True}]
    stack.clear()
    stack.up()
    assert not stack.sent()
    assert stack.preview().writes_nothing


@both_hosts
@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "ignore", "fields": ["isDefault"]},
        {"kind": "status", "status": 400, "body": {"error": {"code": "validation-error", "message": "no isDefault"}}},
    ],
    ids=["ignored", "refused"],
)
def test_a_flag_that_does_not_take(stack: Stack, fault: dict[str, object]) -> None:
    """The service ignores or refuses the flag: an error says so, state does not claim it, the next up tries again."""
    stack.up(SHOP)
    stack.server.fault(method="PATCH", path="/v1/databases/*", **fault)
    failed = stack.up(DEFAULT, expect=1)
    assert stack.spelled("isDefault=true") in failed.messages
    assert "nothing was lost" in failed.messages
    assert "Traceback" not in failed.messages
    assert stack.resource("orders")["outputs"]["isDefault"] is False
    again = stack.preview()
    assert again.steps["orders"] == "update"
    assert 'PATCH {"isDefault": true}' in again.messages
    assert stack.up().steps["orders"] == "update"
    assert stack.resource("orders")["outputs"]["isDefault"] is True


def test_130_databases_cost_a_few_calls(stack: Stack) -> None:
    """All of 130 databases are seen, on two pages, and an unchanged preview asks at most 6 times."""
    many = 'shop = prisma.Project("shop")\nfor n in range(130):\n    prisma.Database(f"d{n}", project_id=shop.id)\n'
    stack.up(many)
    stack.clear()
    assert stack.preview().changes == {"same": 132}
    calls = stack.sent("GET")
    assert len(calls) <= 6
    assert [path for _, path, _ in calls].count("/v1/databases") == 2
    stack.destroy()
    assert stack.all("databases") == []
