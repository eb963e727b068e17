"""Connections: they connect, they rotate, they go alone."""

from __future__ import annotations

from e2e.hosts import both_hosts
from e2e.stack import Stack, connects, sql

pytestmark = both_hosts

SHOP = """
shop = prisma.Project("shop")
orders = prisma.Database("orders", project_id=shop.id)
web = prisma.Connection("web", database_id=orders.id, name="web-app")
job = prisma.Connection("job", database_id=orders.id, name="job", rotation_trigger={trigger})
for c, n in ((web, "web"), (job, "job")):
    pulumi.export(f"{{n}}_url", c.database_url)
    pulumi.export(f"{{n}}_direct", c.direct_url)
pulumi.export("own", orders.direct_url)
pulumi.export("address", pulumi.Output.format("{{0}}:{{1}}", web.host, web.port))
"""


def test_connections(stack: Stack) -> None:
    """URLs connect; a rotation is in place; a rename is new before old; one that goes leaves the others."""
    stack.up(SHOP.format(trigger=1))
    urls = stack.outputs()
    assert all(connects(urls[name]) for name in urls if name != "address")
    assert urls["address"].replace(".", "").replace(":", "").isdigit()
    sql(urls["web_direct"], "create table shared (n int)")
    assert sql(urls["job_direct"], "select * from shared") == []
    job = stack.resource("job")["id"]

    stack.clear()
    rotation = stack.up(SHOP.format(trigger=2))
    assert rotation.steps["job"] == "update"
    assert [path for _, path, _ in stack.sent()] == [f"/v1/connections/{job}/rotate"]
    rotated = stack.outputs()
    assert not connects(urls["job_url"])
    assert connects(rotated["job_url"])
    assert stack.resource("job")["id"] == job
    assert stack.preview().writes_nothing

    stack.clear()
    renamed = stack.up(SHOP.format(trigger=2).replace("web-app", "web-2"))
    order = [step for step in renamed.order if "web" in step]
    assert order.index("create-replacement web") < order.index("delete-replaced web")
    assert [method for method, _, _ in stack.sent()] == ["POST", "DELETE"]
    assert not connects(urls["web_url"])
    assert connects(stack.outputs()["web_url"])
    assert connects(rotated["job_url"])

    without_job = "\n".join(line for line in SHOP.splitlines() if not line.startswith("job"))
    stack.up(without_job.replace(', (job, "job")', ",").format())
    assert not connects(rotated["job_url"])
    assert connects(stack.outputs()["web_url"])
    assert connects(stack.outputs()["own"])


def test_lookup(stack: Stack) -> None:
    """`.get` finds what exists without managing it, and says when there is nothing."""
    stack.up(SHOP.format(trigger=1))
    ids = {name: stack.resource(name)["id"] for name in ("shop", "orders", "web")}
    looked_up = SHOP.format(trigger=1) + "".join(
        f'{n}2 = prisma.{kind}.get("{n}2", "{ids[n]}")\npulumi.export("{n}2", {n}2.name)\n'
        for n, kind in (("shop", "Project"), ("orders", "Database"), ("web", "Connection"))
    )
    stack.clear()
    stack.up(looked_up)
    assert not stack.sent()
    found = stack.outputs()
    assert [found[f"{name}2"] for name in ids] == ["shop", "orders", "web-app"]
    assert stack.refresh().writes_nothing
    missing = stack.preview('prisma.Database.get("x", "db_cm1a2b3c4d5e6f7g8")\n', expect=1)
    assert "db_cm1a2b3c4d5e6f7g8" in missing.messages
