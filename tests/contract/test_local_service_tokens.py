"""Service tokens, integrations and workspaces of the local control plane."""

from __future__ import annotations

from typing import Any

import pytest

from local_server import LocalServer
from signed_in import access_token

Shape = dict[str, Any]


@pytest.fixture
def path(local: LocalServer) -> str:
    """The service tokens of the default workspace."""
    workspace = local.api("GET", "/v1/me").json()["data"]["workspace"]["id"]
    return f"/v1/workspaces/{workspace}/service-tokens"


def names(local: LocalServer, path: str, **query: Any) -> list[str]:
    return [each["name"] for each in local.api("GET", path, params=query).json()["data"]]


def test_a_token_works_until_it_is_deleted(local: LocalServer, path: str) -> None:
    """Its value is told once, opens the workspace, and is refused from its deletion on."""
    made = local.made(path, name="deploy")
    me = local.api("GET", "/v1/me", token=made["value"]).json()["data"]
    assert me["credential"] == {"type": "service_token", "id": made["id"], "name": "deploy"}
    listed = local.api("GET", path).json()["data"][0]
    assert listed == {name: value for name, value in made.items() if name != "value"}
    assert made["value"].endswith(listed["valueHint"].removeprefix("…")) and listed["expiresAt"] is None
    assert local.api("DELETE", f"{path}/{made['id']}").status_code == 204
    assert local.api("GET", "/v1/me", token=made["value"]).status_code == 401
    assert local.api("DELETE", f"{path}/{made['id']}").status_code == 404


def test_the_newest_is_first(local: LocalServer, path: str) -> None:
    """A list in pages goes from the newest to the oldest; a name need not be unique."""
    for name in ("one", "two", "two"):
        local.made(path, name=name)
    assert names(local, path) == ["two", "two", "one", "prisma-local"]
    first = local.api("GET", path, params={"limit": 2}).json()
    assert names(local, path, cursor=first["pagination"]["nextCursor"]) == ["one", "prisma-local"]


def test_another_workspace_has_an_empty_list(local: LocalServer, path: str) -> None:
    """A workspace that I do not see has no tokens for me, whether it exists or not; I can make none in it."""
    made, (_, theirs) = local.made(path, name="deploy"), local.mint("another")
    for workspace in (theirs, "wksp_cabcdefghijklmnopqrstuvwx"):
        there = f"/v1/workspaces/{workspace}/service-tokens"
        assert local.api("GET", there).json()["data"] == []
        assert local.api("POST", there, {"name": "x"}).status_code == 404
        assert local.api("DELETE", f"{there}/{made['id']}").status_code == 404
    assert local.api("GET", "/v1/me", token=made["value"]).status_code == 200


def test_a_token_can_delete_itself(local: LocalServer, path: str) -> None:
    """The service does not protect a caller from that; the request after it is refused."""
    made = local.made(path, name="deploy")
    assert local.api("DELETE", f"{path}/{made['id']}", token=made["value"]).status_code == 204
    assert local.api("GET", "/v1/me", token=made["value"]).status_code == 401


def test_no_value_in_the_log(local: LocalServer, path: str) -> None:
    """The log of requests and later responses do not hold it."""
    value = local.made(path, name="deploy")["value"]
    assert value not in str([local.requests(), local.api("GET", path).text, local.http.get("/_page/overview").text])


def test_drift_removes_a_token(local: LocalServer, path: str) -> None:
    """Somebody at the console revokes it."""
    made = local.made(path, name="deploy")
    local.gone(made["id"])
    assert local.api("GET", "/v1/me", token=made["value"]).status_code == 401


def test_a_person_makes_a_workspace(local: LocalServer, path: str) -> None:
    """A service token cannot; a person can, and makes a service token in it, which sees no other."""
    assert local.api("POST", "/v1/workspaces", {"displayName": "acme"}).status_code == 403
    person = access_token(local, path.split("/")[3])
    made = local.api("POST", "/v1/workspaces", {"displayName": "acme"}, token=person).json()["data"]
    there = f"/v1/workspaces/{made['id']}"
    assert local.api("GET", there, token=person).json()["data"] == made
    value = local.api("POST", f"{there}/service-tokens", {"name": "ci"}, token=person).json()["data"]["value"]
    seen = local.api("GET", "/v1/workspaces", token=value).json()["data"]
    assert [each["name"] for each in seen] == ["acme"]


def test_an_integration_is_revoked(local: LocalServer, path: str) -> None:
    """The program that I allowed is listed with its scopes; once deleted its tokens are refused."""
    there = path.replace("service-tokens", "integrations")
    person = access_token(local, path.split("/")[3])
    [found] = local.api("GET", there).json()["data"]
    assert (found["client"]["name"], found["scopes"]) == ("a-program", ["workspace:admin"])
    assert names(local, path) == ["prisma-local"]  # a person's token is no service token
    assert local.api("DELETE", f"{there}/{found['client']['id']}").status_code == 204
    assert local.api("GET", "/v1/me", token=person).status_code == 401
    assert local.api("GET", there).json()["data"] == []
