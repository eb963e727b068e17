"""The local control plane keeps the published contract: every operation, field and status of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local_server import LocalServer
from prisma_local.operations import OPERATIONS
from published import Operation, Witness, check_schema, contract

Shape = dict[str, Any]

PATHS: Shape = contract()["paths"]

SERVED: list[Operation] = [(operation.method, operation.path) for operation in OPERATIONS]

# Declared statuses that cannot happen here, each with its reason.
ELSEWHERE = "what belongs to another workspace is not found here, never forbidden"
CANNOT_HAPPEN: dict[tuple[Operation, int], str] = {
    (("GET", "/v1/databases"), 403): ELSEWHERE,
    (("POST", "/v1/databases"), 403): ELSEWHERE,
    (("GET", "/v1/databases/{databaseId}"), 403): ELSEWHERE,
    (("PATCH", "/v1/databases/{databaseId}"), 403): ELSEWHERE,
    (("PATCH", "/v1/projects/{id}"), 403): ELSEWHERE,
    (("POST", "/v1/projects/{projectId}/databases"), 403): ELSEWHERE,
    (("DELETE", "/v1/projects/{id}"), 400): "there are no Compute apps that could remain",
    (("POST", "/v1/projects/{id}/transfer"), 204): "there is no other owner",
    (("GET", "/v1/databases/{databaseId}/backups"), 422): "every PostgreSQL 17 has pg_dump",
    (("GET", "/v1/databases/{databaseId}/usage"), 500): "a fault can return it",
    (("GET", "/v1/databases/{databaseId}/usage"), 503): "a fault can return it",
    (("POST", "/v1/workspaces"), 201): "a service token cannot create workspaces",
}

# Statuses that we respond though the contract does not declare them: it leaves the case out.
MALFORMED = "a query or body that does not fit"
UNDECLARED: dict[tuple[Operation, int], str] = {
    **{
        ((method, path), 400): MALFORMED
        for method, path in (
            ("GET", "/v1/connections"),
            ("POST", "/v1/connections"),
            ("GET", "/v1/databases"),
            ("PATCH", "/v1/databases/{databaseId}"),
            ("GET", "/v1/databases/{databaseId}/backups"),
            ("GET", "/v1/databases/{databaseId}/connections"),
            ("POST", "/v1/databases/{databaseId}/connections"),
            ("GET", "/v1/projects"),
            ("POST", "/v1/projects"),
            ("GET", "/v1/projects/{projectId}/databases"),
            ("POST", "/v1/projects/{id}/transfer"),
            ("GET", "/v1/regions"),
            ("GET", "/v1/workspaces"),
            ("POST", "/v1/workspaces"),
        )
    },
    (("POST", "/v1/connections"), 413): "a body that is too large",
    (("POST", "/v1/databases/{databaseId}/connections"), 413): "a body that is too large",
    (("POST", "/v1/projects/{projectId}/branches"), 413): "a body that is too large",
    (("PATCH", "/v1/branches/{branchId}"), 413): "a body that is too large",
    (("POST", "/v1/databases/{targetDatabaseId}/restore"), 413): "a body that is too large",
    (("POST", "/v1/projects"), 404): "the workspace that the body names is not the token's",
    (("GET", "/v1/databases/{databaseId}/connections"), 404): "there is no such database",
}

# What the published contract has and is not served here: it is not about databases.
NOT_POSTGRES = ("/v1/environment-variables", "/integrations", "/service-tokens", "/v1/auth/")

UNKNOWN = "cabcdefghijklmnopqrstuvwx"


@pytest.fixture(scope="module")
def witness(server: LocalServer) -> Iterator[Witness]:
    """A witness of the responses of every operation, with every error that can be provoked."""
    server.reset()
    found = Witness(server, set(UNDECLARED))
    project = drive_projects(found)
    database = drive_databases(found, project)
    drive_branches(found, project)
    drive_copies(found, server, database)
    drive_connections(found, database)
    drive_the_rest(found)
    drive_ends(found, project, database)
    drive_without_token(found)
    yield found
    server.reset()


def drive_projects(witness: Witness) -> Shape:
    call = witness.call
    made = witness.made("/v1/projects", name="shop", region="eu-west-3", logicalId="shop")
    witness.made("/v1/projects", createDatabase=False)
    one = f"/v1/projects/{made['id']}"
    call("POST", "/v1/projects", {"logicalId": "shop"})
    call("POST", "/v1/projects", {"logicalId": "Not One"})
    call("POST", "/v1/projects", {"workspaceId": f"wksp_{UNKNOWN}"})
    call("POST", "/v1/projects", content=b" " * (1024 * 1024 + 1))
    call("GET", "/v1/projects")
    call("GET", "/v1/projects?limit=none")
    call("GET", one)
    call("GET", f"/v1/projects/{UNKNOWN}")
    call("PATCH", one, {"name": "renamed", "settings": {"a": 1}})
    call("PATCH", one, {"name": ""})
    call("PATCH", one, content=b" " * (1024 * 1024 + 1))
    call("PATCH", f"/v1/projects/{UNKNOWN}", {"name": "x"})
    call("POST", f"{one}/transfer", {"recipientAccessToken": "theirs"})
    call("POST", f"{one}/transfer", {})
    call("POST", f"{one}/transfer", content=b" " * (1024 * 1024 + 1))
    call("POST", f"/v1/projects/{UNKNOWN}/transfer", {"recipientAccessToken": "theirs"})
    call("GET", f"{one}/databases")
    call("GET", f"{one}/databases?cursor=none")
    call("GET", f"/v1/projects/{UNKNOWN}/databases")
    witness.made(f"{one}/databases", name="older", region="inherit", source={"type": "empty"})
    call("POST", f"{one}/databases", {"region": "mars-north-1"})
    call("POST", f"{one}/databases", content=b" " * (1024 * 1024 + 1))
    call("POST", f"/v1/projects/{UNKNOWN}/databases", {})
    return made


def drive_branches(witness: Witness, project: Shape) -> None:
    call = witness.call
    inside = f"/v1/projects/{project['id']}/branches"
    made = witness.made(inside, gitName="release")
    one = f"/v1/branches/{made['id']}"
    call("POST", inside, {"gitName": "release"})
    call("POST", inside, {"gitName": "no name"})
    call("POST", inside, content=b" " * (1024 * 1024 + 1))
    call("POST", f"/v1/projects/{UNKNOWN}/branches", {"gitName": "release"})
    call("GET", f"{inside}?gitNameContains=rel&limit=1")
    call("GET", f"{inside}?gitName=release&gitNameContains=rel")
    call("GET", f"/v1/projects/{UNKNOWN}/branches")
    call("GET", one)
    call("GET", f"/v1/branches/{UNKNOWN}")
    call("PATCH", one, {"isDefault": True})
    call("PATCH", one, {"gitName": "renamed"})
    call("PATCH", one, content=b" " * (1024 * 1024 + 1))
    call("PATCH", f"/v1/branches/{UNKNOWN}", {"isDefault": True})
    call("DELETE", one)
    [feature] = call("GET", f"{inside}?gitName=feature").json()["data"]
    call("DELETE", f"/v1/branches/{feature['id']}")
    call("DELETE", f"/v1/branches/{witness.made(inside, gitName='short')['id']}")
    call("DELETE", f"/v1/branches/{UNKNOWN}")


def drive_databases(witness: Witness, project: Shape) -> Shape:
    call = witness.call
    body = {"projectId": project["id"], "name": "orders", "logicalId": "orders"}
    made = witness.made("/v1/databases", **body)
    other = witness.made("/v1/databases", projectId=project["id"], branchGitName="feature")
    one = f"/v1/databases/{made['id']}"
    call("POST", "/v1/databases", body)
    call("POST", "/v1/databases", {"name": "nowhere"})
    call("POST", "/v1/databases", {"projectId": UNKNOWN})
    call("POST", "/v1/databases", content=b" " * (1024 * 1024 + 1))
    call("GET", f"/v1/databases?projectId={project['id']}")
    call("GET", "/v1/databases?branchGitName=")
    call("GET", one)
    call("GET", f"/v1/databases/{UNKNOWN}")
    call("PATCH", one, {"name": "renamed", "branchId": other["branchId"]})
    call("PATCH", f"/v1/databases/{other['id']}", {"logicalId": "orders"})
    call("PATCH", one, {"name": ""})
    call("PATCH", one, content=b" " * (1024 * 1024 + 1))
    call("PATCH", f"/v1/databases/{UNKNOWN}", {"name": "x"})
    return made


def drive_copies(witness: Witness, server: LocalServer, database: Shape) -> None:
    call = witness.call
    one = f"/v1/databases/{database['id']}"
    backup = server.backup(database["id"])
    from_backup = {"type": "backup", "databaseId": database["id"], "backupId": backup["id"]}
    from_database = {"type": "database", "databaseId": database["id"]}
    for source in (from_backup, from_database):
        made = witness.made("/v1/databases", projectId=database["project"]["id"], source=source)
        witness.made(f"/v1/projects/{database['project']['id']}/databases", source=source)
        call("GET", f"/v1/databases/{made['id']}")
    call("GET", f"{one}/backups")
    call("GET", f"{one}/backups?limit=101")
    call("GET", f"/v1/databases/{UNKNOWN}/backups")
    call("GET", f"{one}/usage")
    call("GET", f"{one}/usage?startDate=yesterday")
    call("GET", f"/v1/databases/{UNKNOWN}/usage")
    server.settings(recovering=3.0)
    call("POST", f"{one}/restore", {"source": from_backup})
    call("POST", f"{one}/restore", {"source": from_backup})
    while call("GET", one).json()["data"]["status"] == "recovering":
        pass
    call("POST", f"{one}/restore", {"source": from_database})
    call("POST", f"{one}/restore", content=b" " * (1024 * 1024 + 1))
    call("POST", f"/v1/databases/{UNKNOWN}/restore", {"source": from_backup})


def drive_connections(witness: Witness, database: Shape) -> None:
    call = witness.call
    inside = f"/v1/databases/{database['id']}/connections"
    made = witness.made("/v1/connections", databaseId=database["id"], name="web")
    one = f"/v1/connections/{made['id']}"
    witness.made(inside, name="worker")
    call("POST", "/v1/connections", {"databaseId": database["id"], "name": "no"})
    call("POST", "/v1/connections", {"databaseId": UNKNOWN, "name": "web"})
    call("POST", "/v1/connections", content=b" " * (1024 * 1024 + 1))
    call("POST", inside, {"name": "n" * 66})
    call("POST", inside, content=b" " * (1024 * 1024 + 1))
    call("POST", f"/v1/databases/{UNKNOWN}/connections", {"name": "web"})
    call("GET", inside)
    call("GET", f"{inside}?limit=0")
    call("GET", f"/v1/databases/{UNKNOWN}/connections")
    call("GET", f"/v1/connections?databaseId={database['id']}")
    call("GET", "/v1/connections?databaseId=not%20one")
    call("GET", one)
    call("GET", f"/v1/connections/{UNKNOWN}")
    call("POST", f"{one}/rotate")
    call("POST", f"/v1/connections/{UNKNOWN}/rotate")
    call("DELETE", one)
    call("DELETE", one)


def drive_the_rest(witness: Witness) -> None:
    call = witness.call
    for path in ("/v1/regions", "/v1/regions?product=postgres", "/v1/regions?product=other"):
        call("GET", path)
    call("GET", "/v1/regions/postgres")
    call("GET", "/v1/regions/accelerate")
    workspace = call("GET", "/v1/me").json()["data"]["workspace"]["id"]
    call("GET", "/v1/workspaces")
    call("GET", "/v1/workspaces?limit=0")
    call("POST", "/v1/workspaces", {"displayName": "another"})
    call("POST", "/v1/workspaces", {"displayName": 1})
    call("POST", "/v1/workspaces", content=b" " * (1024 * 1024 + 1))
    call("GET", f"/v1/workspaces/{workspace}")
    call("GET", f"/v1/workspaces/{UNKNOWN}")
    call("GET", f"/v1/workspaces/{workspace}/subscription")
    call("GET", f"/v1/workspaces/{UNKNOWN}/subscription")


def drive_ends(witness: Witness, project: Shape, database: Shape) -> None:
    call = witness.call
    call("DELETE", f"/v1/databases/{project['database']['id']}")
    call("DELETE", f"/v1/databases/{database['id']}")
    call("DELETE", f"/v1/databases/{database['id']}")
    call("DELETE", f"/v1/projects/{project['id']}")
    call("DELETE", f"/v1/projects/{project['id']}")


def drive_without_token(witness: Witness) -> None:
    for method, path in SERVED:
        there = "/".join(UNKNOWN if part.startswith("{") else part for part in path.split("/"))
        witness.call(method, there, token="wrong")


@pytest.mark.parametrize("operation", SERVED, ids=" ".join)
def test_every_declared_status_is_returned(witness: Witness, operation: Operation) -> None:
    """Each status that the contract declares is returned here, or cannot be for a stated reason."""
    declared = {int(status) for status in PATHS[operation[1]][operation[0].lower()]["responses"]}
    excused = {status for (one, status) in CANNOT_HAPPEN if one == operation}
    seen = {status for (one, status) in witness.seen if one == operation}
    assert declared - seen == excused


def test_every_exception_is_needed(witness: Witness) -> None:
    """An exception that is not used any more is removed."""
    assert set(UNDECLARED) <= witness.seen
    assert not set(CANNOT_HAPPEN) & witness.seen


def test_every_operation_that_concerns_databases_is_served() -> None:
    """What is not served is known by name, and is no operation on projects, branches, databases or connections."""
    published = {(method.upper(), path) for path, methods in PATHS.items() for method in methods}
    missing = published - set(SERVED)
    assert all(any(part in path for part in NOT_POSTGRES) for _, path in missing), missing
    assert set(SERVED) <= published


def test_our_document_is_valid_and_takes_what_the_contract_takes(local: LocalServer) -> None:
    """Every parameter and body field of the contract is in our own document, too."""
    ours: Shape = local.http.get("/openapi.json").json()
    assert ours == local.control("GET", "openapi.json")
    for method, path in SERVED:
        published, served = PATHS[path][method.lower()], ours["paths"][path][method.lower()]
        assert _parameters(served) == _parameters(published)
        assert _fields(served) >= _fields(published)
        for response in served["responses"].values():
            for content in response.get("content", {}).values():
                check_schema(content["schema"])
    assert _fields(ours["paths"]["/v1/databases/{databaseId}"]["patch"]) >= {"isDefault"}


def _parameters(operation: Shape) -> set[tuple[str, str]]:
    return {(found["in"], found["name"]) for found in operation.get("parameters", [])}


def _fields(operation: Shape) -> set[str]:
    if "requestBody" not in operation:
        return set()
    return set(operation["requestBody"]["content"]["application/json"]["schema"]["properties"])
