"""The plugin from a YAML program, and what only it can do: import, differences by property, several accounts."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from e2e.stack import Stack, connects, sql
from e2e.yaml_stack import YamlStack
from local_server import LocalServer

SHOP = """
resources:
  shop:
    type: prisma:Project
    properties:
      region: eu-central-1
  orders:
    type: prisma:Database
    properties:
      projectId: ${shop.id}
      name: orders
      isDefault: true
  web:
    type: prisma:Connection
    properties:
      databaseId: ${orders.id}
      name: web-app
outputs:
  database_url: ${web.databaseUrl}
  direct_url: ${web.directUrl}
"""
RENAMED = SHOP.replace("name: orders", "name: sales")


@pytest.fixture
def stack(tmp_path: Path, server: LocalServer) -> YamlStack:
    """A YAML stack in a workspace of its own."""
    return YamlStack(tmp_path, server)


def test_from_nothing_to_nothing(stack: YamlStack) -> None:
    """In YAML as in Python: created, unchanged, renamed with its rows by one PATCH, refreshed, destroyed."""
    planned = stack.preview(SHOP)
    assert planned.changes == {"create": 4}
    assert not stack.sent()
    assert stack.up().changes == {"create": 4}
    urls = stack.outputs()
    sql(urls["direct_url"], "create table t (n int)")
    stack.clear()
    assert stack.up().writes_nothing
    assert stack.refresh().writes_nothing
    assert not stack.sent()

    created = stack.resource("orders")
    preview = stack.preview(RENAMED)
    assert preview.steps == {"shop-dev": "same", "shop": "same", "orders": "update", "web": "same"}
    assert stack.up().changes == {"same": 3, "update": 1}
    assert stack.sent() == [("PATCH", f"/v1/databases/{created['id']}", {"name": "sales"})]
    assert stack.outputs() == urls
    assert sql(urls["database_url"], "select * from t") == []
    assert stack.preview().writes_nothing
    assert "postgres://" not in stack.export()

    assert stack.destroy().changes == {"delete": 4}
    assert stack.all("projects") == stack.all("databases") == []
    assert not connects(urls["direct_url"])


def test_a_preview_names_the_property_and_its_kind(stack: YamlStack) -> None:
    """`preview --json --diff` says which property changes and how: in place, or by another object."""
    stack.up(SHOP)

    def detail(program: str) -> object:
        stack.program(program)
        said = stack.pulumi("preview", "--json", "--diff", PULUMI_ENABLE_STREAMING_JSON_PREVIEW="")
        steps = json.JSONDecoder().raw_decode(said)[0]["steps"]  # warnings come after it
        return {step["urn"].split("::")[-1]: step["detailedDiff"] for step in steps if step.get("detailedDiff")}

    assert detail(RENAMED) == {"orders": {"name": {"kind": "update", "inputDiff": False}}}
    assert detail(SHOP.replace("web-app", "web-2")) == {"web": {"name": {"kind": "update-replace", "inputDiff": False}}}
    assert detail(SHOP.replace("name: web-app", "name: web-app\n      rotationTrigger: 1")) == {
        "web": {"rotationTrigger": {"kind": "add", "inputDiff": True}}
    }


def test_drift_is_named_on_its_resource(stack: YamlStack) -> None:
    """What was changed by hand is named with the live value, before and after a refresh, and put back by one PATCH."""
    stack.up(SHOP)
    orders = stack.resource("orders")["id"]
    stack.server.drift(orders, name="by-hand")
    for refreshed in (False, True):
        if refreshed:
            assert stack.refresh().steps["orders"] == "refresh"
            assert stack.resource("orders")["inputs"]["name"] == "by-hand"
        preview = stack.preview()
        assert (preview.steps["orders"], preview.steps["web"]) == ("update", "same")
        assert 'name is "by-hand" live, "orders" declared' in preview.about("orders")
    stack.clear()
    stack.up()
    assert stack.sent() == [("PATCH", f"/v1/databases/{orders}", {"name": "orders"})]
    assert stack.preview().writes_nothing


IMPORTS = {
    "shop": "prisma:index:Project",
    "orders": "prisma:index:Database",
    "web": "prisma:index:Connection",
}
QUIETLY = ("--yes", "--generate-code=false", "--protect=false")


def test_import_under_two_names(stack: YamlStack) -> None:
    """An import file that gives one object two names is refused, and says so."""
    project = stack.api("POST", "/v1/projects", {"name": "shop", "createDatabase": False}).json()["data"]["id"]
    resources = [{"type": IMPORTS["shop"], "name": name, "id": project} for name in ("shop", "other")]
    (stack.folder / "found.json").write_text(json.dumps({"resources": resources}))
    said = stack.pulumi("import", "--file", "found.json", *QUIETLY, expect=None)
    assert re.search(rf'Project "shop" \({project}\) is held by Project "(shop|other)" of this stack already', said)


def test_import(stack: YamlStack) -> None:
    """`pulumi import` takes what exists by its id; the next preview of a program that declares it is empty."""
    project = stack.api("POST", "/v1/projects", {"name": "shop", "region": "eu-central-1"}).json()["data"]
    database = project["database"]
    stack.api("PATCH", f"/v1/databases/{database['id']}", {"name": "orders"})
    made = stack.api("POST", "/v1/connections", {"databaseId": database["id"], "name": "web-app"}).json()["data"]
    ids = {"shop": project["id"], "orders": database["id"], "web": f"{database['id']}/{made['id']}"}
    stack.clear()
    for name, token in IMPORTS.items():
        said = stack.pulumi("import", token, name, ids[name], *QUIETLY)
        assert name != "web" or "secrets" in said
    assert not stack.sent()
    assert stack.resource("web")["id"] == made["id"]
    without_outputs = SHOP.partition("outputs:")[0]
    assert stack.preview(without_outputs).writes_nothing
    assert stack.up().writes_nothing
    assert not stack.sent()
    stack.up(SHOP.replace("name: web-app", "name: web-app\n      rotationTrigger: 1"))
    assert [path for _, path, _ in stack.sent()] == [f"/v1/connections/{made['id']}/rotate"]
    assert connects(stack.outputs()["database_url"])


def test_import_in_a_program(tmp_path: Path, server: LocalServer) -> None:
    """`import_=` in a program takes what exists, and only what I declare otherwise is changed, by one PATCH."""
    stack = Stack(tmp_path, server, "plugin")
    project = stack.api("POST", "/v1/projects", {"name": "shop", "region": "eu-central-1"}).json()["data"]
    taken = ", opts=pulumi.ResourceOptions(import_={!r})"
    shop, orders = taken.format(project["id"]), taken.format(project["database"]["id"])
    program = f"""
shop = prisma.Project("shop", force_destroy=True{shop})
orders = prisma.Database("orders", project_id=shop.id{orders})
"""
    stack.clear()
    assert stack.up(program).changes["import"] == 2
    assert stack.sent() == [("PATCH", f"/v1/databases/{project['database']['id']}", {"name": "orders"})]
    assert stack.preview(program.replace(shop, "").replace(orders, "")).writes_nothing
    stack.destroy()
    assert stack.all("projects") == []


def test_import_of_nothing(stack: YamlStack) -> None:
    """Importing an id that does not exist, or that is none, is an error, and nothing stands in state."""
    for given in ("db_cm1a2b3c4d5e6f7g8", "my database"):
        said = stack.pulumi("import", "prisma:index:Database", "orders", given, *QUIETLY, expect=1)
        assert f"no database {given}" in said
    assert stack.resource("orders") == {}


TWO_ACCOUNTS = """
config:
  one: {type: string, secret: true}
  two: {type: string, secret: true}
resources:
  first:
    type: pulumi:providers:prisma
    properties: {serviceToken: "${one}"}
  second:
    type: pulumi:providers:prisma
    properties: {serviceToken: "${two}"}
""" + "".join(
    f"""
  {account}-{n}:
    type: prisma:Project
    properties: {{name: {account}}}
    options: {{provider: "${{{account}}}"}}
"""
    for account in ("first", "second")
    for n in range(5)
)
LOOKED_UP = """
outputs:
  found:
    fn::invoke:
      function: prisma:getProject
      arguments: {id: "${second-0.id}"}
      options: {provider: "${second}"}
      return: name
"""


def test_several_accounts_never_mix(stack: YamlStack) -> None:
    """Two providers with different tokens in one program, run at once: each sees its own, and no token in clear.

    A lookup with one of them finds what that account has.
    """
    other, _ = stack.server.mint("another account")
    stack.pulumi("config", "set", "--secret", "one", stack.token)
    stack.pulumi("config", "set", "--secret", "two", other)
    stack.environment.pop("PRISMA_SERVICE_TOKEN")
    stack.up(TWO_ACCOUNTS + LOOKED_UP)
    assert stack.outputs()["found"] == "second"
    assert {project["name"] for project in stack.all("projects")} == {"first"}
    seen = stack.server.api("GET", "/v1/projects", token=other).json()["data"]
    assert [project["name"] for project in seen] == ["second"] * 5
    assert stack.preview().writes_nothing
    state = stack.export()
    assert other not in state
    assert stack.token not in state
    stack.destroy()
    assert stack.server.api("GET", "/v1/projects", token=other).json()["data"] == []


def test_a_token_given_in_clear_does_not_stand_in_clear(stack: YamlStack) -> None:
    """Even a token that I forgot to mark as secret stands encrypted in state."""
    token = stack.environment.pop("PRISMA_SERVICE_TOKEN")
    stack.pulumi("config", "set", "--plaintext", "prisma:serviceToken", token)
    stack.up(SHOP)
    assert token not in stack.export()


def test_from_the_shell(stack: YamlStack) -> None:
    """`pulumi do` lists what exists, reads it, and renames it by one PATCH, without a program."""
    stack.up(SHOP)
    orders = stack.resource("orders")["id"]

    def do(*arguments: str) -> str:
        plugin = str(shutil.which("pulumi-resource-prisma"))
        return stack.pulumi("do", "--package", plugin, arguments[0], *arguments[1:])

    for kind, name in (("Project", "shop"), ("Database", "orders"), ("Connection", "web-app"), ("Branch", "main")):
        assert f'"name": "{name}"' in do(f"prisma:{kind}", "list")
    assert '"eu-central-1"' in do("prisma:Database", "read", orders, "--stateless")
    stack.clear()
    do("prisma:Database", "patch", orders, "--name", "sales", "--stateless", "--yes")
    assert stack.sent() == [("PATCH", f"/v1/databases/{orders}", {"name": "sales"})]


def test_an_engine_attaches(stack: YamlStack) -> None:
    """PULUMI_DEBUG_PROVIDERS: a plugin that I started by hand, in a debugger perhaps, serves the run."""
    plugin = subprocess.Popen(["pulumi-resource-prisma"], stdout=subprocess.PIPE, text=True, env=stack.environment)
    stack.environment.pop("PRISMA_SERVICE_TOKEN")  # only the one that was started by hand has it
    try:
        assert plugin.stdout is not None
        stack.environment["PULUMI_DEBUG_PROVIDERS"] = f"prisma:{plugin.stdout.readline().strip()}"
        assert stack.up(SHOP).changes == {"create": 4}
        assert 'name is "orders" live' in stack.preview(RENAMED).about("orders")
        plugin.send_signal(signal.SIGINT)
        assert plugin.wait(timeout=20) == 0
    finally:
        plugin.kill()
        plugin.communicate()


DATABASES = 200
LATENCY = 0.1
IN_FLIGHT = 10


def test_200_databases_at_once(stack: YamlStack) -> None:
    """200 databases at 100 ms: as many requests are in flight as the bound allows, and never more."""
    databases = "".join(
        f"  d{n}: {{type: prisma:Database, properties: {{projectId: '${{shop.id}}'}}}}\n" for n in range(DATABASES)
    )
    program = f"resources:\n  shop: {{type: prisma:Project}}\n{databases}"
    stack.server.settings(latency=LATENCY, inFlightMax=0)
    stack.up(program, "--parallel", "64", PRISMA_MAX_IN_FLIGHT=str(IN_FLIGHT))
    assert stack.server.settings()["inFlightMax"] == IN_FLIGHT
    assert len(stack.all("databases")) == DATABASES
    assert stack.preview().writes_nothing


def test_ctrl_c_ends_the_waiting(stack: YamlStack) -> None:
    """Ctrl-C ends the waiting at once, the database that was made stays in state, and the next up goes on."""
    stack.server.settings(provisioning=600)
    stack.program(SHOP)
    with stack.start("up", "--yes", "--skip-preview") as running:
        stack.wait_until(lambda: bool(stack.all("databases")))
        running.send_signal(signal.SIGINT)
        running.wait(timeout=10)
    (made,) = stack.all("databases")
    assert stack.resource("orders")["id"] == made["id"]
    stack.server.drift(made["id"], status="ready")
    stack.server.settings(provisioning=0)
    stack.up()
    assert [database["id"] for database in stack.all("databases")] == [made["id"]]
    assert connects(stack.outputs()["database_url"])


def test_a_create_that_fails_half_way_stays_in_state(stack: YamlStack) -> None:
    """A database that was made and could not be promoted is an error, stands in state, and is mended by the next up."""
    stack.server.fault(method="POST", path="/v1/databases", kind="ignore", fields=["isDefault"])
    refusal = {"error": {"code": "validation-error", "message": "not today"}}
    stack.server.fault(method="PATCH", path="/v1/databases/*", kind="status", status=400, body=refusal)
    failed = stack.up(SHOP, expect=1)
    assert "not today" in failed.about("orders")
    (made,) = stack.all("databases")
    assert stack.resource("orders")["id"] == made["id"]
    stack.clear()
    assert stack.up().steps["orders"] == "update"
    assert [body for method, _, body in stack.sent() if method == "PATCH"] == [{"isDefault": True}]
    assert [database["id"] for database in stack.all("databases")] == [made["id"]]
    assert connects(stack.outputs()["database_url"])
    assert stack.preview().writes_nothing
