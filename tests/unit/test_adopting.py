"""Taking over what exists: the preview, which calls no create, refuses what cannot be and shows what will change."""

from __future__ import annotations

from typing import Any

import pytest

from prisma_provider import errors
from prisma_provider.diff import UNKNOWN
from unit.service import Service, declare, handler


def refused(service: Service, kind: str, **inputs: Any) -> str:
    """What the check of a new resource refuses; nothing is sent."""
    try:
        problems = handler(kind).check(service.live(), {}, inputs).problems
    except errors.PrismaError as error:
        return str(error)
    finally:
        assert not service.sent()
    return str(problems[0])


def shown(service: Service, kind: str, **inputs: Any) -> list[str]:
    """What the check of a new resource notes."""
    declare(service.live(), kind, **inputs)
    return service.notes


@pytest.mark.parametrize(
    ("kind", "inputs", "says"),
    [
        ("Database", {"projectId": "shop", "name": "orders"}, "There is no project shop"),
        ("Branch", {"projectId": "shop", "gitName": "feature"}, "There is no project shop"),
        ("Connection", {"databaseId": "orders", "name": "web"}, "There is no database orders"),
        (
            "Restore",
            {"databaseId": "orders", "backupId": "b", "confirmDatabaseName": "orders"},
            "There is no database orders",
        ),
    ],
)
def test_a_name_for_an_id_is_refused(service: Service, kind: str, inputs: dict[str, Any], says: str) -> None:
    """I wrote the project's name where its id belongs: the preview says that there is none, not the update."""
    service.project(name="shop")
    assert says in refused(service, kind, **inputs)


def test_what_lies_elsewhere_is_refused(service: Service) -> None:
    """An adopted object that is of another project, region or name than I declare is refused in the preview."""
    home, other = service.project()["id"], service.project(name="other", defaultRegion="us-east-1")["id"]
    database = service.database(home)["id"]
    connection = service.connection(database, "web")["id"]
    declared: dict[str, Any] = {"name": "orders", "adopt": database}
    lives = f'projectId is "{home}" live, "{other}" declared'
    assert lives in refused(service, "Database", projectId=other, **declared)
    assert service.notes == []  # that it is taken over would not be true
    assert "region is" in refused(service, "Database", projectId=home, region="us-east-1", **declared)
    assert "region is" in refused(service, "Project", name="shop", region="us-east-1", adopt=home)
    assert 'name is "web" live, "app" declared' in refused(
        service, "Connection", databaseId=database, name="app", adopt=connection
    )


def test_what_is_as_declared_is_only_taken_over(service: Service) -> None:
    """Where nothing differs, nothing is announced but the adoption; what is not known yet may be the same."""
    home = service.project()["id"]
    database = service.database(home)
    shows = [f'database "orders" ({database["id"]}) is taken over, not made.']
    inputs: dict[str, Any] = {"name": "orders", "adopt": database["id"]}
    assert shown(service, "Database", projectId=UNKNOWN, **inputs) == shows
    service.notes.clear()
    assert shown(service, "Database", projectId=home, **inputs) == shows


def test_what_will_change_is_shown(service: Service) -> None:
    """The preview of an adoption lists the PATCH exactly as that of an update: a name is changed, too."""
    home = service.project()["id"]
    service.branch(home, "main")
    database, branch = service.database(home, "tenant-acme")["id"], service.branch(home, "feature")["id"]
    shown(service, "Project", name="store", adopt=home)
    shown(service, "Branch", projectId=home, gitName="feature", isDefault=True, adopt=branch)
    lines = shown(service, "Database", projectId=home, name="x", isDefault=True, adopt=database)
    renamed = f'project "shop" ({home}): name is "shop" live, "store" declared. Request: PATCH {{"name": "store"}}.'
    assert renamed in lines
    assert 'Request: PATCH {"isDefault": true}.' in next(line for line in lines if f"({branch}):" in line)
    assert lines[-1] == (
        f'database "tenant-acme" ({database}): name is "tenant-acme" live, "x" declared; isDefault is false live, true '
        'declared. Request: PATCH {"name": "x", "isDefault": true}.'
    )


def test_a_new_password_is_announced(service: Service) -> None:
    """A connection that is adopted with a trigger gets a new password: whoever uses the old one is locked out."""
    database = service.database(service.project()["id"])["id"]
    taken = service.connection(database, "web")["id"]
    lines = shown(service, "Connection", databaseId=database, name="web", rotationTrigger="1", adopt=taken)
    assert lines[-1] == f'connection "web" ({taken}): gets a new password in place; the old one is locked out.'


def test_what_an_interrupted_run_made_shows_its_changes(service: Service) -> None:
    """adopt=True uses what a run before has made: if I renamed it since, the preview shows the rename."""
    home = service.project()["id"]
    key = declare(service.live(), "Database", projectId=home, name="orders")["logicalId"]
    left = service.database(home, "orders", logicalId=key)
    lines = shown(service, "Database", projectId=home, name="sales", adopt=True)
    assert f'database "orders" ({left["id"]}): name is "orders" live, "sales" declared.' in lines[-1]


def test_a_backup_that_is_not_there_is_refused(service: Service) -> None:
    """A restore of a backup that its database does not have is refused in the preview, with the newest ones."""
    database = service.database(service.project()["id"])["id"]
    held = service.backup(database)
    inputs: dict[str, Any] = {"databaseId": database, "confirmDatabaseName": "orders"}
    assert "has no backup b_none" in refused(service, "Restore", backupId="b_none", **inputs)
    assert "has no backup b_none" in refused(service, "Restore", backupId="b_none", adopt=False, **inputs)
    assert not handler("Restore").check(service.live(), {}, {**inputs, "backupId": UNKNOWN}).problems
    assert not handler("Restore").check(service.live(), {}, {**inputs, "backupId": held}).problems
