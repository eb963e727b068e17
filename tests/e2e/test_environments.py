"""Environments side by side in one project: production, and one for each pull request."""

from __future__ import annotations

from pathlib import Path

import pytest

from e2e.stack import Stack, connects, sql
from e2e.test_killed import answered, kill
from e2e.test_sharing import beside

ENVIRONMENT = """
environment = prisma.Environment(pulumi.get_stack(), project_id="{project}", kind="{kind}"{more})
pulumi.export("database_id", environment.database_id)
pulumi.export("database_url", environment.database_url)
pulumi.export("direct_url", environment.direct_url)
"""
ROWS = "select what from parcels order by what"


def project(stack: Stack) -> str:
    """A project with nothing in it."""
    return str(stack.api("POST", "/v1/projects", {"name": "shop", "createDatabase": False}).json()["data"]["id"])


def source(stack: Stack, project_id: str) -> tuple[str, str]:
    """A database with one row, and its URL."""
    made = stack.api("POST", "/v1/databases", {"projectId": project_id, "name": "source"}).json()["data"]
    url = made["connections"][0]["endpoints"]["direct"]["connectionString"]
    sql(url, "create table parcels (what text)")
    sql(url, "insert into parcels values ('paper')")
    return str(made["id"]), str(url)


def branches(stack: Stack, project_id: str) -> list[str]:
    return sorted(each["gitName"] for each in stack.all(f"projects/{project_id}/branches"))


def made(stack: Stack, kind: str) -> bool:
    """Whether the service has made what the preview asked for."""
    names = {each.get("gitName") or each["name"] for each in stack.all(kind)}
    return bool(names & {"dev", "app"})


def test_two_pull_requests_beside_production(stack: Stack, tmp_path: Path) -> None:
    """Each clone has production's rows and then its own; one is destroyed, and the others notice nothing."""
    shop = project(stack)
    stack.up(ENVIRONMENT.format(project=shop, kind="production", more=""))
    production = stack.outputs()
    sql(production["direct_url"], "create table parcels (what text)")
    sql(production["direct_url"], "insert into parcels values ('paper')")

    clone = f', source=prisma.CloneOf("{production["database_id"]}")'
    previews = {name: beside(stack, tmp_path / name, name=name) for name in ("pr-7", "pr-8")}
    urls = {}
    for name, preview in previews.items():
        preview.up(ENVIRONMENT.format(project=shop, kind="preview", more=clone))
        urls[name] = preview.outputs()["direct_url"]
        assert sql(urls[name], ROWS) == [("paper",)]
        sql(urls[name], f"insert into parcels values ('of {name}')")
    assert branches(stack, shop) == ["main", "pr-7", "pr-8"]
    assert previews["pr-8"].preview().writes_nothing

    previews["pr-7"].destroy()
    assert not connects(urls["pr-7"])
    assert branches(stack, shop) == ["main", "pr-8"]
    assert sql(urls["pr-8"], ROWS) == [("of pr-8",), ("paper",)]
    assert sql(production["direct_url"], ROWS) == [("paper",)]
    assert stack.preview().writes_nothing
    refused = stack.destroy(expect=1)
    assert "protect" in refused.messages
    assert sql(production["direct_url"], ROWS) == [("paper",)]


@pytest.mark.parametrize("stack", ["plugin"], indirect=True)  # over the dynamic host: examples/environments
def test_promoted_by_a_name_and_a_flag(stack: Stack, tmp_path: Path) -> None:
    """Staging gets production's name and the default flag: one PATCH, rows and URLs stay where they are."""
    shop = project(stack)
    staging = {"project": shop, "kind": "persistent"}
    stack.api("POST", "/v1/databases", {"projectId": shop, "name": "orders", "isDefault": True})
    stack.up(ENVIRONMENT.format(**staging, more=""))
    before = stack.outputs()
    sql(before["direct_url"], "create table parcels (what text)")
    promoted = ENVIRONMENT.format(**staging, more=', database_name="orders", is_default=True')
    assert stack.preview(promoted).changes["update"] == 1
    stack.clear()
    stack.up()
    body = {"name": "orders", "isDefault": True}
    assert stack.sent() == [("PATCH", f"/v1/databases/{before['database_id']}", body)]
    assert stack.outputs() == before
    assert sql(before["database_url"], ROWS) == []
    assert [each["isDefault"] for each in stack.all("databases")].count(True) == 1


@pytest.mark.parametrize("what", ["projects/{project}/branches", "databases", "connections"])
def test_a_preview_that_was_interrupted(stack: Stack, what: str) -> None:
    """Killed at any of its writes, the next `up` completes it by itself; then `destroy` leaves no trace."""
    shop = project(stack)
    database_id, url = source(stack, shop)
    kind = what.format(project=shop)
    stack.program(ENVIRONMENT.format(project=shop, kind="preview", more=f', source=prisma.CloneOf("{database_id}")'))
    stack.clear()
    stack.server.fault(method="POST", path=f"/v1/{kind}", kind="delay_after")
    with stack.start("up", "--yes", "--skip-preview") as running:
        stack.wait_until(lambda: made(stack, kind))
        stack.wait_until_saved()
        kill(running, "all")
    stack.server.clear_faults()
    stack.wait_until(lambda: answered(stack, kind))
    stack.pulumi("cancel", "--yes", expect=None)

    stack.up()
    found = stack.outputs()
    assert connects(found["database_url"])
    assert sql(found["direct_url"], ROWS) == [("paper",)]
    assert branches(stack, shop) == ["dev", "main"]
    assert sorted(each["name"] for each in stack.all("databases")) == ["dev", "source"]
    assert [each["name"] for each in stack.all("connections")].count("app") == 1
    assert stack.preview().writes_nothing

    stack.destroy()
    assert branches(stack, shop) == ["main"]
    assert [each["name"] for each in stack.all("databases")] == ["source"]
    assert not connects(found["direct_url"])
    assert sql(url, ROWS) == [("paper",)]
