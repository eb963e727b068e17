"""Branches: databases are made on them, moved between them, and keep their rows."""

from __future__ import annotations

from e2e.hosts import both_hosts
from e2e.stack import Stack, sql

pytestmark = both_hosts

SHOP = """
shop = prisma.Project("shop")
preview = prisma.Branch("preview", project_id=shop.id, git_name="pr-7")
orders = prisma.Database("orders", project_id=shop.id, {branch})
pulumi.export("direct_url", orders.direct_url)
"""


def test_a_database_moves_between_branches(stack: Stack) -> None:
    """A database is made on a branch and moved by one PATCH; its rows stay; a name that is new is made once."""
    stack.up(SHOP.format(branch="branch_id=preview.id"))
    branch, orders = stack.resource("preview")["id"], stack.resource("orders")
    assert orders["outputs"]["branchId"] == branch
    assert orders["outputs"]["logicalId"] == orders["inputs"]["logicalId"]
    url = stack.outputs()["direct_url"]
    sql(url, "create table t (n int)")
    assert stack.up().writes_nothing
    assert stack.refresh().writes_nothing

    path = f"/v1/databases/{orders['id']}"
    main = next(b["id"] for b in stack.all(f"projects/{stack.resource('shop')['id']}/branches") if b["isDefault"])
    stack.clear()
    assert stack.preview(SHOP.format(branch='branch_git_name="main"')).steps["orders"] == "update"
    stack.up()
    assert stack.sent() == [("PATCH", path, {"branchId": main})]

    stack.clear()
    stack.up(SHOP.format(branch='branch_git_name="new"'))
    new = next(b["id"] for b in stack.all(f"projects/{stack.resource('shop')['id']}/branches") if b["gitName"] == "new")
    assert [body for _, _, body in stack.sent()] == [{"gitName": "new"}, {"branchId": new}]
    assert sql(url, "select * from t") == []
    assert stack.preview().writes_nothing


def test_a_branch_that_others_use_is_not_deleted(stack: Stack) -> None:
    """A branch with somebody else's database stays, and the message names the database; the whole stack goes."""
    stack.up(SHOP.format(branch="branch_id=preview.id"))
    project, branch = stack.resource("shop")["id"], stack.resource("preview")["id"]
    made = {"projectId": project, "name": "precious", "branchId": branch}
    precious = stack.api("POST", "/v1/databases", made).json()["data"]["id"]
    refused = stack.destroy(expect=1)
    assert '"precious"' in refused.messages
    stack.api("DELETE", f"/v1/databases/{precious}")
    stack.destroy()
    assert stack.all("projects") == []
