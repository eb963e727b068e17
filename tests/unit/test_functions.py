"""Functions: refusals first, then what they find."""

from __future__ import annotations

from typing import Any

import pytest

from prisma_provider import errors
from prisma_provider.adoption.inventory import read
from prisma_provider.functions import FUNCTIONS
from unit.service import WORKSPACE, Service


def ask(service: Service, function: str, **given: Any) -> Any:
    """What a function answers."""
    return FUNCTIONS[function](service.live().client, given)


@pytest.mark.parametrize(
    ("function", "given"),
    [
        ("getProject", {}),
        ("getProject", {"id": "proj_1", "name": "shop"}),
        ("getProject", {"id": "my project"}),
        ("getDatabase", {"name": " "}),
        ("getDatabase", {"name": "orders", "projectId": "x y"}),
        ("getDatabases", {"projectId": "x y"}),
        ("getConnections", {}),
        ("getBranches", {}),
        ("getDatabaseSet", {}),
        ("getDatabaseSet", {"projectId": "proj_1", "names": "orders"}),
        ("getBackups", {"databaseId": 5}),
        ("getUsage", {"databaseId": "db_1", "startDate": 5}),
        ("getSubscription", {"workspaceId": "x y"}),
        ("getEnvironmentVariables", {}),
        ("getEnvironmentVariables", {"projectId": "proj_1", "variableClass": "staging"}),
        ("getEnvironmentVariables", {"projectId": "proj_1", "variableclass": "production"}),
        ("getRegions", {"name": "x"}),
        ("getDatabases", {"name": "Calling __str__ on an Output[T] is not supported."}),
    ],
)
def test_bad_input_is_one_sentence_before_anything_is_sent(
    service: Service, function: str, given: dict[str, Any]
) -> None:
    """Neither id nor name, both, or an id that is none: named, and nothing is asked."""
    with pytest.raises(errors.InvalidInput):
        ask(service, function, **given)
    assert not service.log


def test_nothing_of_that_name(service: Service) -> None:
    """A name that nothing has is an error, not an empty result."""
    with pytest.raises(errors.NotFound, match=r'no project "shop"'):
        ask(service, "getProject", name="shop")
    with pytest.raises(errors.NotFound):
        ask(service, "getDatabase", id="db_99")


def test_databases_by_name(service: Service) -> None:
    """All databases of a project by name, or those that I name; each must be there once."""
    home = service.project()["id"]
    ids = {name: service.database(home, name)["id"] for name in ("a", "b")}
    with pytest.raises(errors.NotFound, match="no database 'c'"):
        ask(service, "getDatabaseSet", projectId=home, names=["a", "c"])
    assert ask(service, "getDatabaseSet", projectId=home) == {"projectId": home, "ids": ids}
    service.database(home, "b")
    with pytest.raises(errors.InvalidInput, match='the name "b"'):
        ask(service, "getDatabaseSet", projectId=home)
    assert ask(service, "getDatabaseSet", projectId=home, names=["a"])["ids"] == {"a": ids["a"]}


def test_a_mistyped_name(service: Service) -> None:
    """A name that nothing has comes with the ones that are near it."""
    service.project("shop")
    with pytest.raises(errors.NotFound, match=r'no project "shops".*Did you mean "shop"'):
        ask(service, "getProject", name="shops")
    with pytest.raises(errors.NotFound, match=r'no project "Shop".*Did you mean "shop"'):
        read(service.live().client, ["Shop"])


def test_several_of_a_name_are_listed(service: Service) -> None:
    """Names need not be unique: several are an error that lists them, and the project tells them apart."""
    homes = [service.project()["id"], service.project("store")["id"]]
    ids = [service.database(home)["id"] for home in homes]
    with pytest.raises(errors.InvalidInput, match=f"{ids[0]}.*{ids[1]}"):
        ask(service, "getDatabase", name="orders")
    assert ask(service, "getDatabase", name="orders", projectId=homes[1])["id"] == ids[1]
    assert [found["id"] for found in ask(service, "getDatabases", name="orders")["databases"]] == ids


def test_what_exists_is_found(service: Service) -> None:
    """Each function answers with what is there, by id or by name, and with no secret."""
    home = service.project()["id"]
    database = service.database(home)["id"]
    assert ask(service, "getProject", id=home) == ask(service, "getProject", name="shop")
    assert ask(service, "getProject", name="shop")["defaultRegion"] == "eu-central-1"
    assert [found["name"] for found in ask(service, "getProjects")["projects"]] == ["shop"]
    assert ask(service, "getProjects", name="other")["projects"] == []
    found = ask(service, "getDatabase", id=database)
    assert (found["projectId"], found["name"], found["region"]) == (home, "orders", "eu-central-1")
    (connection,) = ask(service, "getConnections", databaseId=database)["connections"]
    assert connection["databaseId"] == database
    assert "password" not in connection


def test_a_secret_that_a_service_shows_is_not_passed_on(service: Service) -> None:
    """What a function answers stands in clear: a connection string in a list goes no further."""
    database = service.database(service.project()["id"])["id"]
    show = service._show
    service._show = lambda kind, each, **_: show(kind, each, secrets=True)  # type: ignore[method-assign]
    assert "pass_" in service.live().client.connections(database)[0].credentials()["databaseUrl"]
    assert "pass_" not in str(ask(service, "getConnections", databaseId=database))


def test_the_rest_is_found(service: Service) -> None:
    """Branches, backups, usage and regions."""
    home = service.project()["id"]
    service.branch(home, "main")
    database = service.database(home)["id"]
    first, second = service.backup(database), service.backup(database)
    assert [branch["gitName"] for branch in ask(service, "getBranches", projectId=home)["branches"]] == ["main"]
    assert [backup["id"] for backup in ask(service, "getBackups", databaseId=database)["backups"]] == [second, first]
    usage = ask(service, "getUsage", databaseId=database, startDate="2026-01-01")
    assert (usage["operations"], usage["storageGib"]) == (7, 0.5)
    assert {"id": "eu-central-1", "name": "eu-central-1"} in ask(service, "getRegions")["regions"]


def test_an_empty_list_of_what_the_token_cannot_see(service: Service) -> None:
    """Tokens of another workspace and variables of another project are an error, though the service lists none."""
    other = "wksp_cm0000000000000000000000000"
    for function in ("getServiceTokens", "getWorkspace"):
        with pytest.raises(errors.NotFound):
            ask(service, function, **{"id" if function == "getWorkspace" else "workspaceId": other})
    with pytest.raises(errors.NotFound):
        ask(service, "getEnvironmentVariables", projectId="proj_99")
    assert ask(service, "getEnvironmentVariables", projectId=service.project()["id"]) == {"environmentVariables": []}


def test_the_workspace_of_the_token(service: Service) -> None:
    """Without an id it is the token's own: the workspace, its plan and its service tokens, without their values."""
    found = ask(service, "getWorkspace")
    assert (found["id"], found["name"]) == (WORKSPACE, "Acme")
    assert found == ask(service, "getWorkspace", name="Acme") == ask(service, "getWorkspaces")["workspaces"][0]
    assert ask(service, "getSubscription") == {
        "workspaceId": WORKSPACE,
        "planName": "Free",
        "usageBlocked": False,
        "upgradeUrl": "https://up.example",
    }
    made = [service.token(name, value="a secret")["id"] for name in ("one", "two")]
    listed = ask(service, "getServiceTokens")
    assert [each["id"] for each in listed["serviceTokens"]] == made and "a secret" not in str(listed)
    assert [each["id"] for each in ask(service, "getServiceTokens", name="two")["serviceTokens"]] == made[1:]


def test_a_token_of_a_person_without_a_workspace(service: Service) -> None:
    """Where the token is of none, the one that it sees is meant."""
    service.workspace = None
    assert ask(service, "getWorkspace")["id"] == WORKSPACE


def test_environment_variables_are_found_by_scope(service: Service) -> None:
    """By key, class and branch; with who manages them, and without a value."""
    home = service.project()["id"]
    feature = service.branch(home, "feature")["id"]
    ids = [
        service.variable(home, "TIER", "hidden")["id"],
        service.variable(home, "TIER", "hidden", branchId=feature)["id"],
        service.variable(home, "DATABASE_URL", "hidden", isManagedBySystem=True, **{"class": "production"})["id"],
    ]

    def found(**given: str) -> list[str]:
        listed = ask(service, "getEnvironmentVariables", projectId=home, **given)["environmentVariables"]
        assert "hidden" not in str(listed)
        return [each["id"] for each in listed]

    assert found() == ids
    assert found(key="TIER") == ids[:2]
    assert found(branchId=feature) == ids[1:2]
    assert found(variableClass="production") == ids[2:]
    assert found(variableClass="production", branchId=feature) == []
