"""Upgrading: the state of an older version means the same to this one.

Each `state_….json` is what `pulumi stack export` gave after an `up` of the program beside it, without the secrets'
values and the traces of the machine: `state_0_1_0` by the commit that closed the main job (84f5ea0), the others by
`record_state.py`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from e2e.stack import Stack

STATES = sorted(Path(__file__).parent.glob("state_*.json"))


@pytest.mark.parametrize("recorded", STATES, ids=lambda file: file.stem)
def test_a_state_of_an_older_version(stack: Stack, recorded: Path) -> None:
    """After an upgrade my preview is empty, nothing is sent, changes are made in place, and destroy still works."""
    program = recorded.with_suffix(".py").read_text()
    text = made_again(stack, recorded.read_text())
    (stack.folder / "state.json").write_text(text)
    stack.pulumi("stack", "import", "--file", "state.json")
    for each in json.loads(text)["deployment"]["resources"]:
        if each["type"].endswith(":Restore"):
            stack.pulumi("config", "set", "backup", each["inputs"]["backupId"])
    stack.clear()
    (stack.folder / "__main__.py").write_text(program)
    assert stack.preview().writes_nothing
    assert stack.up().writes_nothing
    assert stack.refresh().writes_nothing
    assert stack.preview().writes_nothing
    assert not stack.sent()
    assert stack.outputs()["database_url"].startswith("postgresql://recorded")
    (stack.folder / "__main__.py").write_text(program.replace(', name="orders"', ', name="sales"'))
    renamed = stack.up()
    assert {**renamed.changes, "same": 0} == {"same": 0, "update": 1}
    stack.destroy()
    assert stack.all("projects") == []


def made_again(stack: Stack, text: str) -> str:
    """That state with the objects of today: each is made anew, as it was made then."""
    for number in range(len(json.loads(text)["deployment"]["resources"])):
        # Read each time: the ids of those that came before it are those of today.
        resource = json.loads(text)["deployment"]["resources"][number]
        for old, new in made(stack, resource).items():
            assert old in text
            text = text.replace(old, new)
    return text


def made(stack: Stack, resource: dict[str, Any]) -> dict[str, str]:
    """Make what a resource stands for; what is in its state to what there is now."""
    inputs, outputs = resource.get("inputs", {}), resource.get("outputs", {})
    match resource["type"].rpartition(":")[2]:
        case "Project":
            own = {name: inputs[name] for name in ("name", "region", "logicalId")}
            project = post(stack, "projects", createDatabase=False, **own)
            return {resource["id"]: project["id"], outputs["workspaceId"]: stack.workspace_id}
        case "Branch":
            return {resource["id"]: branch(stack, inputs["projectId"], inputs["gitName"])}
        case "Database":
            new = database(stack, inputs)
            return {outputs[name]: new[name] for name in ("branchId", "defaultConnectionId")} | {
                resource["id"]: new["id"]
            }
        case "DatabaseSet":
            project_id, keys = inputs["projectId"], outputs["logicalIds"]
            own = {
                key: {"projectId": project_id, "name": outputs["names"][key], "logicalId": keys[key]} for key in keys
            }
            return {old: database(stack, own[key])["id"] for key, old in outputs["ids"].items()}
        case "Connection":
            own = {name: inputs[name] for name in ("databaseId", "name")}
            return {resource["id"]: post(stack, "connections", **own)["id"]}
        case "EnvironmentVariable":
            names = {"class": "variableClass", **{name: name for name in ("projectId", "branchId", "key", "value")}}
            own = {name: inputs[given] for name, given in names.items() if given in inputs}
            new = post(stack, "environment-variables", **{**own, "value": "recorded"})
            return {resource["id"]: new["id"], outputs["updatedAt"]: new["updatedAt"]}
        case "ServiceToken":
            new = post(stack, f"workspaces/{stack.workspace_id}/service-tokens", name=inputs["name"])
            return {resource["id"]: new["id"]}
        case "Restore":
            return {inputs["backupId"]: stack.server.backup(inputs["databaseId"])["id"]}
    return {}


def database(stack: Stack, inputs: dict[str, Any]) -> dict[str, Any]:
    """A database of these inputs, on a branch that is there, or that is made with it."""
    own = {name: inputs[name] for name in ("projectId", "name", "logicalId", "isDefault", "source") if name in inputs}
    on = inputs.get("branchId")
    if name := inputs.get("branchGitName"):
        on = branch(stack, inputs["projectId"], name)
    return post(stack, "databases", region="inherit", **own, **({"branchId": on} if on else {}))


def branch(stack: Stack, project_id: str, git_name: str) -> str:
    """The id of a new branch."""
    return str(post(stack, f"projects/{project_id}/branches", gitName=git_name)["id"])


def post(stack: Stack, path: str, **body: Any) -> dict[str, Any]:
    """What the service made."""
    answer = stack.api("POST", f"/v1/{path}", body)
    assert answer.is_success, answer.text
    made: dict[str, Any] = answer.json()["data"]
    return made
