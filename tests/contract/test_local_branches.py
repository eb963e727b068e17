"""Branches: which one is the default, what belongs to them, and which cannot be deleted."""

from __future__ import annotations

from typing import Any

import pytest

from local_server import LocalServer

Shape = dict[str, Any]


def listed(local: LocalServer, project: Shape, **query: str) -> list[Shape]:
    response = local.api("GET", f"/v1/projects/{project['id']}/branches", params=query)
    assert response.status_code == 200, response.text
    found: list[Shape] = response.json()["data"]
    return found


def names(local: LocalServer, project: Shape, **query: str) -> list[str]:
    return [row["gitName"] for row in listed(local, project, **query)]


def branch(local: LocalServer, project: Shape, name: str, **more: Any) -> Shape:
    return local.made(f"/v1/projects/{project['id']}/branches", gitName=name, **more)


def patch(local: LocalServer, found: Shape, body: Any) -> tuple[int, Shape]:
    response = local.api("PATCH", f"/v1/branches/{found['id']}", body)
    return response.status_code, response.json()


def default(local: LocalServer, project: Shape) -> list[str]:
    return [row["gitName"] for row in listed(local, project) if row["isDefault"]]


@pytest.mark.parametrize(
    "name", ["", "two words", "a..b", "a~1", "a^", "a:b", "a?", "a*", "a[", "a\\b", "/a", "a/", "a//b", ".a", "a/.b"]
)
def test_a_name_that_git_refuses_is_refused(local: LocalServer, project: Shape, name: str) -> None:
    """A branch has a name that git allows; the same holds for branchGitName."""
    body = {"gitName": name}
    refused = local.api("POST", f"/v1/projects/{project['id']}/branches", body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "validation-error")
    database = {"projectId": project["id"], "branchGitName": name}
    assert local.api("POST", "/v1/databases", database).status_code == 400
    assert names(local, project) == ["main"]


@pytest.mark.parametrize("name", ["a.lock", "@", "-a", "a.", "a@{b", "a\nb", "n" * 256])
def test_further_names_that_git_refuses(local: LocalServer, project: Shape, name: str) -> None:
    """Endings, beginnings and lengths, too."""
    assert local.api("POST", f"/v1/projects/{project['id']}/branches", {"gitName": name}).status_code == 422


@pytest.mark.parametrize("body", [{}, {"gitName": 1}, {"gitName": "a", "isDefault": "yes"}])
def test_an_invalid_body_is_refused(local: LocalServer, project: Shape, body: Shape) -> None:
    """Here 422 is the status of an invalid request."""
    assert local.api("POST", f"/v1/projects/{project['id']}/branches", body).status_code == 422


def test_the_first_branch_is_default_and_production_and_later_ones_are_previews(
    local: LocalServer, project: Shape
) -> None:
    """A project begins with `main`; each later branch is a preview."""
    later = branch(local, project, "feature/login")
    [main, feature] = listed(local, project)
    assert (main["gitName"], main["isDefault"], main["role"]) == ("main", True, "production")
    assert feature == later
    assert (feature["isDefault"], feature["role"], feature["project"]["id"]) == (False, "preview", project["id"])
    assert local.api("GET", f"/v1/branches/{later['id'].removeprefix('br_')}").json()["data"] == later


def test_only_the_flag_moves(local: LocalServer, project: Shape) -> None:
    """By create or PATCH a branch becomes the default one; the roles stay, and the old one is no default any more."""
    next_ = branch(local, project, "next", isDefault=True)
    assert (next_["isDefault"], next_["role"]) == (True, "preview")
    assert default(local, project) == ["next"]
    [main] = listed(local, project, gitName="main")
    assert (main["isDefault"], main["role"]) == (False, "production")
    status, response = patch(local, main, {"isDefault": True})
    assert (status, response["data"]["isDefault"]) == (200, True)
    assert response["data"]["updatedAt"] >= main["updatedAt"] >= main["createdAt"]
    assert default(local, project) == ["main"]


def test_new_databases_follow_the_default_branch(local: LocalServer, project: Shape) -> None:
    """A database that names no branch belongs to the one that is the default now."""
    next_ = branch(local, project, "next", isDefault=True)
    assert local.made("/v1/databases", projectId=project["id"])["branchId"] == next_["id"]


@pytest.mark.parametrize(
    "body", [{"gitName": "other"}, {"role": "preview"}, {"isDefault": True, "colour": "red"}, {"isDefault": False}]
)
def test_a_patch_promotes_and_nothing_else(local: LocalServer, project: Shape, body: Shape) -> None:
    """No rename, no role, no unknown field, no demotion of the default branch: 422, and nothing has changed."""
    [main] = listed(local, project)
    status, response = patch(local, main, body)
    assert (status, response["error"]["code"]) == (422, "validation-error")
    assert listed(local, project) == [main]


@pytest.mark.parametrize("body", [{}, {"isDefault": None}, {"isDefault": False}])
def test_a_patch_without_a_change_changes_nothing(local: LocalServer, project: Shape, body: Shape) -> None:
    """A value that it has already is no change."""
    feature = branch(local, project, "feature")
    assert patch(local, feature, body) == (200, {"data": feature})


def test_a_name_is_taken_while_its_branch_exists(local: LocalServer, project: Shape) -> None:
    """409 for the second branch; after a delete the name is free."""
    first = branch(local, project, "feature")
    again = local.api("POST", f"/v1/projects/{project['id']}/branches", {"gitName": "feature", "isDefault": True})
    assert again.status_code == 409
    assert default(local, project) == ["main"]
    assert local.api("DELETE", f"/v1/branches/{first['id']}").status_code == 204
    assert local.api("GET", f"/v1/branches/{first['id']}").status_code == 404
    assert branch(local, project, "feature")["id"] != first["id"]


def test_what_is_needed_cannot_be_deleted(local: LocalServer, project: Shape) -> None:
    """The default branch, the production branch and one with databases are refused; an empty preview is deleted."""
    feature = branch(local, project, "feature")
    database = local.made("/v1/databases", projectId=project["id"], name="orders", branchId=feature["id"])
    refused = local.api("DELETE", f"/v1/branches/{feature['id']}")
    assert (refused.status_code, "orders" in refused.json()["error"]["message"]) == (409, True)
    [main] = listed(local, project, gitName="main")
    assert local.api("DELETE", f"/v1/branches/{main['id']}").status_code == 422
    patch(local, feature, {"isDefault": True})
    for needed in (feature, main):
        assert local.api("DELETE", f"/v1/branches/{needed['id']}").status_code == 422
    patch(local, main, {"isDefault": True})
    assert local.api("DELETE", f"/v1/databases/{database['id']}").status_code == 204
    assert local.api("DELETE", f"/v1/branches/{feature['id']}").status_code == 204


def test_a_list_is_filtered_and_paginated(local: LocalServer, project: Shape) -> None:
    """By the exact name or a part of it (case-sensitive), never both; and a page at a time."""
    for name in ("feature/a", "feature/b", "Feature"):
        branch(local, project, name)
    assert names(local, project, gitName="feature/a") == ["feature/a"]
    assert names(local, project, gitName="feature") == []
    assert names(local, project, gitNameContains="feature") == ["feature/a", "feature/b"]
    inside = f"/v1/projects/{project['id']}/branches"
    first = local.api("GET", inside, params={"gitNameContains": "eature", "limit": "2"}).json()
    cursor = first["pagination"]["nextCursor"]
    rest = local.api("GET", inside, params={"gitNameContains": "eature", "limit": "2", "cursor": cursor}).json()
    assert [row["gitName"] for row in first["data"] + rest["data"]] == ["feature/a", "feature/b", "Feature"]
    assert (first["pagination"]["hasMore"], rest["pagination"]["hasMore"]) == (True, False)
    for query in ({"gitName": "a", "gitNameContains": "b"}, {"limit": "0"}, {"cursor": "x"}):
        assert local.api("GET", inside, params=query).status_code == 422


def test_another_workspace_sees_no_branch_of_mine(local: LocalServer, project: Shape) -> None:
    """Not by its id, not by its project."""
    feature = branch(local, project, "feature")
    token, _ = local.mint("other")
    for method, path in (
        ("GET", f"/v1/branches/{feature['id']}"),
        ("PATCH", f"/v1/branches/{feature['id']}"),
        ("DELETE", f"/v1/branches/{feature['id']}"),
        ("GET", f"/v1/projects/{project['id']}/branches"),
    ):
        assert local.api(method, path, token=token).status_code == 404


def test_branches_drift(local: LocalServer, project: Shape) -> None:
    """Without the API another branch becomes the default one, and a branch is deleted with its databases."""
    feature = branch(local, project, "feature")
    local.made("/v1/databases", projectId=project["id"], branchId=feature["id"])
    local.drift(feature["id"], isDefault=True)
    assert default(local, project) == ["feature"]
    local.gone(feature["id"])
    assert local.api("GET", "/v1/databases").json()["data"] == []
    assert default(local, project) == ["main"]
    local.drift(listed(local, project)[0]["id"], isDefault=False)
    assert default(local, project) == []
    local.gone(listed(local, project)[0]["id"])
    assert listed(local, project) == []
    assert local.made("/v1/databases", projectId=project["id"])["branchId"] == listed(local, project)[0]["id"]
    refused = local.http.post("/_local/drift", json={"id": listed(local, project)[0]["id"], "set": {"gitName": "x"}})
    assert refused.status_code == 400
