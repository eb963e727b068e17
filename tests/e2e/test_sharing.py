"""Several at once: two stacks in one project, two people with the same names, and a service that takes its time."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from e2e.stack import Stack, connects
from local_server import LocalServer

IN_PROJECT = """
orders = prisma.Database("orders", project_id="{project}", name="{name}", branch_git_name="{name}")
web = prisma.Connection("web", database_id=orders.id, name="web")
pulumi.export("database_url", web.database_url)
"""
SHOP = """
shop = prisma.Project("shop"{options})
orders = prisma.Database("orders", project_id=shop.id)
"""


def beside(stack: Stack, folder: Path, *, name: str = "dev") -> Stack:
    """Another stack, in another backend, of the same workspace."""
    folder.mkdir()
    other = Stack(folder, stack.server)
    other.token, other.workspace_id = stack.token, stack.workspace_id
    other.environment["PRISMA_SERVICE_TOKEN"] = stack.token
    if name != "dev":
        other.pulumi("stack", "init", name)
    return other


def test_two_stacks_of_one_project(stack: Stack, server: LocalServer, tmp_path: Path) -> None:
    """Two ups at once of two stacks in one project: each has its own, and destroying one leaves the other."""
    project = stack.api("POST", "/v1/projects", {"name": "shop"}).json()["data"]["id"]
    stacks = {"blue": stack, "green": beside(stack, tmp_path / "other", name="green")}
    programs = {name: IN_PROJECT.format(project=project, name=name) for name in stacks}
    for _ in range(2):
        with ThreadPoolExecutor(2) as people:
            done = [people.submit(stacks[name].up, programs[name]) for name in stacks]
        assert all(each.result().code == 0 for each in done)
    assert all(each.result().writes_nothing for each in done)
    urls = {name: each.outputs()["database_url"] for name, each in stacks.items()}
    stacks["blue"].destroy()
    assert not connects(urls["blue"])
    assert connects(urls["green"])
    assert stacks["green"].preview().writes_nothing


def test_two_people_with_the_same_names(stack: Stack, tmp_path: Path) -> None:
    """The same project, stack and names on separate backends: neither takes the other's databases, and is told why."""
    mine, yours = stack, beside(stack, tmp_path / "other")
    mine.up(SHOP.format(options=""))
    mine.clear()
    refused = yours.up(SHOP.format(options=""), expect=1)
    assert mine.resource("shop")["id"] in refused.messages
    assert "give your stack another name" in refused.messages
    assert not yours.sent()
    assert mine.preview().writes_nothing
    assert mine.up().writes_nothing


def test_a_service_with_a_limit(stack: Stack, server: LocalServer) -> None:
    """30 databases through a limit of 8 requests a second: done, no error, no duplicate."""
    program = """
shop = prisma.Project("shop")
for n in range(30):
    database = prisma.Database(f"d{n}", project_id=shop.id)
    prisma.Connection(f"c{n}", database_id=database.id, name=f"c-{n}")
"""
    server.settings(rateLimit=8)
    stack.up(program)
    throttled = [call for call in server.requests() if call["status"] == 429]
    server.settings(rateLimit=0)
    assert throttled
    assert sorted(each["name"] for each in stack.all("databases")) == sorted(f"d{n}" for n in range(30))
    assert len([each for each in stack.all("connections") if each["name"].startswith("c-")]) == 30
    assert stack.preview().writes_nothing
