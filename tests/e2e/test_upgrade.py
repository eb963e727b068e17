"""Upgrading: the state of an older version means the same to this one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from e2e.stack import Stack

PROGRAM = """
shop = prisma.Project("shop", region="eu-central-1")
preview = prisma.Branch("preview", project_id=shop.id, git_name="pr-7")
orders = prisma.Database("orders", project_id=shop.id, name="orders", is_default=True)
trial = prisma.Database("trial", project_id=shop.id, branch_id=preview.id, opts=pulumi.ResourceOptions(
    ignore_changes=["name"], custom_timeouts=pulumi.CustomTimeouts(create="5m")))
copy = prisma.Database("copy", project_id=shop.id, branch_git_name="pr-8", source=prisma.CloneOf(trial.id))
web = prisma.Connection("web", database_id=orders.id, name="web", rotation_trigger="2026-01")
pulumi.export("database_url", web.database_url)
pulumi.export("direct_url", orders.direct_url)
"""
# What `pulumi stack export` gave after an `up` of that program by the commit that closed the main job (84f5ea0),
# without the secrets' values and the traces of the machine.
RECORDED = Path(__file__).with_name("state_0_1_0.json")


def test_the_first_version(stack: Stack) -> None:
    """After an upgrade my preview is empty, nothing is sent, and destroy still works."""
    text = RECORDED.read_text()
    for old, new in made_again(stack, json.loads(text)).items():
        assert old in text
        text = text.replace(old, new)
    (stack.folder / "state.json").write_text(text)
    stack.pulumi("stack", "import", "--file", "state.json")
    stack.clear()
    assert stack.preview(PROGRAM).writes_nothing
    assert stack.up().writes_nothing
    assert stack.refresh().writes_nothing
    assert stack.preview().writes_nothing
    assert not stack.sent()
    assert stack.outputs()["database_url"] == "postgresql://recorded"
    renamed = stack.up(PROGRAM.replace('name="orders"', 'name="sales"'))
    assert renamed.changes == {"same": 6, "update": 1}
    stack.destroy()
    assert stack.all("projects") == []


def made_again(stack: Stack, state: dict[str, Any]) -> dict[str, str]:
    """The objects of that state, made anew as that version made them: what was in it to what there is now."""
    old = {r["urn"].split("::")[-1]: r for r in state["deployment"]["resources"] if "prisma:" in r["type"]}
    mark = {name: resource["inputs"].get("logicalId") for name, resource in old.items()}

    def made(path: str, **body: Any) -> dict[str, Any]:
        answer = stack.api("POST", f"/v1/{path}", body)
        assert answer.is_success, answer.text
        found: dict[str, Any] = answer.json()["data"]
        return found

    shop = made("projects", name="shop", region="eu-central-1", logicalId=mark["shop"], createDatabase=False)
    new = {"shop": shop}
    new["preview"] = made(f"projects/{shop['id']}/branches", gitName="pr-7")
    other = made(f"projects/{shop['id']}/branches", gitName="pr-8")
    database = {"projectId": shop["id"], "region": "inherit"}
    new["orders"] = made("databases", name="orders", isDefault=True, logicalId=mark["orders"], **database)
    new["trial"] = made("databases", name="trial", branchId=new["preview"]["id"], logicalId=mark["trial"], **database)
    source = {"type": "database", "databaseId": new["trial"]["id"]}
    new["copy"] = made(
        "databases", name="copy", branchId=other["id"], source=source, logicalId=mark["copy"], **database
    )
    new["web"] = made("connections", databaseId=new["orders"]["id"], name="web")

    found = {old[name]["id"]: made["id"] for name, made in new.items()}
    found[old["shop"]["outputs"]["workspaceId"]] = stack.workspace_id
    for name in ("orders", "trial", "copy"):
        for field in ("defaultConnectionId", "branchId"):
            found[old[name]["outputs"][field]] = new[name][field]
    return found
