"""What the service promises of its objects: defaults, ids, logicalIds, pages, workspaces."""

from __future__ import annotations

from typing import Any

import pytest

from local_server import LocalServer

Shape = dict[str, Any]


def database(local: LocalServer, project: Shape, **body: Any) -> Shape:
    return local.made("/v1/databases", projectId=project["id"], **body)


def error(local: LocalServer, method: str, path: str, body: Any = None) -> tuple[int, str, str]:
    response = local.api(method, path, body)
    found = response.json()["error"]
    return response.status_code, found["code"], found["message"]


def names(local: LocalServer, **query: str) -> list[str]:
    response = local.api("GET", "/v1/databases", params=query)
    assert response.status_code == 200, response.text
    return [row["name"] for row in response.json()["data"]]


def defaults(local: LocalServer) -> list[str]:
    rows = local.api("GET", "/v1/databases").json()["data"]
    return [row["name"] for row in rows if row["isDefault"]]


def test_the_default_database_cannot_be_deleted(local: LocalServer) -> None:
    """The service keeps the default database until another is promoted."""
    project = local.made("/v1/projects", name="shop")
    path = f"/v1/databases/{project['database']['id']}"
    refusal = (403, "permission-denied", "Cannot delete the default environment.")
    assert error(local, "DELETE", path) == refusal
    database(local, project, name="other", isDefault=True)
    assert local.api("DELETE", path).status_code == 204
    assert defaults(local) == ["other"]


def test_the_default_flag_is_moved_not_removed(local: LocalServer, project: Shape) -> None:
    """False on the default is refused, false elsewhere changes nothing, true moves the flag in one step."""
    first, second = database(local, project, name="first", isDefault=True), database(local, project, name="two")
    status, code, message = error(local, "PATCH", f"/v1/databases/{first['id']}", {"isDefault": False})
    assert (status, code) == (400, "validation-error")
    assert "promote another database instead" in message
    unchanged = local.api("PATCH", f"/v1/databases/{second['id']}", {"isDefault": False})
    assert unchanged.json()["data"]["isDefault"] is False
    promoted = local.api("PATCH", f"/v1/databases/{second['id']}", {"isDefault": True, "name": "second"})
    assert promoted.json()["data"]["isDefault"] is True
    assert defaults(local) == ["second"]


def test_a_refused_patch_changes_nothing(local: LocalServer, project: Shape) -> None:
    """All of a PATCH is applied, or nothing of it."""
    database(local, project, name="holder", logicalId="taken", isDefault=True)
    other = database(local, project, name="other")
    body = {"name": "renamed", "isDefault": True, "logicalId": "taken"}
    assert error(local, "PATCH", f"/v1/databases/{other['id']}", body)[0] == 409
    assert names(local) == ["holder", "other"]
    assert defaults(local) == ["holder"]


def test_a_logical_id_belongs_to_one_database_of_a_branch(local: LocalServer, project: Shape) -> None:
    """A second create with the same logicalId is refused, until the first is deleted or on another branch."""
    first = database(local, project, name="first", logicalId="orders")
    body = {"projectId": project["id"], "logicalId": "orders"}
    assert error(local, "POST", "/v1/databases", body)[0] == 409
    moved = database(local, project, name="moved", branchGitName="feature")
    assert local.api("PATCH", f"/v1/databases/{moved['id']}", {"logicalId": "orders"}).status_code == 200
    move_back = {"branchId": first["branchId"]}
    assert error(local, "PATCH", f"/v1/databases/{moved['id']}", move_back)[0] == 409
    assert names(local, logicalId="orders") == ["first", "moved"]
    assert local.api("DELETE", f"/v1/databases/{first['id']}").status_code == 204
    database(local, project, name="again", logicalId="orders")


def test_a_logical_id_belongs_to_one_project_of_a_workspace(local: LocalServer) -> None:
    """Two workspaces may use the same logicalId, one may not use it twice."""
    local.made("/v1/projects", name="one", logicalId="shop", createDatabase=False)
    body = {"name": "two", "logicalId": "shop", "createDatabase": False}
    assert error(local, "POST", "/v1/projects", body)[0] == 409
    token, _ = local.mint("other")
    assert local.api("POST", "/v1/projects", body, token=token).status_code == 201
    assert error(local, "POST", "/v1/projects", {"logicalId": "Shop"})[0] == 400
    listed = local.api("GET", "/v1/projects", params={"logicalId": "shop"}).json()["data"]
    assert [row["name"] for row in listed] == ["one"]


@pytest.mark.parametrize(
    "body",
    [
        {"logicalId": "a", "branchGitName": "feature"},
        {"branchId": None},
        {"branchGitName": None},
        {"branchGitName": ""},
        {"branchId": "br_cabcdefghijk", "branchGitName": "feature"},
        {"region": "mars-north-1"},
        {"name": ""},
        {"isDefault": "yes"},
        {"source": {"type": "backup", "databaseId": "db_x"}},
    ],
)
def test_a_body_that_contradicts_itself_is_refused(local: LocalServer, project: Shape, body: Shape) -> None:
    """The service says what is wrong and creates nothing."""
    whole = {"projectId": project["id"], **body}
    assert error(local, "POST", "/v1/databases", whole)[:2] == (400, "validation-error")
    assert names(local) == []


def test_every_database_belongs_to_a_branch(local: LocalServer, project: Shape) -> None:
    """Without branchId it is the project's default branch; a new git name creates a branch; a filter finds it."""
    plain = database(local, project, name="plain")
    feature = database(local, project, name="feature", branchGitName="feature")
    again = database(local, project, name="again", branchId=feature["branchId"].removeprefix("br_"))
    assert plain["branchId"] not in (None, feature["branchId"])
    assert again["branchId"] == feature["branchId"]
    assert names(local, branchGitName="feature") == ["feature", "again"]
    assert names(local, branchId=plain["branchId"]) == ["plain"]
    assert names(local, branchId="unassigned") == []
    local.drift(plain["id"], branchId=None)
    assert names(local, branchId="unassigned") == ["plain"]


def test_a_branch_of_another_project_is_not_found(local: LocalServer, project: Shape) -> None:
    """A database stays in its project."""
    other = local.made("/v1/projects", name="other")
    body = {"projectId": project["id"], "branchId": other["database"]["branchId"]}
    assert error(local, "POST", "/v1/databases", body)[:2] == (404, "resource-not-found")


@pytest.mark.parametrize(("region", "inherited"), [("eu-west-3", "eu-west-3"), (None, "us-east-1")])
def test_inherit_takes_the_projects_region(local: LocalServer, region: str | None, inherited: str) -> None:
    """`inherit` is the project's region, else the default database's."""
    body = {} if region is None else {"region": region}
    project = local.made("/v1/projects", name="shop", **body)
    assert project["defaultRegion"] == region
    assert database(local, project, region="inherit")["region"]["id"] == inherited
    assert database(local, project)["region"]["id"] == "us-east-1"


def test_an_id_needs_no_prefix(local: LocalServer, project: Shape) -> None:
    """`db_c…` and `c…` are the same database."""
    made_ = database(local, project, name="orders")
    bare = made_["id"].removeprefix("db_")
    assert local.api("GET", f"/v1/databases/{bare}").json()["data"]["id"] == made_["id"]
    assert names(local, projectId=project["id"].removeprefix("proj_")) == ["orders"]


@pytest.mark.parametrize("id_", ["db_", "no%20id", "Xyz", "proj_cabcdefghijkl"])
def test_an_invalid_id_is_not_found(local: LocalServer, id_: str) -> None:
    """What is not an id is 404."""
    assert error(local, "GET", f"/v1/databases/{id_}")[:2] == (404, "resource-not-found")


def test_another_workspace_sees_nothing_of_mine(local: LocalServer, project: Shape) -> None:
    """No object of another workspace is found, listed, or accepted in a request."""
    mine = database(local, project, name="orders")
    token, workspace_id = local.mint("other")
    paths = [
        f"/v1/projects/{project['id']}",
        f"/v1/projects/{project['id']}/databases",
        f"/v1/databases/{mine['id']}",
        f"/v1/databases/{mine['id']}/connections",
        f"/v1/connections/{mine['defaultConnectionId']}",
    ]
    for path in paths:
        response = local.api("GET", path, token=token)
        assert (response.status_code, response.json()["error"]["code"]) == (404, "resource-not-found")
    for path in ("/v1/projects", "/v1/databases", "/v1/connections"):
        assert local.api("GET", path, token=token).json()["data"] == []
    body = {"projectId": project["id"]}
    assert local.api("POST", "/v1/databases", body, token=token).status_code == 404
    assert local.api("GET", "/v1/me", token=token).json()["data"]["workspace"]["id"] == workspace_id


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer wrong", "Basic {token}", "{token}"])
def test_without_a_valid_token_every_request_is_401(local: LocalServer, header: str | None) -> None:
    """No token, a wrong one, or another scheme: 401, always in the same form."""
    headers = {} if header is None else {"Authorization": header.format(token=local.token)}
    response = local.http.get("/v1/projects", headers=headers)
    assert (response.status_code, response.json()["error"]["code"]) == (401, "authentication-failed")


def test_a_revoked_token_is_refused(local: LocalServer) -> None:
    """A revoked token stops working; its workspace stays."""
    old, workspace_id = local.mint("team")
    new, same = local.mint("team")
    local.revoke(old)
    assert same == workspace_id
    assert local.api("GET", "/v1/me", token=old).status_code == 401
    assert local.api("GET", "/v1/me", token=new).status_code == 200


def test_a_list_of_130_databases_is_paginated(local: LocalServer, project: Shape) -> None:
    """Whatever the page size, every database is listed once, oldest first, also when one is deleted in between."""
    expected = [database(local, project, name=f"d{number}")["id"] for number in range(130)]
    first = local.api("GET", "/v1/databases").json()
    assert [row["id"] for row in first["data"]] == expected[:100]
    assert first["pagination"]["hasMore"] is True
    local.gone(expected[99])  # the very row the cursor stands on
    rest = local.api("GET", "/v1/databases", params={"cursor": first["pagination"]["nextCursor"]}).json()
    assert [row["id"] for row in rest["data"]] == expected[100:]
    assert rest["pagination"] == {"nextCursor": None, "hasMore": False}
    assert _in_pages_of(local, f"/v1/projects/{project['id']}/databases", 43) == [
        *expected[:99],
        *expected[100:],
    ]
    assert len(_in_pages_of(local, "/v1/connections", 129)) == 129


def _in_pages_of(local: LocalServer, path: str, limit: int) -> list[str]:
    found: list[str] = []
    query = {"limit": str(limit)}
    while True:
        page = local.api("GET", path, params=query).json()
        assert len(page["data"]) <= limit
        found += [row["id"] for row in page["data"]]
        if not page["pagination"]["hasMore"]:
            return found
        query["cursor"] = page["pagination"]["nextCursor"]


@pytest.mark.parametrize("path", ["/v1/projects", "/v1/databases", "/v1/connections", "/v1/workspaces"])
@pytest.mark.parametrize("query", ["limit=0", "limit=-1", "limit=ten", "limit=1.5", "cursor=x", "cursor=%C3%A9"])
def test_an_invalid_page_is_refused(local: LocalServer, path: str, query: str) -> None:
    """An invalid limit or cursor gets an error that says so."""
    assert error(local, "GET", f"{path}?{query}")[:2] == (400, "validation-error")


@pytest.mark.parametrize("raw", [b"{", b"[]", b'"text"', b"NaN", b'{"name": "\\ud800"}', b"[" * 100_000, b"\xff"])
def test_a_body_that_is_no_object_is_refused(local: LocalServer, raw: bytes) -> None:
    """Invalid JSON is an error of the client, not of the server."""
    response = local.api("POST", "/v1/projects", content=raw, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["error"]["code"]) == (400, "validation-error")


def test_an_unknown_path_and_a_wrong_method_have_the_same_form(local: LocalServer) -> None:
    """Errors always have the one form, so that a client can show them."""
    assert error(local, "GET", "/v1/nothing")[:2] == (404, "resource-not-found")
    assert error(local, "PUT", "/v1/projects")[:2] == (405, "client-error")


def test_unknown_fields_are_ignored(local: LocalServer) -> None:
    """The service's bodies gain fields; an older control plane ignores them."""
    local.made("/v1/projects", name="shop", createDatabase=False, fieldOfTomorrow={"a": 1})


def test_secrets_are_in_the_create_response_only(local: LocalServer) -> None:
    """After the create no response holds a password or a connection string."""
    project = local.made("/v1/projects", name="shop")
    password = project["database"]["directConnection"]["pass"]
    for path in ("/v1/databases", "/v1/connections", f"/v1/databases/{project['database']['id']}"):
        text = local.api("GET", path).text
        assert password not in text
        assert "connectionString" not in text
