"""What the model of the engine (`test_ownership_model.py`) found, each as a case of its own."""

from __future__ import annotations

from prisma_provider.state import Entry
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
    assert "lives on" in service.notes[-1]
    with as_("Project", "shop"):
        handler("Project").delete(live, project["id"], {"name": "shop"})
    assert service.sent("DELETE")[-1][1] == f"projects/{project['id']}"


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
