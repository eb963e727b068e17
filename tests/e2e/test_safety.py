"""What protects data: drift is shown and put back, reads that fail prove nothing, replacements are refused."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from e2e.hosts import both_hosts
from e2e.stack import SECRET_OUTPUTS, Stack, connects, sql

pytestmark = both_hosts

SHOP = (
    """
shop = prisma.Project("shop", region="eu-central-1")
orders = prisma.Database("orders", project_id=shop.id, name="orders", is_default=True)
web = prisma.Connection("web", database_id=orders.id, name="web")
"""
    + SECRET_OUTPUTS
)


def test_drift_is_shown_and_put_back(stack: Stack) -> None:
    """A name and a flag changed by hand show in a plain preview with both values, and one PATCH puts them back."""
    stack.up(SHOP)
    orders = stack.resource("orders")["id"]
    for refreshed in (False, True):
        stack.server.drift(orders, name="by-hand")
        other = {"projectId": stack.resource("shop")["id"], "name": "other", "isDefault": True}
        made = stack.api("POST", "/v1/databases", other).json()["data"]
        if refreshed:
            assert stack.refresh().steps["orders"] == "refresh"
            assert stack.resource("orders")["outputs"]["name"] == "by-hand"
        preview = stack.preview()
        assert preview.steps["orders"] == "update"
        for part in ('"by-hand" live', '"orders" declared', "isDefault is false live, true declared", "PATCH {"):
            assert part in preview.messages
        stack.clear()
        stack.up()
        assert stack.sent() == [("PATCH", f"/v1/databases/{orders}", {"name": "orders", "isDefault": True})]
        assert stack.preview().writes_nothing
        stack.api("DELETE", f"/v1/databases/{made['id']}")


def test_what_was_deleted_by_hand_is_made_again(stack: Stack) -> None:
    """Deleted in the console: the preview says so, and `up` makes it again, with its connection."""
    stack.up(SHOP)
    old = stack.resource("orders")["id"]
    stack.server.gone(old)
    preview = stack.preview()
    assert "is gone" in preview.messages
    assert preview.steps["orders"] in ("replace", "create-replacement")
    stack.up()
    assert stack.resource("orders")["id"] != old
    assert connects(stack.outputs()["database_url"])
    stack.server.gone(stack.resource("web")["id"])
    stack.up()
    assert connects(stack.outputs()["database_url"])
    stack.server.gone(stack.resource("orders")["id"])
    stack.refresh()
    assert stack.resource("orders") == {}
    stack.up()
    assert len(stack.all("databases")) == 1
    assert connects(stack.outputs()["database_url"])


FAULTS: tuple[dict[str, Any], ...] = (
    *({"kind": "status", "status": status} for status in (401, 403, 500, 503)),
    {"kind": "delay", "seconds": 2},
    {"kind": "cut_before"},
    {"kind": "html", "status": 502},
)


def test_a_read_that_fails_forgets_nothing(stack: Stack) -> None:
    """A refresh against a service that refuses, fails or does not answer is an error, and state stays."""
    stack.up('shop = prisma.Project("shop")\ndb = prisma.Database("db", project_id=shop.id)\n')
    before = stack.resource("db"), stack.resource("shop")
    for fault in FAULTS:
        stack.server.fault(method="GET", path="/v1/*", times=0, **fault)
        failed = stack.refresh(expect=1, PRISMA_REQUEST_TIMEOUT="0.5", PRISMA_RETRY_LIMIT="0.7")
        assert "Traceback" not in failed.messages
        assert "What to do" in failed.messages
        stack.server.clear_faults()
        assert (stack.resource("db"), stack.resource("shop")) == before
    assert stack.preview().writes_nothing


def test_a_token_of_another_workspace_forgets_nothing(stack: Stack) -> None:
    """A token that sees another workspace sees nothing of mine: nothing is forgotten, nothing is made twice."""
    stack.up(SHOP)
    other, _ = stack.server.mint("somebody else")
    for command in (stack.refresh, stack.up, stack.destroy):
        failed = command(expect=1, PRISMA_SERVICE_TOKEN=other)
        assert stack.workspace_id.removeprefix("wksp_") in failed.messages
    assert stack.preview().writes_nothing


EDITS = {
    "projectId": ("project_id=shop.id", "project_id=other.id"),
    "source": ("is_default", 'source=prisma.CloneOf("db_cm1a2b3c4d5e6f7g8"), is_default'),
    "region": ("is_default", 'region="us-east-1", is_default'),
}


def test_a_replacement_is_refused(stack: Stack) -> None:
    """Changing project, region or source is refused before anything is sent; with allow_replace it is a replacement."""
    shop = SHOP.replace("orders =", 'other = prisma.Project("other", region="eu-central-1")\norders =')
    stack.up(shop)
    before = stack.resource("orders")
    url = stack.outputs()["direct_url"]
    sql(url, "create table t (n int)")
    stack.clear()
    for field, (old, new) in EDITS.items():
        refused = stack.preview(shop.replace(old, new), expect=1)
        for part in ('"orders"', field, "data", stack.spelled("allow_replace=True")):
            assert part in refused.messages
    changed = shop.replace(*EDITS["region"])
    assert stack.spelled("allow_replace=True") in stack.up(changed, expect=1).messages
    assert not stack.sent()
    assert stack.resource("orders") == before
    assert sql(url, "select * from t") == []

    allowed = changed.replace("is_default", "allow_replace=True, is_default")
    assert stack.preview(allowed).steps["orders"] in ("replace", "create-replacement")
    stack.up()
    assert stack.resource("orders")["id"] != before["id"]
    assert connects(stack.outputs()["direct_url"])


def test_replace_does_not_trip_over_its_older_self(stack: Stack) -> None:
    """`pulumi up --replace`, and a taint, are refused unless the program allows it: then the old one is no leftover."""
    stack.up(SHOP)
    refused = stack.up(None, "--replace", stack.resource("orders")["urn"], expect=1)
    assert "is not replaced" in refused.messages and "allow" in refused.messages
    stack.up(SHOP.replace("is_default", "allow_replace=True, is_default"))
    for flags in (["--replace", stack.resource("orders")["urn"]], []):
        old = stack.resource("orders")
        if not flags:
            stack.pulumi("state", "taint", old["urn"], "--yes")
        replaced = stack.up(None, *flags)
        assert replaced.steps["orders"].endswith("replace") or "replace" in replaced.steps["orders"]
        assert [each["id"] for each in stack.all("databases")] == [stack.resource("orders")["id"]]
        assert stack.resource("orders")["id"] != old["id"]
    assert stack.preview().writes_nothing


def test_protect_keeps_a_database_that_is_taken_out(stack: Stack) -> None:
    """With protect=True a database is neither deleted with its declaration nor with its stack."""
    shop = SHOP.replace("is_default=True", "opts=pulumi.ResourceOptions(protect=True)")
    stack.up(shop)
    orders = stack.resource("orders")["id"]
    stack.clear()
    without = 'shop = prisma.Project("shop", region="eu-central-1")\n'
    for refused in (stack.up(without, expect=1), stack.destroy(expect=1)):
        assert "protect" in refused.messages
    assert not [path for method, path, _ in stack.sent() if method == "DELETE" and path.endswith(orders)]
    assert stack.api("GET", f"/v1/databases/{orders}").status_code == 200


def test_the_region_it_has_is_no_change(stack: Stack) -> None:
    """Declaring the region that it already has is no change; nor is `inherit`; a gone one is simply made there."""
    stack.up(SHOP)
    for region in ("eu-central-1", "inherit"):
        assert stack.preview(SHOP.replace("is_default", f'region="{region}", is_default')).writes_nothing
    stack.server.gone(stack.resource("orders")["id"])
    stack.up(SHOP.replace("is_default", 'region="us-east-1", is_default'))
    assert [database["region"]["id"] for database in stack.all("databases")] == ["us-east-1"]


def test_a_project_goes_only_without_databases_of_others(stack: Stack) -> None:
    """A project with a database that the run was not asked to delete stays, until force_destroy was applied."""
    stack.up(SHOP)
    project = stack.resource("shop")["id"]
    stack.api("POST", "/v1/databases", {"projectId": project, "name": "precious"})
    refused = stack.destroy(expect=1)
    assert '"precious"' in refused.messages
    assert stack.spelled("force_destroy=True") in refused.messages
    assert len(stack.all("projects")) == 1
    assert {database["name"] for database in stack.all("databases")} == {"orders", "precious"}
    stack.up('prisma.Project("shop", region="eu-central-1", force_destroy=True)\n')
    stack.destroy()
    assert stack.all("projects") == stack.all("databases") == []


def test_the_default_database_dropped_alone_lives_on(stack: Stack) -> None:
    """Taken out of the program alone, the default database lives on, and the message says how to have it back."""
    stack.up(SHOP)
    orders, url = stack.resource("orders")["id"], stack.outputs()["direct_url"]
    default = stack.api("GET", f"/v1/databases/{orders}").json()["data"]["defaultConnectionId"]
    sql(url, "create table t (n int)")
    dropped = stack.up('shop = prisma.Project("shop", region="eu-central-1")\n')
    assert stack.spelled(f'adopt="{orders}"') in dropped.messages
    assert [(d["id"], d["defaultConnectionId"]) for d in stack.all("databases")] == [(orders, default)]
    stack.clear()
    back = stack.up(SHOP.replace("is_default", f'adopt="{orders}", is_default'))
    assert back.steps["orders"] == "create"
    assert [path for _, path, _ in stack.sent("POST")] == ["/v1/connections"]
    assert sql(stack.outputs()["direct_url"], "select * from t") == []


def test_adoption(stack: Stack) -> None:
    """adopt= takes over what exists: compared, PATCHed to what is declared; a replacement never deletes it."""
    project = stack.api("POST", "/v1/projects", {"name": "old", "region": "eu-central-1"}).json()["data"]
    database = project["database"]["id"]
    stack.clear()
    program = f"""
shop = prisma.Project("shop", adopt="{project["id"]}")
orders = prisma.Database("orders", project_id=shop.id, adopt="{database}")
"""
    stack.up(program)
    assert stack.sent() == [
        ("PATCH", f"/v1/projects/{project['id']}", {"name": "shop"}),
        ("PATCH", f"/v1/databases/{database}", {"name": "orders"}),
    ]
    assert stack.preview().writes_nothing
    stack.clear()
    urn = stack.resource("orders")["urn"]
    kept = stack.up(None, "--replace", urn)
    assert "kept" in kept.messages
    assert not stack.sent("DELETE")
    assert [d["id"] for d in stack.all("databases")] == [database]
    assert stack.preview().writes_nothing


def test_ignore_changes_leaves_a_console_rename_alone(stack: Stack) -> None:
    """With ignore_changes=["name"] a rename in the console stays."""
    stack.up(SHOP.replace("is_default=True", 'is_default=True, opts=pulumi.ResourceOptions(ignore_changes=["name"])'))
    stack.server.drift(stack.resource("orders")["id"], name="by-hand")
    stack.clear()
    assert stack.up().writes_nothing
    stack.refresh()
    assert stack.up().writes_nothing
    assert not stack.sent()


def test_a_rotated_token_does_not_lock_me_out(stack: Stack) -> None:
    """Changing the token dirties nothing; after a rotation, refresh and destroy work with PRISMA_SERVICE_TOKEN."""
    old, new = stack.server.mint(stack.folder.parent.name)[0], stack.token
    stack.environment.pop("PRISMA_SERVICE_TOKEN")
    stack.pulumi("config", "set", "--secret", "prisma:serviceToken", old)
    stack.up(SHOP)
    assert old not in stack.export()
    stack.server.revoke(old)
    failed = stack.refresh(expect=1)
    assert "not valid" in failed.messages
    assert "PRISMA_SERVICE_TOKEN" in failed.messages
    assert stack.refresh(PRISMA_SERVICE_TOKEN=new).writes_nothing
    stack.pulumi("config", "set", "--secret", "prisma:serviceToken", new)
    assert stack.preview().writes_nothing
    stack.pulumi("config", "rm", "prisma:serviceToken")
    assert stack.preview(PRISMA_SERVICE_TOKEN=new).writes_nothing
    stack.destroy(PRISMA_SERVICE_TOKEN=new)
    assert stack.all("projects") == []


def test_no_secret_is_in_clear_anywhere(stack: Stack) -> None:
    """No password, connection string or token in state, previews, logs or errors."""
    program = SHOP.replace('pulumi.export("direct_url"', 'pulumi.export("user", web.user)\npulumi.export("direct_url"')
    seen = [stack.preview(program, PRISMA_LOG="debug").output]
    seen += [stack.up(None, "--diff", PRISMA_LOG="debug").output, stack.export()]
    outputs = stack.outputs()
    password = str(urlsplit(outputs["direct_url"]).password)
    user = str(outputs["user"])
    stack.server.fault(method="PATCH", path="/v1/databases/*", kind="truncate", times=0)
    renamed = program.replace('name="orders"', 'name="sales"')
    failed = stack.up(renamed, expect=1, PRISMA_LOG="debug", PRISMA_TRACEBACK="1")
    seen += [failed.output, stack.refresh(PRISMA_LOG="debug").output, stack.export()]
    assert "PATCH databases" in failed.messages
    for text in seen:
        for secret in (password, user, stack.token, "postgres://"):
            assert secret not in text
    assert "ciphertext" in stack.export()
