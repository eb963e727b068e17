"""Data: cloned, from a backup, restored in place; and what exists, looked up."""

from __future__ import annotations

from e2e.stack import Stack, connects, sql

SHOP = """
shop = prisma.Project("shop", region="eu-central-1")
orders = prisma.Database("orders", project_id=shop.id, name="orders", is_default=True)
web = prisma.Connection("web", database_id=orders.id, name="web")
pulumi.export("url", web.direct_url)
"""
COPIES = """
backup = prisma.get_backups_output(orders.id).apply(lambda backups: backups[0].id)
copy = prisma.Database("copy", project_id=shop.id, source=prisma.CloneOf(orders.id))
old = prisma.Database("old", project_id=shop.id, source=prisma.BackupOf(orders.id, backup))
pulumi.export("copy", copy.direct_url)
pulumi.export("old", old.direct_url)
"""
RESTORE = """
prisma.Restore("back", database_id=orders.id, backup_id="{backup}", confirm_database_name="{name}"{options})
"""
LOOKED_UP = """
pulumi.export("project", prisma.get_project_output(name=shop.name).apply(lambda p: p.default_region))
pulumi.export("databases", prisma.get_databases_output(project_id=shop.id).apply(lambda ds: [d.name for d in ds]))
pulumi.export("connections", prisma.get_connections_output(orders.id).apply(lambda cs: [c.name for c in cs]))
pulumi.export("branches", prisma.get_branches_output(shop.id).apply(lambda bs: [b.git_name for b in bs]))
pulumi.export("usage", prisma.get_usage_output(orders.id).apply(lambda usage: usage.storage_gib > 0))
pulumi.export("regions", [region.id for region in prisma.get_regions()])
"""


def numbers(url: str) -> list[int]:
    return [number for (number,) in sql(url, "select n from t order by n")]


def fill(url: str, *values: int) -> None:
    sql(url, "create table if not exists t (n int)")
    for value in values:
        sql(url, "insert into t values (%s)", [value])


def test_copies_have_the_rows(stack: Stack) -> None:
    """A clone has the rows of now, one of a backup those of then; neither is made again by the next up."""
    stack.up(SHOP)
    url = stack.outputs()["url"]
    fill(url, 1)
    stack.server.backup(stack.resource("orders")["id"])
    fill(url, 2)
    stack.up(SHOP + COPIES)
    urls = stack.outputs()
    assert numbers(urls["copy"]) == [1, 2]
    assert numbers(urls["old"]) == [1]
    fill(urls["copy"], 3)
    assert numbers(url) == [1, 2]
    assert stack.up().writes_nothing
    stack.server.backup(stack.resource("orders")["id"])
    refused = stack.preview(expect=1)  # the newest backup is another one now
    assert "source is" in refused.messages
    assert "allow_replace=True" in refused.messages


def test_restore(stack: Stack) -> None:
    """A restore is announced, confirmed by name, done once, and again when the backup changes; credentials stay."""
    stack.up(SHOP)
    url = stack.outputs()["url"]
    orders = stack.resource("orders")["id"]
    fill(url, 1)
    first = stack.server.backup(orders)["id"]
    fill(url, 2)
    program = SHOP + RESTORE.format(backup=first, name="orders", options="")
    preview = stack.preview(program)
    assert preview.changes == {"create": 1, "same": 4}
    assert "ALL ITS DATA" in preview.messages
    stack.clear()
    refused = stack.up(SHOP + RESTORE.format(backup=first, name="sales", options=""), expect=1)
    assert 'confirm_database_name="orders"' in refused.messages
    missing = stack.up(SHOP + RESTORE.format(backup="bkp_c0000000", name="orders", options=""), expect=1)
    assert first in missing.messages
    assert not stack.sent()
    assert numbers(url) == [1, 2]

    stack.up(program)
    assert numbers(url) == [1]
    stack.clear()
    assert stack.up().writes_nothing
    assert stack.refresh().writes_nothing
    assert not stack.sent()

    fill(url, 3)
    second = stack.server.backup(orders)["id"]
    fill(url, 4)
    renamed = program.replace('name="orders")', 'name="sales")').replace(first, second)
    renamed = renamed.replace('project_id=shop.id, name="orders"', 'project_id=shop.id, name="sales"')
    preview = stack.preview(renamed)
    assert preview.steps["back"] == "update"
    assert second in preview.messages
    stack.up()
    assert numbers(url) == [1, 3]
    assert stack.resource("orders")["id"] == orders
    stack.clear()
    stack.up(SHOP.replace('name="orders"', 'name="sales"'))
    assert not stack.sent()
    assert numbers(url) == [1, 3]


def test_a_restore_whose_answer_was_lost(stack: Stack) -> None:
    """What is not known is asked of me, and adopt=True records the restore without sending it again."""
    stack.up(SHOP)
    orders = stack.resource("orders")["id"]
    backup = stack.server.backup(orders)["id"]
    stack.server.fault(method="POST", path="/v1/databases/*/restore", kind="html", status=502)
    failed = stack.up(SHOP + RESTORE.format(backup=backup, name="orders", options=""), expect=1)
    assert "it is not known whether" in failed.messages
    stack.clear()
    stack.up(SHOP + RESTORE.format(backup=backup, name="orders", options=", adopt=True"))
    assert not stack.sent()
    assert stack.up(SHOP + RESTORE.format(backup=backup, name="orders", options="")).code == 0
    assert not stack.sent()


def test_what_exists_is_looked_up(stack: Stack) -> None:
    """Functions answer in the program, in a preview of what is not made yet too; what is not there is one sentence."""
    assert stack.preview(SHOP + LOOKED_UP).changes == {"create": 4}
    stack.up(SHOP)
    stack.up(SHOP + LOOKED_UP)
    found = stack.outputs()
    assert found["project"] == "eu-central-1"
    assert found["databases"] == ["orders"]
    assert "web" in found["connections"]
    assert found["branches"] == ["main"]
    assert found["usage"] is True
    assert "eu-central-1" in found["regions"]
    missing = stack.preview(SHOP + 'prisma.get_database(name="nothing")\n', expect=1)
    assert 'There is no database "nothing"' in missing.messages
    assert "Traceback" not in missing.messages
    plain = stack.preview(SHOP + "prisma.get_database(name=orders.name)\n", expect=1)
    assert "get_database_output" in plain.messages


def test_the_default_connection_is_rotated(stack: Stack) -> None:
    """A rotation_trigger on a database gives its own URLs a new password in place, and locks the old one out."""
    program = SHOP + 'pulumi.export("own", orders.direct_url)\n'
    stack.up(program)
    before = stack.outputs()["own"]
    rotated = stack.up(program.replace("is_default=True", 'is_default=True, rotation_trigger="2026-11"'))
    assert rotated.changes == {"same": 3, "update": 1}
    assert "locked out" in rotated.messages
    assert not connects(before)
    assert connects(stack.outputs()["own"])
