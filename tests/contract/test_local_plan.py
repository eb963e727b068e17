"""A workspace's plan and block, and a project that goes to another workspace."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from local_server import LocalServer

Shape = dict[str, Any]


def refusal(local: LocalServer, path: str, body: Shape) -> tuple[int, str, str]:
    response = local.api("POST", path, body)
    error = response.json()["error"]
    return response.status_code, error["code"], error["message"]


def subscription(local: LocalServer) -> Shape:
    workspace = local.api("GET", "/v1/me").json()["data"]["workspace"]["id"]
    found: Shape = local.api("GET", f"/v1/workspaces/{workspace}/subscription").json()["data"]
    return found


def test_the_plan_can_be_switched(local: LocalServer) -> None:
    """What a test sets is what the subscription says, until the server is reset."""
    before = subscription(local)
    local.settings(planName="Free", usageBlocked=True)
    assert subscription(local) == {**before, "planName": "Free", "usageBlocked": True}
    local.reset()
    assert (before["planName"], before["usageBlocked"], subscription(local)) == ("Local", False, before)


def test_more_databases_than_the_plan_has(local: LocalServer) -> None:
    """The one over the limit is refused by each of the three ways, and nothing of it is left."""
    local.settings(databaseLimit=1)
    project = local.made("/v1/projects", name="shop")
    full = (403, "planLimitReached", "Workspace plan limit reached")
    assert refusal(local, "/v1/projects", {"name": "another"}) == full
    assert refusal(local, "/v1/databases", {"projectId": project["id"], "branchGitName": "feature"}) == full
    assert refusal(local, f"/v1/projects/{project['id']}/databases", {}) == full
    assert len(local.api("GET", "/v1/projects").json()["data"]) == 1
    assert len(local.api("GET", f"/v1/projects/{project['id']}/branches").json()["data"]) == 1
    local.made("/v1/projects", name="without", createDatabase=False)
    other, _ = local.mint("another")
    assert local.api("POST", "/v1/projects", {"name": "theirs"}, token=other).status_code == 201
    local.settings(databaseLimit=2)
    local.made("/v1/databases", projectId=project["id"])


def test_a_blocked_workspace(local: LocalServer) -> None:
    """No database is made and no client let in; what is there can be read, changed and deleted."""
    project = local.made("/v1/projects", name="shop")
    url = project["database"]["connectionString"]
    local.settings(usageBlocked=True)
    assert refusal(local, "/v1/databases", {"projectId": project["id"]})[:2] == (403, "planLimitReached")
    with pytest.raises(psycopg.OperationalError, match="Your account has restrictions: planLimitReached"):
        psycopg.connect(url)
    assert local.api("GET", f"/v1/databases/{project['database']['id']}").json()["data"]["status"] == "ready"
    assert local.api("PATCH", f"/v1/projects/{project['id']}", {"name": "renamed"}).status_code == 200
    local.settings(usageBlocked=False)
    psycopg.connect(url).close()
    local.settings(usageBlocked=True)
    assert local.api("DELETE", f"/v1/projects/{project['id']}").status_code == 204


def test_a_project_is_transferred(local: LocalServer) -> None:
    """Its databases and variables go along; for the former owner it is not found, as if it was deleted."""
    project = local.made("/v1/projects", name="shop", logicalId="shop")
    (other, workspace), database = local.mint("another"), f"/v1/databases/{project['database']['id']}"
    path = f"/v1/projects/{project['id']}"
    assert local.api("POST", f"{path}/transfer", {"recipientAccessToken": other}).status_code == 204
    for one in (path, database):
        assert local.api("GET", one).status_code == 404
        assert local.api("GET", one, token=other).status_code == 200
    assert local.api("GET", "/v1/environment-variables").json()["data"] == []
    assert len(local.api("GET", "/v1/environment-variables", token=other).json()["data"]) == 2
    assert local.api("GET", path, token=other).json()["data"]["workspace"]["id"] == workspace
    psycopg.connect(project["database"]["connectionString"]).close()


def test_a_transfer_that_cannot_be(local: LocalServer) -> None:
    """An unknown token, a token of the same workspace, and a logicalId that the new owner has already."""
    project = local.made("/v1/projects", name="shop", logicalId="shop", createDatabase=False)
    other, _ = local.mint("another")
    local.api("POST", "/v1/projects", {"logicalId": "shop", "createDatabase": False}, token=other)
    for recipient in ("unknown", local.token, other):
        path = f"/v1/projects/{project['id']}/transfer"
        assert local.api("POST", path, {"recipientAccessToken": recipient}).status_code == 409
    assert local.api("GET", f"/v1/projects/{project['id']}").status_code == 200
