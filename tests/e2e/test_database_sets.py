"""DatabaseSet with the real CLI: a life, a failure half-way, a killed run."""

from __future__ import annotations

from e2e.hosts import both_hosts
from e2e.stack import Stack, connects, sql
from e2e.test_killed import kill

pytestmark = both_hosts

SHOP = """
shop = prisma.Project("shop")
tenants = prisma.DatabaseSet("tenants", project_id=shop.id, databases={databases}, connections=True{more})
one = prisma.Connection("one", database_id=tenants.ids["acme_corp"], name="web")
pulumi.export("urls", tenants.direct_urls)
"""
TENANTS = {"acme_corp": "acme", "globexCorp": "globex", "initech": "initech"}


def program(databases: object = TENANTS, more: str = "") -> str:
    """The shop with these databases."""
    return SHOP.format(databases=databases, more=f", {more}" if more else "")


def test_a_life(stack: Stack) -> None:
    """Made, compared, renamed with its rows, put back, refused, forgotten, taken back, destroyed: by key."""
    stack.clear()
    stack.up(program())
    assert [path for _, path, _ in stack.sent("POST")].count("/v1/databases") == 3
    assert [path for _, path, _ in stack.sent("POST")].count("/v1/connections") == 1
    urls = stack.outputs()["urls"]
    assert urls.keys() == TENANTS.keys()
    sql(urls["acme_corp"], "create table t (n int)")
    assert urls["acme_corp"] not in stack.export()
    assert stack.preview().writes_nothing
    assert stack.refresh().writes_nothing
    ids = stack.resource("tenants")["outputs"]["ids"]

    stack.clear()
    renamed = {**TENANTS, "acme_corp": "acme-2"}
    shown = stack.preview(program(renamed))
    assert shown.steps["tenants"] == "update"
    assert shown.steps.get("one", "same") == "same"
    assert '"acme" live, "acme-2" declared' in shown.messages
    stack.up()
    assert stack.sent() == [("PATCH", f"/v1/databases/{ids['acme_corp']}", {"name": "acme-2"})]
    assert sql(urls["acme_corp"], "select * from t") == []
    stack.server.drift(ids["globexCorp"], name="hers")
    assert '"hers" live, "globex" declared' in stack.preview().messages
    stack.up()
    assert stack.preview().writes_nothing

    stack.clear()
    two = {"acme_corp": "acme-2", "initech": "initech"}
    refused = stack.preview(program(two), expect=1)
    assert 'one database with all data: "globexCorp" ("globex")' in refused.messages
    assert stack.spelled("allow_delete=True") in refused.messages
    stack.up(program(two, 'release=["globexCorp"]'))
    assert connects(urls["globexCorp"])
    adopt = f'adopt={{"globexCorp": "{ids["globexCorp"]}"}}, rotation_triggers={{"globexCorp": "1"}}'
    stack.up(program(renamed, adopt))
    assert stack.resource("tenants")["outputs"]["ids"] == ids
    assert [path for _, path, _ in stack.sent()] == [f"/v1/connections/{_default(stack, ids['globexCorp'])}/rotate"]
    assert not connects(urls["globexCorp"])
    assert connects(stack.outputs()["urls"]["globexCorp"])
    assert stack.preview().writes_nothing

    assert "3 databases with all data" in stack.destroy(expect=1).messages
    stack.up(program(renamed, f"{adopt}, allow_delete=True"))
    stack.destroy()
    assert stack.all("databases") == []
    assert stack.all("projects") == []


def _default(stack: Stack, database_id: str) -> str:
    found = stack.api("GET", f"/v1/databases/{database_id}").json()["data"]
    return str(found["defaultConnectionId"])


def test_one_that_fails(stack: Stack) -> None:
    """What was made is recorded, what failed is named by key, and the next `up` makes only that."""
    stack.server.fault(
        method="POST", path="/v1/databases", kind="status", status=422, match={"name": "globex"}, times=1
    )
    failed = stack.up(program(), expect=1 if stack.host == "plugin" else 0)
    assert 'DatabaseSet "tenants": 1 of 3 databases failed' in failed.messages
    (key,) = stack.resource("tenants")["outputs"]["failed"]
    assert stack.resource("tenants")["outputs"]["ids"].keys() == TENANTS.keys() - {key}
    stack.clear()
    stack.up()
    assert [body["name"] for _, path, body in stack.sent("POST") if path == "/v1/databases"] == [TENANTS[key]]
    assert stack.resource("tenants")["outputs"]["failed"] == {}
    assert all(connects(url) for url in stack.outputs()["urls"].values())
    stack.server.fault(method="POST", path="/v1/databases", kind="status", status=422, match={"name": "y"}, times=1)
    more = program({**TENANTS, "x": "x", "y": "y"})
    stack.up(more, expect=1 if stack.host == "plugin" else 0)
    stack.clear()
    stack.up()
    assert [body["name"] for _, path, body in stack.sent("POST") if path == "/v1/databases"] == ["y"]
    assert stack.preview().writes_nothing


def test_killed_in_the_middle(stack: Stack) -> None:
    """Everything is killed while the databases are made: the next `up` makes nothing twice, and all URLs work."""
    stack.server.fault(method="POST", path="/v1/databases", kind="delay_after", after=1)
    stack.program(program())
    with stack.start("up", "--yes", "--skip-preview") as running:
        stack.wait_until(lambda: len(stack.all("databases")) == 3)
        stack.wait_until_saved()
        kill(running, "all")
        stack.server.clear_faults()
    stack.pulumi("cancel", "--yes", expect=None)
    before = {each["id"] for each in stack.all("databases")}
    stack.up()
    assert {each["id"] for each in stack.all("databases")} == before
    assert all(connects(url) for url in stack.outputs()["urls"].values())
    assert stack.preview().writes_nothing


MOVED = """
shop = prisma.Project("shop")
tenants = prisma.DatabaseSet("tenants", project_id=shop.id, databases={databases}, {more})
{one}
"""
ONE = 'one = prisma.Database("one", project_id=shop.id, name="acme"{more})\npulumi.export("url", one.direct_url)'


def test_a_database_moves_into_a_set_and_out(stack: Stack) -> None:
    """In one `up` each: nothing is sent to the service, and its rows stay."""
    stack.up(MOVED.format(databases={"globex": "globex"}, more="", one=ONE.format(more="")))
    database, url = stack.resource("one")["id"], stack.outputs()["url"]
    stack.clear()
    both = {"globex": "globex", "acme": "acme"}
    stack.up(MOVED.format(databases=both, more=f'adopt={{"acme": "{database}"}}', one=""))
    assert stack.resource("tenants")["outputs"]["ids"]["acme"] == database
    assert not stack.resource("one")
    assert stack.preview().writes_nothing
    back = ONE.format(more=f', adopt="{database}"')
    stack.up(MOVED.format(databases={"globex": "globex"}, more='release=["acme"]', one=back))
    assert stack.resource("one")["id"] == database
    assert stack.preview().writes_nothing
    assert not stack.sent()
    assert connects(url)
