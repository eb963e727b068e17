"""Environment variables of the local control plane: whose they are, who writes them, and where values are seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg

from local_server import LocalServer

Shape = dict[str, Any]
PATH = "/v1/environment-variables"
VALUE = "a value that nobody reads"


def variable(local: LocalServer, project: Shape, **body: Any) -> Shape:
    return local.made(PATH, **{"projectId": project["id"], "class": "preview", "key": "TIER", "value": VALUE, **body})


def refusal(local: LocalServer, method: str, path: str, body: Any = None) -> tuple[int, str]:
    response = local.api(method, path, body)
    return response.status_code, response.json()["error"]["message"]


def listed(local: LocalServer, **query: str) -> list[Shape]:
    found: list[Shape] = local.api("GET", PATH, params=query).json()["data"]
    return found


def branch(local: LocalServer, project: Shape, **query: str) -> Shape:
    return dict(local.api("GET", f"/v1/projects/{project['id']}/branches", params=query).json()["data"][0])


def deployed(local: LocalServer, of: Shape) -> dict[str, str]:
    """The variables of a deployment of this branch."""
    found: dict[str, str] = local.control("POST", "variables", {"branchId": of["id"]})["data"]
    return found


def works(url: str) -> bool:
    with psycopg.connect(url) as session:
        return session.execute("SELECT 1").fetchone() == (1,)


def test_a_key_is_unique_in_its_scope(local: LocalServer, project: Shape) -> None:
    """The same key can be in production, in preview and at a branch; a second one of a scope is refused."""
    preview = local.made(f"/v1/projects/{project['id']}/branches", gitName="feature")
    scopes: list[Shape] = [{"class": "production"}, {}, {"branchId": preview["id"]}]
    for scope in scopes:
        variable(local, project, **scope)
        body = {"projectId": project["id"], "class": "preview", "key": "TIER", "value": "another", **scope}
        assert refusal(local, "POST", PATH, body) == (
            409,
            "A variable with the key 'TIER' already exists in this environment.",
        )
    assert [each["branchId"] for each in listed(local, key="TIER")] == [None, None, preview["id"]]


def test_only_a_preview_branch_has_its_own(local: LocalServer, project: Shape) -> None:
    """Neither class production nor the production branch has overrides; a branch of another project is not found."""
    preview = local.made(f"/v1/projects/{project['id']}/branches", gitName="feature")
    main, other = branch(local, project, gitName="main"), branch(local, local.made("/v1/projects"))
    body = {"projectId": project["id"], "class": "preview", "key": "TIER", "value": VALUE}
    for wrong in ({"class": "production", "branchId": preview["id"]}, {"branchId": main["id"]}):
        assert refusal(local, "POST", PATH, {**body, **wrong})[0] == 422
    assert refusal(local, "POST", PATH, {**body, "branchId": other["id"]})[0] == 404


def test_the_value_alone_changes(local: LocalServer, project: Shape) -> None:
    """PATCH moves updatedAt, keeps the rest, and ignores what it does not take."""
    made = variable(local, project)
    changed = local.api("PATCH", f"{PATH}/{made['id']}", {"value": "new", "key": "OTHER"}).json()["data"]
    assert changed["updatedAt"] > made["updatedAt"]
    assert {**changed, "updatedAt": None} == {**made, "updatedAt": None}
    preview = local.made(f"/v1/projects/{project['id']}/branches", gitName="feature")
    assert deployed(local, preview) == {"TIER": "new"}


def test_a_value_is_nowhere(local: LocalServer, project: Shape) -> None:
    """No response, no log and no file of the data directory holds a value."""
    made = variable(local, project)
    shown = [made, listed(local), local.requests(), local.http.get("/_page/overview").text]
    assert VALUE not in str(shown)
    folder = Path(local.control("GET", "")["certificate"]["path"]).parent
    assert (folder / "variables.key").stat().st_mode & 0o077 == 0
    written = b"".join(path.read_bytes() for path in folder.glob("records.sqlite*"))
    assert made["id"].encode() in written and VALUE.encode() not in written


def test_a_branch_overrides(local: LocalServer, project: Shape) -> None:
    """A preview branch gets the variables of its class and its own over them, the production branch those of its."""
    preview = local.made(f"/v1/projects/{project['id']}/branches", gitName="feature")
    variable(local, project, key="A", value="all")
    variable(local, project, key="B", value="all")
    variable(local, project, key="B", value="own", branchId=preview["id"])
    variable(local, project, key="A", value="production", **{"class": "production"})
    assert deployed(local, preview) == {"A": "all", "B": "own"}
    assert deployed(local, branch(local, project, gitName="main")) == {"A": "production"}


def test_they_go_with_branch_and_project(local: LocalServer, project: Shape) -> None:
    """What is deleted leaves no variable."""
    preview = local.made(f"/v1/projects/{project['id']}/branches", gitName="feature")
    variable(local, project, branchId=preview["id"])
    kept = variable(local, project)
    assert local.api("DELETE", f"/v1/branches/{preview['id']}").status_code == 204
    assert [each["id"] for each in listed(local)] == [kept["id"]]
    local.api("DELETE", f"/v1/projects/{project['id']}")
    assert listed(local) == []
    assert refusal(local, "GET", f"{PATH}/{kept['id']}")[0] == 404


def test_another_workspace_sees_none(local: LocalServer, project: Shape) -> None:
    """A variable of another workspace is not found, and in no list."""
    made, (other, _) = variable(local, project), local.mint("another")
    for method, body in (("GET", None), ("PATCH", {"value": "x"}), ("DELETE", None)):
        assert local.api(method, f"{PATH}/{made['id']}", body, token=other).status_code == 404
    assert local.api("GET", PATH, token=other).json()["data"] == []


def test_the_platform_writes_those_of_the_default_database(local: LocalServer) -> None:
    """DATABASE_URL and DATABASE_URL_POOLED, in production; a preview has none until somebody writes an override."""
    project = local.made("/v1/projects", name="shop")
    preview = local.made(f"/v1/projects/{project['id']}/branches", gitName="feature")
    found = [(each["key"], each["class"], each["isManagedBySystem"]) for each in listed(local)]
    assert found == [("DATABASE_URL", "production", True), ("DATABASE_URL_POOLED", "production", True)]
    values = deployed(local, branch(local, project, gitName="main"))
    endpoints = project["database"]["connections"][0]["endpoints"]
    assert values == {
        "DATABASE_URL": endpoints["direct"]["connectionString"],
        "DATABASE_URL_POOLED": endpoints["pooled"]["connectionString"],
    }
    assert deployed(local, preview) == {}


def test_the_platform_follows_its_database(local: LocalServer, project: Shape) -> None:
    """A rotation and another default database change them, and the end of the default database takes them away."""
    main = branch(local, project, gitName="main")
    first = local.made("/v1/databases", projectId=project["id"], isDefault=True)
    second = local.made("/v1/databases", projectId=project["id"])
    before = listed(local)[0]
    rotated = local.made(f"/v1/connections/{first['defaultConnectionId']}/rotate")
    assert deployed(local, main)["DATABASE_URL"] == rotated["endpoints"]["direct"]["connectionString"]
    assert listed(local)[0]["updatedAt"] > before["updatedAt"]
    local.api("PATCH", f"/v1/databases/{second['id']}", {"isDefault": True})
    url = deployed(local, main)["DATABASE_URL"]
    assert url == second["connections"][0]["endpoints"]["direct"]["connectionString"] and works(url)
    local.gone(second["id"])
    assert listed(local) == []


def test_the_platform_leaves_ours_alone(local: LocalServer, project: Shape) -> None:
    """DATABASE_URL that somebody made before there was a default database stays his."""
    made = variable(local, project, key="DATABASE_URL", **{"class": "production"})
    local.made("/v1/databases", projectId=project["id"], isDefault=True)
    assert deployed(local, branch(local, project))["DATABASE_URL"] == VALUE
    assert [each["isManagedBySystem"] for each in listed(local)] == [False, True]
    assert listed(local)[0] == made


def test_drift(local: LocalServer, project: Shape) -> None:
    """Somebody at the console changes a value, which only updatedAt shows; or deletes the variable."""
    made, main = variable(local, project, **{"class": "production"}), branch(local, project)
    local.drift(made["id"], value="theirs")
    [found] = listed(local)
    assert found["updatedAt"] > made["updatedAt"] and found["valueKid"] == made["valueKid"]
    assert deployed(local, main) == {"TIER": "theirs"}
    local.gone(made["id"])
    assert listed(local) == []
