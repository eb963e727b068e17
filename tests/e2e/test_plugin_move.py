"""A stack moves between the hosts by its import: no change, no write, one mark for one resource."""

from __future__ import annotations

import pytest

from e2e.stack import SECRET_OUTPUTS, Stack, connects
from e2e.test_killed import kill

SHOP = (
    """
class Team(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("shop:index:Team", name)
        below = pulumi.ResourceOptions(parent=self)
        self.shop = prisma.Project("shop", region="eu-central-1", opts=below)

shop = Team("blue").shop
main = prisma.Branch("main", project_id=shop.id, git_name="main", adopt=True)
orders = prisma.Database("orders", project_id=shop.id, name="orders", is_default=True, opts=pulumi.ResourceOptions(
    parent=shop, ignore_changes=["region"], custom_timeouts=pulumi.CustomTimeouts(create="9m")))
web = prisma.Connection("web", database_id=orders.id, name="web", rotation_trigger="1",
    opts=pulumi.ResourceOptions(parent=orders))
"""
    + SECRET_OUTPUTS
)


@pytest.mark.parametrize("way", ["to the plugin", "to the dynamic host"])
def test_a_stack_moves(stack: Stack, way: str) -> None:
    """I change the import: no change (the way back: one that only records), nothing is sent, my secrets survive."""
    first, then = ("dynamic", "plugin") if way == "to the plugin" else ("plugin", "dynamic")
    stack.host = first
    stack.up(SHOP)
    urls, marks = stack.outputs(), {name: mark(stack, name) for name in ("shop", "orders")}
    stack.clear()
    stack.host = then
    preview = stack.preview(SHOP)
    # The dynamic host has something of its own to record in state, which sends nothing.
    assert preview.changes == ({"same": 6} if then == "plugin" else {"same": 2, "update": 4})
    assert stack.up().changes == preview.changes
    assert not stack.sent()
    assert stack.outputs() == urls
    assert connects(urls["database_url"])
    assert marks == {name: mark(stack, name) for name in ("shop", "orders")}
    expected = "prisma:index:Database" if then == "plugin" else "pulumi-python:dynamic/prisma:Database"
    assert stack.resource("orders")["urn"].split("::")[2].endswith(expected)
    assert stack.preview().writes_nothing
    assert stack.refresh().writes_nothing
    assert not stack.sent()
    assert stack.up(SHOP.replace('"1"', '"2"')).steps["web"] == "update"
    assert connects(stack.outputs()["database_url"])
    stack.destroy()
    assert stack.all("projects") == []


def mark(stack: Stack, name: str) -> str:
    """The mark of a resource, without the part that is its own at each creation."""
    return str(stack.resource(name)["inputs"]["logicalId"])


def test_what_the_other_host_left_behind_is_known(stack: Stack) -> None:
    """A database that a killed run of the dynamic host left behind is named by the plugin, and is taken by adopt."""
    stack.server.settings(provisioning=600)
    stack.program(SHOP)
    with stack.start("up", "--yes", "--skip-preview") as running:
        stack.wait_until(lambda: bool(stack.all("databases")))
        stack.wait_until_saved()
        kill(running, "all")
    (left,) = stack.all("databases")
    stack.server.drift(left["id"], status="ready")
    stack.server.settings(provisioning=0)
    stack.pulumi("cancel", "--yes")
    stack.host = "plugin"
    refused = stack.up(SHOP, expect=1)
    for part in (left["id"], "interrupted", "adopt: true"):
        assert part in refused.messages
    stack.up(SHOP.replace("is_default=True", "is_default=True, adopt=True"))
    assert [database["id"] for database in stack.all("databases")] == [left["id"]]
