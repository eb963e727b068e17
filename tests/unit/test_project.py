"""Project: refusals first, then what changes nothing, then what is done."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from prisma_provider import errors
from prisma_provider.diff import explain
from prisma_provider.handlers.lookup import refreshed
from prisma_provider.network.retries import time_limit
from unit.service import Service, as_, declare, handler, refusal

PROJECT, DATABASE = handler("Project"), handler("Database")


def make(service: Service, **inputs: Any) -> tuple[str, dict[str, Any]]:
    """A project that an earlier run made; the log begins after it."""
    live = service.live()
    made = PROJECT.create(live, declare(live, "Project", **{"name": "shop", **inputs}))
    service.log.clear()
    return made


def again(service: Service, made: tuple[str, dict[str, Any]], **inputs: Any) -> Any:
    """The diff of the next run."""
    live = service.live()
    return PROJECT.diff(live, *made, declare(live, "Project", made[1], **{"name": "shop", **inputs}))


@pytest.mark.parametrize(
    "inputs",
    [
        *({"name": ""}, {"name": "x" * 257}, {"adopt": "my project"}, {"forceDestroy": "no"}),
        *({"region": "mars-1"}, {"region": ["us-east-1"]}, {"region": {"id": "us-east-1"}}, {"region": "x" * 5000}),
    ],
)
def test_bad_input_is_one_sentence_before_anything_is_sent(service: Service, inputs: dict[str, Any]) -> None:
    """A value that cannot be sent is named, and nothing is sent."""
    assert len(PROJECT.check(service.live(), {}, {"name": "shop", **inputs}).problems) == 1
    assert not service.sent()


def test_a_replaced_project_of_another_workspace_is_left_alone(service: Service) -> None:
    """The token sees another workspace: what a replacement is to delete is not even tried."""
    made = make(service)
    service.projects.clear()
    service.workspace = {"id": "wksp_other", "name": "Other"}
    live = service.live()
    with as_("Project"):
        live.run.checked({}, {"name": "shop"})
        with pytest.raises(errors.ConfigurationError, match="belongs to workspace wksp_1"):
            PROJECT.delete(live, *made)
    assert not service.sent()


def words(found: Any) -> str:
    """What the preview says of it."""
    return " ".join(explain("it", found))


def test_a_project_that_the_service_refuses_may_be_transferred(service: Service) -> None:
    """403 with the token of its own workspace: transferred, or not permitted, and both ways out are named."""
    made = make(service)
    service.fail("GET", f"/v1/projects/{made[0]}", refusal(403, "Insufficient permissions"), times=2)
    with pytest.raises(errors.Forbidden, match=r"transferred to another workspace.*pulumi state delete"):
        again(service, made)
    service.workspace = {"id": "wksp_other", "name": "Other"}
    with pytest.raises(errors.Forbidden) as refused:
        again(service, made)
    assert "transferred" not in str(refused.value) and not service.sent()


def test_deleted_and_transferred_look_alike(service: Service) -> None:
    """A project that is not found was deleted, or transferred with all in it; what is missing in one was deleted."""
    home = make(service)
    live = service.live()
    made = DATABASE.create(live, declare(live, "Database", name="orders", projectId=home[0], region="eu-central-1"))

    def database() -> Any:
        live = service.live()
        declared = {"name": "orders", "projectId": home[0], "region": "eu-central-1"}
        return DATABASE.diff(live, *made, declare(live, "Database", made[1], **declared))

    inputs = {"name": "web", "databaseId": made[0]}
    web = handler("Connection").create(service.live(), inputs)

    def connection() -> Any:
        return handler("Connection").diff(service.live(), *web, inputs)

    service.connections.clear()
    service.databases.clear()
    assert words(database()) == words(connection()) == "it is gone: it will be made again."
    service.projects.clear()
    for found in (again(service, home), database(), connection()):
        assert found.replaces() == ["id"]
        assert "was deleted, or transferred to another workspace" in words(found)


def test_a_refresh_that_forgets_a_project_says_so(service: Service) -> None:
    """Its project is not found: what it held is forgotten with its secrets, and I read how a transfer keeps them."""
    home = make(service)
    live = service.live()
    made = DATABASE.create(live, declare(live, "Database", name="orders", projectId=home[0], region="eu-central-1"))
    service.databases.clear()
    assert refreshed(service.live(), "Database", DATABASE, *made) is None and not service.notes
    service.projects.clear()
    live = service.live()
    assert refreshed(live, "Database", DATABASE, *made) is refreshed(live, "Project", PROJECT, *home) is None
    [note] = service.notes
    assert "or transferred" in note and "a token of its new workspace" in note


def test_a_project_that_is_found_elsewhere(service: Service) -> None:
    """A token that sees the new workspace goes on with a transferred project, and the preview says so."""
    made = make(service)
    assert not again(service, made) and not service.notes
    service.projects[made[0]]["workspace"] = {"id": "wksp_2", "name": "Theirs"}
    assert not again(service, made)
    [note] = service.notes
    assert "was transferred from workspace wksp_1 to wksp_2" in note


def test_a_project_that_was_transferred_is_not_deleted(service: Service) -> None:
    """A destroy that finds no project says that it may live on elsewhere."""
    made = make(service)
    service.projects.clear()
    PROJECT.delete(service.live(), *made)
    assert "or transferred to another workspace with all its databases" in service.notes[-1]


def test_a_region_cannot_change(service: Service) -> None:
    """A project's region is refused to change, with the ways that there are."""
    made = make(service, region="eu-central-1")
    with pytest.raises(errors.Refused, match="cannot be changed"):
        again(service, made, region="us-east-1")
    service.projects[made[0]]["defaultRegion"] = None
    assert not again(service, made, region="eu-central-1")


def test_a_region_is_compared_with_the_best_that_is_known(service: Service) -> None:
    """The service's word on a region counts, then what state has; where neither knows it, nothing is refused."""
    made = make(service, region="eu-central-1")
    service.projects[made[0]]["defaultRegion"] = "us-east-1"
    assert not again(service, made, region="us-east-1").of("replace")
    service.projects[made[0]]["defaultRegion"] = None
    with pytest.raises(errors.Refused, match='put region="eu-central-1" back'):
        again(service, made, region="us-east-1")
    unknown = (made[0], {**made[1], "region": None})
    assert not again(service, unknown, region="us-east-1").of("replace")


def test_a_project_that_holds_databases_is_not_deleted(service: Service) -> None:
    """A project with a database that this run was not asked to delete stays, and force_destroy is named."""
    object_id, outputs = make(service)
    service.database(object_id, "precious", isDefault=True)
    with pytest.raises(errors.Refused, match=r'"precious"(?s:.*)force_destroy=True'):
        PROJECT.delete(service.live(), object_id, outputs)
    assert not service.sent()
    PROJECT.delete(service.live(), object_id, {**outputs, "forceDestroy": True})
    assert not service.projects


def test_the_default_database_goes_with_its_project(service: Service) -> None:
    """Destroying the whole stack works in one go, default database and all."""
    object_id, outputs = make(service)
    live = service.live()
    default = DATABASE.create(live, declare(live, "Database", projectId=object_id, name="orders", isDefault=True))
    live = service.live()
    DATABASE.delete(live, *default)
    PROJECT.delete(live, object_id, outputs)
    assert not service.projects


def test_what_another_hand_made_meanwhile_counts(service: Service) -> None:
    """The guard asks the service at that moment, not a list of before."""
    object_id, outputs = make(service)
    live = service.live()
    assert not live.databases(object_id)
    service.database(object_id, "made-meanwhile")
    with pytest.raises(errors.Refused, match="made-meanwhile"):
        PROJECT.delete(live, object_id, outputs)


def test_an_adoption_in_another_region_is_refused(service: Service) -> None:
    """A project to adopt that lies elsewhere is refused, and not renamed."""
    there = service.project("old")
    live = service.live()
    with pytest.raises(errors.Refused, match="eu-central-1"):
        PROJECT.create(live, declare(live, "Project", name="shop", region="us-east-1", adopt=there["id"]))
    assert not service.sent()


def test_the_wrong_workspace_is_refused(service: Service) -> None:
    """With prisma:workspaceId set, a token of another workspace is refused before anything else."""
    with pytest.raises(errors.ConfigurationError, match="wksp_2"):
        service.live(workspace_id="wksp_2").verify()
    service.live(workspace_id="1").verify()


def test_a_user_s_token_sees_its_workspaces(service: Service) -> None:
    """A token that names no workspace of its own is taken by the workspaces that it lists."""
    service.workspace = None
    service.live(workspace_id="wksp_1").verify()
    with pytest.raises(errors.ConfigurationError):
        service.live(workspace_id="wksp_2").verify()


def test_no_diffs_is_no_changes(service: Service) -> None:
    """What is declared as it is live is no change; a refresh says the same."""
    made = make(service, region="eu-central-1")
    assert not again(service, made, region="eu-central-1")
    assert PROJECT.read(service.live(), made[0], dict(made[1])) == made[1]


def test_create_makes_no_implicit_database(service: Service) -> None:
    """A project is one POST, without the database that the service would make by itself."""
    object_id, outputs = make(service)
    assert service.projects[object_id]["logicalId"] == outputs["logicalId"]
    service.log.clear()
    live = service.live()
    PROJECT.create(live, declare(live, "Project", name="other", identity="other-" + "2" * 16))
    assert service.sent()[0][2]["createDatabase"] is False


@pytest.mark.parametrize("acted", [False, True])
def test_a_lost_answer_makes_one_project(service: Service, acted: bool) -> None:
    """Whatever happens to the answer, there is exactly one project."""
    service.fail("POST", "/v1/projects", httpx.RemoteProtocolError("cut"), acted=acted)
    object_id, _ = make(service)
    assert list(service.projects) == [object_id]


def test_a_rename_is_one_patch(service: Service) -> None:
    """A rename is exactly one PATCH with the name."""
    object_id, outputs = make(service)
    live = service.live()
    after = PROJECT.update(live, object_id, outputs, declare(live, "Project", outputs, name="store"))
    assert service.sent() == [("PATCH", f"projects/{object_id}", {"name": "store"})]
    assert after == {**outputs, "name": "store"}


def test_a_replacement_never_deletes_the_project_that_it_adopted(service: Service) -> None:
    """A replacement whose create adopts the same project does not then delete it."""
    object_id, outputs = make(service)
    live = service.live()
    adopted, _ = PROJECT.create(live, declare(live, "Project", name="shop", adopt=object_id))
    PROJECT.delete(live, object_id, outputs)
    assert adopted in service.projects
    assert "kept" in service.notes[-1]


def test_adoption_renames_to_what_is_declared(service: Service) -> None:
    """An adopted project is PATCHed to its declared name."""
    there = service.project("old")
    live = service.live()
    object_id, outputs = PROJECT.create(live, declare(live, "Project", name="shop", adopt=there["id"]))
    assert (object_id, outputs["name"]) == (there["id"], "shop")
    assert service.sent() == [("PATCH", f"projects/{object_id}", {"name": "shop"})]


def test_delete_is_done_when_it_is_gone(service: Service) -> None:
    """Deleting what is gone already is done."""
    object_id, outputs = make(service)
    service.projects.clear()
    PROJECT.delete(service.live(), object_id, outputs)


def test_a_project_does_not_take_an_adopted_database_with_it(service: Service) -> None:
    """A database that this run adopted is kept, and with it the project that goes from the program."""
    object_id, outputs = make(service)
    there = service.database(object_id, "orders")
    live = service.live()
    adopted = DATABASE.create(live, declare(live, "Database", projectId=object_id, name="orders", adopt=there["id"]))
    DATABASE.delete(live, *adopted)
    with pytest.raises(errors.Refused, match="orders"):
        PROJECT.delete(live, object_id, outputs)
    assert there["id"] in service.databases


def test_a_destroy_that_failed_has_a_way_out(service: Service) -> None:
    """Where only the default database is left after a destroy that failed, the way out is one that works."""
    object_id, outputs = make(service)
    service.database(object_id, "orders", isDefault=True)
    with pytest.raises(errors.Refused, match="declare the project alone, with force_destroy=True"):
        PROJECT.delete(service.live(), object_id, outputs)


def test_a_conflict_that_is_not_ours_is_sent_once(service: Service) -> None:
    """A 409 for another reason than a lost answer is an error at once."""
    service.fail("POST", "/v1/projects", refusal(409, "quota reached"), times=-1)
    with pytest.raises(errors.Conflict, match="quota reached"):
        make(service)
    assert len(service.sent("POST")) == 1


def test_a_retry_after_beyond_the_limit_is_not_slept_through(service: Service) -> None:
    """A service that asks for an hour is an error within my time limit, also for a create."""
    service.fail("POST", "/v1/projects", refusal(503, "busy", **{"Retry-After": "3600"}), times=-1)
    slept: list[float] = []
    live = service.live()
    live.client._sleep = slept.append
    with time_limit(5), pytest.raises(errors.ServiceFailed):
        PROJECT.create(live, declare(live, "Project", name="shop"))
    assert sum(slept) < 5


def test_what_is_gone_by_the_update_is_reported(service: Service) -> None:
    """A project that another hand deleted before its update, or before its adoption, is an error that says so."""
    object_id, outputs = make(service)
    service.projects.clear()
    with pytest.raises(errors.NotReady, match="deleted in the meantime"):
        PROJECT.update(service.live(), object_id, outputs, {"name": "shop"})
    with pytest.raises(errors.InvalidInput, match="no project proj_9"):
        PROJECT.create(service.live(), {"name": "shop", "adopt": "proj_9", "logicalId": "x"})


def test_many_databases_are_counted(service: Service) -> None:
    """A project that holds many is refused with ten of their names and the number of the others."""
    object_id, outputs = make(service)
    for number in range(10):
        service.database(object_id, f"d{number}")
    with pytest.raises(errors.Refused, match=r'"d9" \([a-z0-9_]+\), which this run'):
        PROJECT.delete(service.live(), object_id, outputs)
    service.database(object_id, "d10")
    service.database(object_id, "d11")
    with pytest.raises(errors.Refused, match=r'"d9" \([a-z0-9_]+\) and 2 more, which this run'):
        PROJECT.delete(service.live(), object_id, outputs)


def test_a_guarded_deletion_says_all_of_it(service: Service) -> None:
    """The whole sentence: which project, which databases, which one is the default, and the way out for them."""
    object_id, outputs = make(service)
    first = service.database(object_id, "a", isDefault=True)["id"]
    second = service.database(object_id, "b")["id"]
    with pytest.raises(errors.Refused) as error:
        PROJECT.delete(service.live(), object_id, outputs)
    assert error.value.what == (
        f'Project "shop" ({object_id}) is not deleted: it holds database "a" ({first}), the default, database "b" '
        f"({second}), which this run was not asked to delete, and which would be destroyed with it."
    )
    assert "What to do: delete it first, or set force_destroy=True on the project" in str(error.value)


def test_ten_are_named_and_the_eleventh_is_counted(service: Service) -> None:
    """Of eleven databases ten are named."""
    object_id, outputs = make(service)
    for number in range(11):
        service.database(object_id, f"d{number}")
    with pytest.raises(errors.Refused, match=r'"d9" \([a-z0-9_]+\) and 1 more, which this run'):
        PROJECT.delete(service.live(), object_id, outputs)


def test_state_has_all_of_it(service: Service) -> None:
    """What a create records is what was declared and everything that is live."""
    object_id, outputs = make(service, region="us-east-1")
    logical_id = service.projects[object_id]["logicalId"]
    live = {"defaultRegion": "us-east-1", "workspaceId": "wksp_1", "createdAt": "2026-01-01T00:00:00Z"}
    assert outputs == {"name": "shop", "region": "us-east-1", "logicalId": logical_id, **live}


def test_what_was_deleted_is_not_asked_for_again(service: Service) -> None:
    """A project that this run deleted is known to be gone."""
    object_id, outputs = make(service)
    live = service.live()
    PROJECT.delete(live, object_id, outputs)
    service.log.clear()
    assert live.project(object_id) is None
    assert not service.log
