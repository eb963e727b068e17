"""What Prisma's platform gets: environment variables and service tokens, over both hosts."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from e2e.hosts import both_hosts
from e2e.stack import Stack, connects, sql
from e2e.test_environments import ROWS, branches, project, source

VARIABLE = """
mine = prisma.EnvironmentVariable(
    "mine", project_id="{project}", key="{key}", value=pulumi.Output.secret("{value}"), variable_class="preview"
)
"""
TOKEN = """
ci = prisma.ServiceToken("ci", workspace_id="{workspace}", rotation_trigger="{trigger}", keep_previous=True)
pulumi.export("token", ci.value)
"""
PREVIEW = """
preview = prisma.Environment(
    "pr-7", project_id="{project}", kind="preview", source=prisma.CloneOf("{database}"), rotation_trigger="{trigger}",
    migration=prisma.Migrate(command={command}, paths=["migrate.py"]), environment_variables=True,
)
pulumi.export("direct_url", preview.direct_url)
"""
MIGRATE = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
    connection.execute("alter table parcels add column weight int")
"""
LOOKED_UP = """
{account}
pulumi.export("workspace", prisma.get_workspace({opts}).id)
pulumi.export("workspaces", [each.id for each in prisma.get_workspaces({opts})])
pulumi.export("plan", prisma.get_subscription({opts}).plan_name)
pulumi.export("tokens", [each.name for each in prisma.get_service_tokens({opts})])
variables = prisma.get_environment_variables_output("{project}", key=mine.key, {opts})
pulumi.export("variables", variables.apply(lambda found: [[each.key, each.variable_class] for each in found]))
"""
CUT = "cut_after"
over_the_plugin = pytest.mark.parametrize("stack", ["plugin"], indirect=True)


def variables(stack: Stack, project_id: str) -> dict[str, dict[str, Any]]:
    """The variables of a project that Prisma does not manage, by key."""
    return {each["key"]: each for each in all_variables(stack, project_id) if not each["isManagedBySystem"]}


def all_variables(stack: Stack, project_id: str) -> list[dict[str, Any]]:
    """All variables of a project."""
    found: list[dict[str, Any]] = stack.api(
        "GET", f"/v1/environment-variables?projectId={project_id}&limit=100"
    ).json()["data"]
    return found


def tokens(stack: Stack) -> list[str]:
    """The ids of the service tokens called "ci"."""
    listed = stack.api("GET", f"/v1/workspaces/{stack.workspace_id}/service-tokens").json()["data"]
    return [each["id"] for each in listed if each["name"] == "ci"]


def works(stack: Stack, token: str) -> bool:
    """Whether the API takes a token."""
    return stack.server.api("GET", "/v1/me", token=token).is_success


@both_hosts
def test_a_variable_from_first_to_last(stack: Stack) -> None:
    """Made, unchanged, refreshed, changed by me, changed by another hand, replaced, deleted; its value stays secret."""
    shop = project(stack)
    said = [stack.up(VARIABLE.format(project=shop, key="MINE", value="s3cret-one")).output]
    assert stack.preview().writes_nothing
    assert stack.refresh().writes_nothing

    stack.clear()
    said.append(stack.up(VARIABLE.format(project=shop, key="MINE", value="s3cret-two")).output)
    object_id = variables(stack, shop)["MINE"]["id"]
    assert [call[:2] for call in stack.sent()] == [("PATCH", f"/v1/environment-variables/{object_id}")]

    for expected in ("update", "same"):  # put back once; the next time it is only warned of
        assert stack.api("PATCH", f"/v1/environment-variables/{object_id}", {"value": "theirs"}).is_success
        shown = stack.preview()
        assert shown.steps["mine"] == expected
        assert "written elsewhere" in shown.messages
        said.append(stack.up().output)
        assert stack.preview().writes_nothing

    said.append(stack.up(VARIABLE.format(project=shop, key="OTHER", value="s3cret-two")).output)
    assert list(variables(stack, shop)) == ["OTHER"]
    assert not any("s3cret" in text for text in (*said, stack.export()))
    stack.destroy()
    assert variables(stack, shop) == {}


def test_what_is_there_is_named_and_taken(stack: Stack) -> None:
    """Made in the Console before: the preview names it, adopt=True takes it; deleted elsewhere, it is made again."""
    shop = project(stack)
    body = {"projectId": shop, "class": "preview", "key": "MINE", "value": "theirs"}
    there = stack.api("POST", "/v1/environment-variables", body).json()["data"]["id"]
    program = VARIABLE.format(project=shop, key="MINE", value="s3cret")
    refused = stack.preview(program, expect=1)
    assert there in refused.messages and stack.spelled("adopt=True") in refused.messages
    stack.up(program.replace("variable_class", "adopt=True, variable_class"))
    assert stack.preview().writes_nothing
    assert stack.resource("mine")["id"] == there
    assert stack.api("DELETE", f"/v1/environment-variables/{there}").is_success
    stack.up()
    assert variables(stack, shop)["MINE"]["id"] != there


@both_hosts
def test_what_there_is_is_looked_up(stack: Stack) -> None:
    """Workspace, plan, tokens and variables, by the program's own settings or by the plugin; no value is shown."""
    shop = project(stack)
    by_plugin = stack.host == "plugin"
    account = 'account = prisma.Provider("account")' if by_plugin else ""
    opts = "opts=pulumi.InvokeOptions(provider=account)" if by_plugin else ""
    program = VARIABLE.format(project=shop, key="MINE", value="s3cret")
    shown = stack.up(program + LOOKED_UP.format(project=shop, account=account, opts=opts)).output
    found = stack.outputs()
    assert (found["workspace"], found["workspaces"]) == (stack.workspace_id, [stack.workspace_id])
    assert found["plan"] == "Local" and "prisma-local" in found["tokens"]
    assert found["variables"] == [["MINE", "preview"]]
    assert "s3cret" not in shown


@both_hosts
def test_lost_answers_leave_one_of_each(stack: Stack) -> None:
    """The answers to both creations are cut: one variable with my value, one token that works."""
    shop = project(stack)
    program = VARIABLE.format(project=shop, key="MINE", value="s3cret")
    program += TOKEN.format(workspace=stack.workspace_id, trigger="1")
    for path in ("/v1/environment-variables", "/v1/workspaces/*/service-tokens"):
        stack.server.fault(method="POST", path=path, kind=CUT)
    stack.up(program)
    assert [*variables(stack, shop)] == ["MINE"]
    assert tokens(stack) == [stack.resource("ci")["id"]]
    assert works(stack, stack.outputs()["token"])
    assert stack.preview().writes_nothing


@both_hosts
def test_a_token_from_first_to_last(stack: Stack) -> None:
    """Made, unchanged, refreshed, rotated twice with overlap, destroyed: then none of them works."""
    values = []
    for trigger in "123":
        stack.up(TOKEN.format(workspace=stack.workspace_id, trigger=trigger))
        values.append(stack.outputs()["token"])
    assert stack.refresh().writes_nothing
    assert stack.preview().writes_nothing
    assert [works(stack, value) for value in values] == [False, True, True]
    assert not any(value in stack.export() for value in values)
    stack.destroy()
    assert tokens(stack) == []
    assert not any(works(stack, value) for value in values)


@over_the_plugin
def test_the_token_of_the_run_is_not_revoked(stack: Stack) -> None:
    """A run that uses the token it declares cannot lock itself out."""
    stack.up(TOKEN.format(workspace=stack.workspace_id, trigger="1"))
    own = stack.outputs()["token"]
    refused = stack.destroy(expect=1, PRISMA_SERVICE_TOKEN=own)
    assert "this run itself uses it" in refused.messages
    assert works(stack, own)


@both_hosts
def test_a_preview_environment_in_one_program(stack: Stack) -> None:
    """Branch, clone, connection, migration and the branch's own DATABASE_URL; rotated; destroyed, nothing is left."""
    shop = project(stack)
    database_id, _ = source(stack, shop)
    (stack.folder / "migrate.py").write_text(MIGRATE)
    command = [sys.executable, "migrate.py"]
    given = {"project": shop, "database": database_id, "command": command}
    before = branches(stack, shop)
    stack.up(PREVIEW.format(**given, trigger="1"))
    url = stack.outputs()["direct_url"]
    assert sql(url, "select what, weight from parcels") == [("paper", None)]
    made = variables(stack, shop)
    assert sorted(made) == ["DATABASE_URL", "DATABASE_URL_POOLED"]
    branch = next(each["id"] for each in stack.all(f"projects/{shop}/branches") if each["gitName"] == "pr-7")
    assert {(each["class"], each["branchId"]) for each in made.values()} == {("preview", branch)}
    assert stack.preview().writes_nothing

    shown = stack.preview(PREVIEW.format(**given, trigger="2"))
    assert {shown.steps[f"pr-7-{key}"] for key in made} == {"update"}
    stack.clear()
    stack.up()
    patched = {path for _, path, _ in stack.sent("PATCH")}
    assert patched == {f"/v1/environment-variables/{each['id']}" for each in made.values()}
    assert not connects(url) and sql(stack.outputs()["direct_url"], ROWS) == [("paper",)]
    assert stack.preview().writes_nothing

    stack.destroy()
    assert variables(stack, shop) == {}
    assert branches(stack, shop) == before
    assert [each["id"] for each in stack.all("databases")] == [database_id]


@over_the_plugin
def test_production_leaves_what_prisma_manages(stack: Stack) -> None:
    """Prisma writes DATABASE_URL of the default database itself: it is left so, it is said, and the rest is mine."""
    shop = project(stack)
    keys = '{"DATABASE_URL": "database_url", "DIRECT_URL": "direct_url"}'
    program = f'prisma.Environment("live", project_id="{shop}", kind="production", environment_variables={keys})\n'
    said = stack.up(program).messages
    managed = {each["key"] for each in all_variables(stack, shop) if each["isManagedBySystem"]}
    assert [*variables(stack, shop)] == ["DIRECT_URL"]
    assert "DATABASE_URL" in managed and "left as it is" in said
    assert stack.preview().writes_nothing


@over_the_plugin
def test_the_limits_of_a_plan_in_words(stack: Stack) -> None:
    """One database too many: which plan, where to raise it, what was made. Blocked: the preview warns."""
    shop = project(stack)
    program = f'one = prisma.Database("one", project_id="{shop}")\n'
    program += f'prisma.Database("two", project_id="{shop}", opts=pulumi.ResourceOptions(depends_on=[one]))\n'
    stack.server.settings(planName="Free", databaseLimit=1)
    said = stack.up(program, expect=1).messages
    for words in ("allows no more databases", 'the plan is "Free"', "raised at http", 'kept: Database "one"'):
        assert words in said
    stack.server.settings(usageBlocked=True)
    assert 'blocked on its plan "Free"' in stack.preview().messages
