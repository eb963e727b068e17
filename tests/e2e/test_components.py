"""Environments in languages other than Python, which the plugin's Construct makes."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from e2e.stack import HEADERS, PROJECT, connects, sql
from e2e.test_environments import project
from e2e.yaml_stack import YamlStack
from local_server import LocalServer

PREVIEW = """
resources:
  shop:
    type: prisma:Project
  orders:
    type: prisma:Database
    properties:
      projectId: ${shop.id}
  preview:
    type: prisma:Environment
    properties:
      projectId: ${shop.id}
      kind: preview
      gitName: pr-7
      source:
        type: database
        databaseId: ${orders.id}
      migration:
        command: COMMAND
outputs:
  database_id: ${preview.databaseId}
  database_url: ${preview.databaseUrl}
  direct_url: ${preview.directUrl}
  kind: ${preview.kind}
"""


@pytest.fixture
def stack(tmp_path: Path, server: LocalServer) -> YamlStack:
    """A YAML stack in a workspace of its own."""
    return YamlStack(tmp_path, server)


def test_a_preview_environment_in_yaml(stack: YamlStack) -> None:
    """In YAML as in Python: branch, clone and credentials in one resource; then unchanged, and gone at the end."""
    tool = (
        "import os, psycopg; c = psycopg.connect(os.environ['DIRECT_URL']); c.execute('create table m ()'); c.commit()"
    )
    assert stack.preview(PREVIEW.replace("COMMAND", json.dumps([sys.executable, "-c", tool]))).changes == {"create": 8}
    assert not stack.sent()
    assert stack.up().changes == {"create": 8}
    found = stack.outputs()
    assert found["kind"] == "preview"
    assert sql(found["direct_url"], "select * from m") == [] == sql(found["database_url"], "select * from m")
    stack.clear()
    assert stack.preview().writes_nothing
    assert stack.up().writes_nothing
    assert stack.refresh().writes_nothing
    assert not stack.sent()
    assert found["direct_url"] not in stack.export()

    assert stack.destroy().changes == {"delete": 8}
    assert stack.all("projects") == stack.all("databases") == []
    assert not connects(found["direct_url"])


TEN = """
resources:
  first:
    type: pulumi:providers:prisma
    properties: {serviceToken: "TOKEN_A"}
    defaultProvider: true
  second:
    type: pulumi:providers:prisma
    properties: {serviceToken: "TOKEN_B"}
  shop:
    type: prisma:Project
  other:
    type: prisma:Project
    options: {provider: "${second}"}
"""
ONE = """
  NAME:
    type: prisma:Environment
    properties: {projectId: "${PROJECT.id}", kind: persistent, rotationTrigger: "1"}
    options: {provider: "${PROVIDER}"}
"""


def test_ten_environments_of_two_accounts_at_once(stack: YamlStack) -> None:
    """Ten environments in two accounts come up side by side, each in its own account; then nothing changes."""
    token, _ = stack.server.mint("another")
    program = TEN.replace("TOKEN_A", stack.token).replace("TOKEN_B", token)
    for number in range(10):
        account = ("shop", "first") if number % 2 else ("other", "second")
        program += ONE.replace("NAME", f"e{number}").replace("PROJECT", account[0]).replace("PROVIDER", account[1])
    stack.up(program)
    mine = {each["name"] for each in stack.all("databases")}
    theirs = {each["name"] for each in stack.server.api("GET", "/v1/databases", token=token).json()["data"]}
    assert (mine, theirs) == ({f"e{n}" for n in (1, 3, 5, 7, 9)}, {f"e{n}" for n in (0, 2, 4, 6, 8)})
    assert stack.preview().writes_nothing
    stack.destroy()
    assert not stack.all("databases") and not stack.server.api("GET", "/v1/databases", token=token).json()["data"]


IN_YAML = """
resources:
  pr-7:
    type: prisma:Environment
    properties: {projectId: "SHOP", kind: preview, isDefault: false}
outputs:
  database_url: ${pr-7.databaseUrl}
  direct_url: ${pr-7.directUrl}
"""
IN_PYTHON = """
environment = prisma.Environment("pr-7", project_id="SHOP", kind="preview", is_default=False)
pulumi.export("database_url", environment.database_url)
pulumi.export("direct_url", environment.direct_url)
"""


@pytest.mark.parametrize("host", ["dynamic", "plugin"])
def test_the_language_of_a_program_changes(stack: YamlStack, host: str) -> None:
    """An environment that was declared in Python is declared in YAML, and in Python again: no change, no write."""
    shop = project(stack)

    def in_python() -> None:
        (stack.folder / "Pulumi.yaml").write_text(PROJECT)
        (stack.folder / "__main__.py").write_text(HEADERS[host] + IN_PYTHON.replace("SHOP", shop))

    in_python()
    stack.up()
    urls = stack.outputs()
    stack.clear()
    preview = stack.preview(IN_YAML.replace("SHOP", shop))
    assert preview.writes_nothing, preview.output
    assert stack.up().writes_nothing
    in_python()
    # The dynamic host records something of its own in state, which sends nothing.
    assert stack.preview().writes_nothing or host == "dynamic"
    stack.up()
    assert stack.preview().writes_nothing
    assert not stack.sent()
    assert stack.outputs() == urls and all(map(connects, urls.values()))


def test_production_is_protected(stack: YamlStack) -> None:
    """Production is protected in every language: a destroy is refused, and nothing is deleted."""
    stack.up(IN_YAML.replace("SHOP", project(stack)).replace("preview, isDefault: false", "production"))
    urls = stack.outputs()
    assert "protect" in stack.destroy(expect=1).messages
    assert all(map(connects, urls.values()))


WRONG = {
    "kind: staging": 'there is no kind of environment "staging"; there are production, persistent, preview',
    "source: {type: copy, databaseId: db_1}": "source is {type: database, databaseId: …} or",
    "source: {type: backup, databaseId: db_1}": "or {type: backup, databaseId: …, backupId: …}",
}


@pytest.mark.parametrize("inputs", WRONG)
def test_inputs_that_cannot_be(stack: YamlStack, inputs: str) -> None:
    """What cannot be is one sentence in the preview, without a stack of Python."""
    program = IN_YAML.replace("SHOP", "proj_1").replace("kind: preview, isDefault: false", inputs)
    refused = stack.preview(program, expect=1)
    assert WRONG[inputs] in refused.messages
    assert "Traceback" not in refused.messages and "components.py" not in refused.messages
    assert not stack.sent()
