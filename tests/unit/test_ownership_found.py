"""What the model of the engine (`test_ownership_model.py`) found, each as a case of its own."""

from __future__ import annotations

import pytest

from prisma_provider.errors import Refused
from prisma_provider.handlers import check
from prisma_provider.live.state import Entry
from prisma_provider.plugin import reading
from unit.service import Service, as_, handler, urn_of

SHOP, PR = urn_of("Project", "shop"), urn_of("Branch", "pr")


def test_a_branch_does_not_stop_the_destroy_of_what_goes_with_the_project(service: Service) -> None:
    """My database has `deleted_with=shop` and lives on a Branch of the program: `pulumi destroy` comes to its end."""
    project = service.project()
    service.branch(project["id"], "main")
    branch = service.branch(project["id"], "pr-1")
    database = service.database(project["id"], branchId=branch["id"])
    held = [
        Entry(SHOP, project["id"]),
        Entry(PR, branch["id"]),
        Entry(urn_of("Database"), database["id"], deleted_with=SHOP),
    ]
    live = service.live(held=held)
    with as_("Branch", "pr"):
        handler("Branch").delete(live, branch["id"], {"projectId": project["id"], "gitName": "pr-1"})
    assert "is deleted together with it" in service.notes[-1]
    with as_("Project", "shop"):
        handler("Project").delete(live, project["id"], {"name": "shop"})
    assert service.sent("DELETE")[-1][1] == f"projects/{project['id']}"


def test_a_branch_does_not_stop_a_forced_destroy(service: Service) -> None:
    """`force_destroy=True` on the project is the way out also where somebody's database is on a Branch of mine."""
    project = service.project()
    service.branch(project["id"], "main")
    branch = service.branch(project["id"], "pr-1")
    service.database(project["id"], branchId=branch["id"])
    held = [Entry(SHOP, project["id"], {"forceDestroy": True}), Entry(PR, branch["id"])]
    with as_("Branch", "pr"):
        handler("Branch").delete(service.live(held=held), branch["id"], {"projectId": project["id"], "gitName": "pr-1"})
    assert "is deleted together with it" in service.notes[-1]


@pytest.mark.parametrize("spared", ["project stays", "project was checked", "database is not deleted with it"])
def test_a_branch_with_a_database_that_stays_is_not_left(service: Service, spared: str) -> None:
    """A Branch is taken out of my program, and a database on it stays: the deletion is refused, and names it."""
    project = service.project()
    service.branch(project["id"], "main")
    branch = service.branch(project["id"], "pr-1")
    database = service.database(project["id"], "precious", branchId=branch["id"])
    deleted_with = "" if spared == "database is not deleted with it" else SHOP
    held = [Entry(PR, branch["id"]), Entry(urn_of("Database"), database["id"], deleted_with=deleted_with)]
    live = service.live(held=held if spared == "project stays" else [*held, Entry(SHOP, project["id"])])
    if spared == "project was checked":
        with as_("Project", "shop"):
            handler("Project").diff(live, project["id"], {"name": "shop"}, {"name": "shop"})
    with as_("Branch", "pr"), pytest.raises(Refused, match='"precious"'):
        handler("Branch").delete(live, branch["id"], {"projectId": project["id"], "gitName": "pr-1"})
    assert branch["id"] in service.branches


def test_a_branch_with_a_default_database_that_was_deleted_lives_on(service: Service) -> None:
    """I delete the default database, which Prisma keeps, and its Branch with it: the run comes to its end."""
    project = service.project()
    service.branch(project["id"], "main")
    branch = service.branch(project["id"], "pr-1")
    database = service.database(project["id"], branchId=branch["id"], isDefault=True)
    live = service.live(held=[Entry(PR, branch["id"]), Entry(urn_of("Database"), database["id"])])
    with as_("Database"):
        handler("Database").delete(live, database["id"], {"projectId": project["id"]})
    with as_("Branch", "pr"):
        handler("Branch").delete(live, branch["id"], {"projectId": project["id"], "gitName": "pr-1"})
    assert "until the project goes" in service.notes[-1]


def test_a_replacement_by_adoption_is_a_replacement(service: Service) -> None:
    """I bump `replacement_trigger` and name another database in `adopt=`: the one I have is not replaced unasked."""
    project = service.project()
    mine, other = service.database(project["id"], "orders"), service.database(project["id"], "sales")
    live = service.live(held=[Entry(urn_of("Database"), mine["id"])])
    inputs = {"projectId": project["id"], "name": "orders", "adopt": other["id"]}
    with as_("Database"):
        check(live, "Database", {"name": "orders", "logicalId": "orders-0123456789abcdef-01234567"}, inputs)
        with pytest.raises(Refused, match="is not replaced"):
            check(live, "Database", {}, inputs)
        assert not check(live, "Database", {}, {**inputs, "allowReplace": True}).problems


def test_a_default_database_is_written_down_when_it_is_asked_for(service: Service) -> None:
    """Another deletion of my destroy failed before the project's began: the next destroy takes the default along."""
    project = service.project()
    key = "orders-0123456789abcdef-01234567"
    database = service.database(project["id"], isDefault=True, logicalId=key)
    held = [Entry(SHOP, project["id"]), Entry(urn_of("Database"), database["id"])]
    with as_("Database"):
        handler("Database").delete(service.live(held=held), database["id"], {"projectId": project["id"]})
    with as_("Project", "shop"):
        handler("Project").delete(service.live(held=held[:1]), project["id"], {"name": "shop"})
    assert service.sent("DELETE")[-1][1] == f"projects/{project['id']}"


def test_a_resource_that_took_its_own_object_again_keeps_it(service: Service) -> None:
    """`adopt=` names its own database, it was replaced, and the run was killed before the old half was deleted."""
    database = service.database(service.project()["id"])
    orders = urn_of("Database")
    held = [Entry(orders, database["id"], replaced=True), Entry(orders, database["id"])]
    olds = {"projectId": database["project"]["id"], "allowReplace": True}
    live = service.live(held=held)
    with as_("Database"):
        handler("Database").delete(live, database["id"], olds)
        assert not service.sent("DELETE") and "is kept" in service.notes[-1]
        handler("Database").delete(live, database["id"], olds)  # a destroy asks for both halves
    assert database["id"] not in service.databases


def test_a_refresh_of_what_was_declared_without_a_change(service: Service) -> None:
    """I added the `branch_git_name` on which my database is already, and refresh: nothing is different, or crashes."""
    project = service.project()
    database = service.database(project["id"], branchId=service.branch(project["id"], "main")["id"])
    inputs = {"projectId": project["id"], "name": "orders", "branchGitName": "main"}
    seen = reading.refresh(service.live(), "Database", database["id"], {"workspaceId": "wksp_1"}, inputs)
    assert seen is not None
    assert seen.inputs == inputs
