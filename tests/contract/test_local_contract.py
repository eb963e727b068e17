"""The local control plane keeps the published contract: every operation, field and status of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local_server import LocalServer
from prisma_local.operations import OPERATIONS
from published import Operation, Witness, check_schema, contract
from signed_in import access_token, oidc_token

Shape = dict[str, Any]

PATHS: Shape = contract()["paths"]

EXCHANGE: Operation = ("POST", "/v1/auth/github-actions/token")  # it takes no token of ours
WITH_TOKEN: list[Operation] = [(operation.method, operation.path) for operation in OPERATIONS]
SERVED = [*WITH_TOKEN, EXCHANGE]

# Declared statuses that cannot happen here, each with its reason.
ELSEWHERE = "what belongs to another workspace is not found here, never forbidden"
CANNOT_HAPPEN: dict[tuple[Operation, int], str] = {
    (("GET", "/v1/databases"), 403): ELSEWHERE,
    (("GET", "/v1/databases/{databaseId}"), 403): ELSEWHERE,
    (("PATCH", "/v1/databases/{databaseId}"), 403): ELSEWHERE,
    (("PATCH", "/v1/projects/{id}"), 403): ELSEWHERE,
    (("DELETE", "/v1/projects/{id}"), 400): "there are no Compute apps that could remain",
    (("GET", "/v1/databases/{databaseId}/backups"), 422): "every PostgreSQL 17 has pg_dump",
    (("GET", "/v1/databases/{databaseId}/usage"), 500): "a fault can return it",
    (("GET", "/v1/databases/{databaseId}/usage"), 503): "a fault can return it",
    (("POST", "/v1/environment-variables"), 500): "the key of the values is there, or the server does not start",
    (("PATCH", "/v1/environment-variables/{envVarId}"), 500): "a fault can return it",
    (EXCHANGE, 429): "a limit of requests is one of all operations",
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
            ("GET", "/v1/workspaces/{workspaceId}/integrations"),
            EXCHANGE,
        )
    },
    (("GET", "/v1/workspaces/{workspaceId}/service-tokens"), 422): MALFORMED,
    (("GET", "/v1/workspaces/{workspaceId}/service-tokens"), 404): "the path holds no id",
    (("POST", "/v1/workspaces/{workspaceId}/service-tokens"), 413): "a body that is too large",
    (("POST", "/v1/environment-variables"), 413): "a body that is too large",
    (("PATCH", "/v1/environment-variables/{envVarId}"), 413): "a body that is too large",
    (("POST", "/v1/projects"), 403): "the plan allows no more databases",
    (("POST", "/v1/connections"), 413): "a body that is too large",
    (("POST", "/v1/databases/{databaseId}/connections"), 413): "a body that is too large",
    (("POST", "/v1/projects/{projectId}/branches"), 413): "a body that is too large",
    (("PATCH", "/v1/branches/{branchId}"), 413): "a body that is too large",
    (("POST", "/v1/databases/{targetDatabaseId}/restore"), 413): "a body that is too large",
    (("POST", "/v1/projects"), 404): "the workspace that the body names is not the token's",
    (("GET", "/v1/databases/{databaseId}/connections"), 404): "there is no such database",
}

UNKNOWN = "cabcdefghijklmnopqrstuvwx"


@pytest.fixture(scope="module")
def witness(server: LocalServer) -> Iterator[Witness]:
    """A witness of the responses of every operation, with every error that can be provoked."""
    server.reset()
    found = Witness(server, set(UNDECLARED))
    project = drive_projects(found, server.mint("another owner")[0])
    database = drive_databases(found, project)
    drive_branches(found, project)
    drive_copies(found, server, database)
    drive_connections(found, database)
    drive_variables(found, project)
    drive_tokens(found)
    drive_as_a_person(found, server)
    drive_exchange(found, server)
    drive_a_full_plan(found, server, project)
    drive_the_rest(found)
    drive_ends(found, project, database)
    drive_without_token(found)
    yield found
    server.reset()


def drive_projects(witness: Witness, other_owner: str) -> Shape:
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
    call("POST", f"/v1/projects/{witness.made('/v1/projects')['id']}/transfer", {"recipientAccessToken": other_owner})
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


def drive_variables(witness: Witness, project: Shape) -> None:
    call, there = witness.call, "/v1/environment-variables"
    body = {"projectId": project["id"], "class": "preview", "key": "TIER", "value": "small"}
    branch = witness.made(f"/v1/projects/{project['id']}/branches", gitName="with-variables")
    made = witness.made(there, **body)
    witness.made(there, **body, branchId=branch["id"])
    one = f"{there}/{made['id']}"
    call("POST", there, body)
    call("POST", there, {**body, "class": "production", "branchId": branch["id"]})
    call("POST", there, {**body, "key": "lower"})
    call("POST", there, {**body, "projectId": UNKNOWN})
    call("POST", there, content=b" " * (1024 * 1024 + 1))
    call("GET", f"{there}?projectId={project['id']}&class=preview&key=TIER&branchId={branch['id']}")
    call("GET", f"{there}?class=another")
    call("GET", one)
    call("PATCH", one, {"value": "large"})
    call("PATCH", one, {"value": ""})
    call("PATCH", one, content=b" " * (1024 * 1024 + 1))
    call("DELETE", one)
    for method in ("GET", "PATCH", "DELETE"):
        call(method, one, {"value": "large"} if method == "PATCH" else None)
        call(method, f"{there}/no-id", {"value": "large"} if method == "PATCH" else None)


def drive_tokens(witness: Witness) -> None:
    call = witness.call
    there = f"/v1/workspaces/{_workspace(witness)}/service-tokens"
    made = witness.made(there, name="deploy")
    call("GET", there)
    call("GET", f"{there}?limit=101")
    call("GET", "/v1/workspaces/no-id/service-tokens")
    call("POST", there, {"name": ""})
    call("POST", there, content=b" " * (1024 * 1024 + 1))
    call("POST", f"/v1/workspaces/{UNKNOWN}/service-tokens", {"name": "deploy"})
    call("DELETE", f"{there}/{made['id']}")
    call("DELETE", f"{there}/{made['id']}")


def drive_as_a_person(witness: Witness, server: LocalServer) -> None:
    """What a service token may not do, or has not: a new workspace, and what a person allowed a program."""
    call, workspace = witness.call, _workspace(witness)
    person = access_token(server, workspace)
    call("POST", "/v1/workspaces", {"displayName": "another"}, token=person)
    call("GET", "/v1/me", token=person)
    there = f"/v1/workspaces/{workspace}/integrations"
    [found] = call("GET", there).json()["data"]
    call("GET", f"{there}?limit=0")
    call("GET", f"/v1/workspaces/{UNKNOWN}/integrations")
    call("DELETE", f"{there}/{found['client']['id']}")
    call("DELETE", f"{there}/{found['client']['id']}")


def drive_exchange(witness: Witness, server: LocalServer) -> None:
    server.control("POST", "repositories", {"repository": "acme/shop"})
    token = oidc_token("acme/shop")
    witness.made(EXCHANGE[1], token=token)
    witness.call("POST", EXCHANGE[1], {"token": "none"})
    witness.call("POST", EXCHANGE[1], {"token": token, "expiresInSeconds": 1})


def drive_a_full_plan(witness: Witness, server: LocalServer, project: Shape) -> None:
    server.settings(databaseLimit=1)
    witness.call("POST", "/v1/projects", {"name": "one more"})
    witness.call("POST", "/v1/databases", {"projectId": project["id"]})
    witness.call("POST", f"/v1/projects/{project['id']}/databases", {})
    server.settings(databaseLimit=0)


def _workspace(witness: Witness) -> str:
    found: str = witness.call("GET", "/v1/me").json()["data"]["workspace"]["id"]
    return found


def drive_the_rest(witness: Witness) -> None:
    call = witness.call
    for path in ("/v1/regions", "/v1/regions?product=postgres", "/v1/regions?product=other"):
        call("GET", path)
    call("GET", "/v1/regions/postgres")
    call("GET", "/v1/regions/accelerate")
    workspace = _workspace(witness)
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
    for method, path in WITH_TOKEN:
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


def test_every_operation_is_served() -> None:
    """All 47 operations of the contract are served, and no other."""
    published = {(method.upper(), path) for path, methods in PATHS.items() for method in methods}
    assert set(SERVED) == published
    assert len(SERVED) == len(published) == 47


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
