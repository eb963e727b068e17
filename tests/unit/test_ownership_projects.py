"""Databases that go with their project: what stops a deletion first, then what goes.

A default database is deleted by the service only with its project, and the engine asks for no deletion of what has
`deleted_with` or `retain_on_delete`.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from prisma_provider import errors, ownership
from prisma_provider.diff import UNKNOWN
from prisma_provider.keys import deleting_since, for_deletion_with_project, is_ours, key_of
from prisma_provider.live import Live
from prisma_provider.live.intents import Intents
from prisma_provider.plugin import reading
from unit.calls import Had, Resource, entry, key
from unit.service import Service, as_, handler, refusal, urn_of

OURS, FOREIGN = key("Database", "orders", 7), "made-by-another-tool"
SHOP = urn_of("Project", "shop")
MIDNIGHT = 1767225600.0
"""2026-01-01T00:00:00Z, when everything here was made; the service's clock shows ten minutes past."""


class Killed(Exception):
    """The process ended here."""


@pytest.fixture
def shop(service: Service) -> Had:
    """A project that an earlier run made."""
    had = Resource(service.live(), "Project", "shop").create(name="shop")
    service.log.clear()
    return had


def declared(service: Service, shop: Had, name: str = "orders", **inputs: Any) -> Had:
    """A database in it, which an earlier run made."""
    had = Resource(service.live(), "Database", name).create(projectId=shop.object_id, name=name, **inputs)
    service.log.clear()
    service.notes.clear()
    return had


def delete_project(live: Live, shop: Had) -> None:
    """The engine's last call of a destroy."""
    Resource(live, "Project", "shop").delete(shop)


def destroy(live: Live, shop: Had, *databases: Had) -> None:
    """The deletions of a destroy that still has these databases in state."""
    for had in databases:
        Resource(live, "Database", had.inputs["name"]).delete(had)
    delete_project(live, shop)


def refused(service: Service, live: Live, shop: Had, *named: str) -> str:
    """The project is not deleted, and these are named: the whole message."""
    service.log.clear()
    with pytest.raises(errors.Refused, match="is not deleted: it holds") as error:
        delete_project(live, shop)
    assert all(each in str(error.value) for each in named)
    assert shop.object_id in service.projects
    assert not service.sent("DELETE")
    return str(error.value)


# what stops it


def test_a_stranger_s_database_stops_it_and_is_named_alone(service: Service, shop: Had) -> None:
    """A database that this run was not asked to delete stops the deletion; those that go anyway are not named."""
    mine = declared(service, shop, isDefault=True)
    other = service.database(shop.object_id, "precious")["id"]
    live = service.live()
    Resource(live).delete(mine)
    assert mine.object_id not in refused(service, live, shop, f'database "precious" ({other})')


def test_the_second_destroy_ends(service: Service, shop: Had) -> None:
    """A destroy that a stranger's database stopped is gone on with on another machine, once that one is away."""
    mine = declared(service, shop, isDefault=True)
    other = service.database(shop.object_id, "precious")["id"]
    live = service.live()
    with pytest.raises(errors.Refused):
        destroy(live, shop, mine)
    assert deleting_since(service.databases[mine.object_id]["logicalId"]) == MIDNIGHT + 600
    assert key_of(service.databases[mine.object_id]["logicalId"]) == mine.inputs["logicalId"]
    refused(service, service.live(), shop, other)
    del service.databases[other]
    delete_project(service.live(), shop)
    assert not service.projects


def test_a_destroy_that_was_killed_ends(service: Service, shop: Had, tmp_path: Path) -> None:
    """A destroy that was killed while the project's deletion was under way can be finished by any machine."""
    mine = declared(service, shop, isDefault=True)
    service.fail("DELETE", "/v1/projects/.*", Killed())
    with pytest.raises(Killed):
        destroy(service.live(intents=Intents(tmp_path)), shop, mine)
    assert not list(tmp_path.iterdir())  # the key says it to every machine: this one takes no note
    delete_project(service.live(), shop)
    assert not service.projects


def test_one_that_was_taken_out_of_the_program_stops_it(service: Service, shop: Had, tmp_path: Path) -> None:
    """A default database that was merely taken out lives on, and stops a destroy then and ever after."""
    mine = declared(service, shop, isDefault=True)
    intents = Intents(tmp_path)
    Resource(service.live(intents=intents)).delete(mine)
    refused(service, service.live(intents=intents), shop, mine.object_id, ", the default", "with force_destroy=True")


@pytest.mark.parametrize("made", ["2026-01-01T00:20:00Z", None, "yesterday"])
def test_one_that_was_used_again_since_stops_it(service: Service, shop: Had, made: str | None) -> None:
    """A connection that was made after the destroy that was stopped says that somebody uses the database again."""
    logical_id = for_deletion_with_project(OURS, MIDNIGHT + 600)
    mine = service.database(shop.object_id, "orders", isDefault=True, logicalId=logical_id)["id"]
    before = service.connection(mine, "web", createdAt="2026-01-01T00:10:00Z")
    later = service.connection(mine, "again", createdAt=made)
    service.connections[service.databases[mine]["defaultConnectionId"]]["createdAt"] = made  # it came with the database
    refused(service, service.live(), shop, mine)
    del service.connections[later["id"]]
    assert before["id"] in service.connections
    delete_project(service.live(), shop)
    assert not service.projects


def test_a_retained_one_stops_it(service: Service, shop: Had) -> None:
    """`retain_on_delete` means that it lives on: the project's deletion is refused while state knows it or not."""
    mine = declared(service, shop)
    retained = entry("Database", "orders", mine, retained=True)
    refused(service, service.live(held=[retained]), shop, mine.object_id)
    refused(service, service.live(), shop, mine.object_id)


def test_one_of_each_in_one_project(service: Service, shop: Had) -> None:
    """A `deleted_with` and a retained database side by side: the retained one alone is named, and stops it."""
    goes = declared(service, shop, "goes", deletedWith=shop.object_id)
    stays = declared(service, shop, "stays")
    held = [
        entry("Database", "goes", goes, deleted_with=SHOP),
        entry("Database", "stays", stays, retained=True),
    ]
    for live in (service.live(held=held), service.live()):
        assert goes.object_id not in refused(service, live, shop, stays.object_id)
    del service.databases[stays.object_id]
    delete_project(service.live(held=held), shop)
    assert not service.projects


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"retained": True},
        {"deleted_with": SHOP, "retained": True},
        {"deleted_with": urn_of("Project", "other")},
        {"deleted_with": urn_of("Database", "other")},
    ],
)
def test_what_state_holds_otherwise_stops_it(service: Service, shop: Had, more: dict[str, Any]) -> None:
    """Of what state holds, `deleted_with` of this project goes, and nothing else, whatever its key says."""
    logical_id = for_deletion_with_project(OURS)
    mine = service.database(shop.object_id, "orders", logicalId=logical_id)["id"]
    refused(service, service.live(held=[entry("Database", "orders", mine, **more)]), shop, mine)


def test_what_two_resources_hold_goes_if_both_say_so(service: Service, shop: Had) -> None:
    """An id that state holds twice goes with the project only where both resources say so."""
    mine = service.database(shop.object_id, "orders")["id"]
    goes = [entry("Database", name, mine, deleted_with=SHOP) for name in ("one", "two")]
    refused(service, service.live(held=[goes[0], entry("Database", "two", mine)]), shop, mine)
    delete_project(service.live(held=goes), shop)
    assert not service.projects


def test_what_the_program_still_declares_stops_it(service: Service, shop: Had) -> None:
    """A `deleted_with` database that moved to another project in the program, and is declared, is not deleted."""
    mine = declared(service, shop, deletedWith=shop.object_id)
    live = service.live(held=[entry("Database", "orders", mine, deleted_with=SHOP)])
    Resource(live).check(mine, **mine.inputs)
    refused(service, live, shop, mine.object_id)


def test_a_host_that_does_not_know_the_resource_takes_nothing_along(service: Service, shop: Had) -> None:
    """Where the host cannot tell which project is deleted, `deleted_with` of none is not that of this one."""
    mine = service.database(shop.object_id, "orders")["id"]
    live = service.live(held=[entry("Database", "orders", mine)])
    database = live.database(mine)
    assert database is not None
    assert not ownership.may_be_deleted_with_project(live, database)


def test_another_tool_s_database_goes_within_the_hour_on_this_machine(
    service: Service, shop: Had, tmp_path: Path
) -> None:
    """Another tool's key is never changed: a note on this machine says for an hour that the default database goes."""
    mine = service.database(shop.object_id, "orders", isDefault=True, logicalId=FOREIGN)
    had = Resource(service.live()).create(projectId=shop.object_id, name="orders", adopt=mine["id"])
    intents = Intents(tmp_path)
    service.fail("DELETE", "/v1/projects/.*", Killed())
    with pytest.raises(Killed):
        destroy(service.live(intents=intents), shop, had)
    assert mine["logicalId"] == FOREIGN
    assert not service.sent("PATCH")
    refused(service, service.live(), shop, mine["id"])
    mine["isDefault"] = False
    refused(service, service.live(intents=intents), shop, mine["id"])
    mine["isDefault"] = True
    again = service.connection(mine["id"], "again")
    refused(service, service.live(intents=intents), shop, mine["id"])
    del service.connections[again["id"]]
    default = service.connections[mine["defaultConnectionId"]]
    default["id"] = mine["defaultConnectionId"] = default["id"].removeprefix("con_")  # the service gives both forms
    (note,) = tmp_path.iterdir()
    its_name = ["deletion", "http://127.0.0.1:1", mine["id"].removeprefix("db_")]
    assert json.loads(note.read_text())["key"] == its_name  # of another version, too, that this machine may have next
    for age, goes in ((3700, False), (3500, True)):
        os.utime(note, (time.time() - age, time.time() - age))
        if not goes:
            refused(service, service.live(intents=intents), shop, mine["id"])
    delete_project(service.live(intents=intents), shop)
    assert not service.projects


def test_a_service_that_does_not_take_the_key(service: Service, shop: Had, tmp_path: Path) -> None:
    """Where the key cannot be changed, or is not, the note on this machine has to do."""
    mine = declared(service, shop, isDefault=True)
    shown = {"data": service._show("databases", service.databases[mine.object_id])}
    for number, answer in enumerate((refusal(422, "logicalId is fixed"), httpx_ok(shown))):
        folder = tmp_path / str(number)
        service.fail("PATCH", "/v1/databases/.*", answer)
        service.fail("DELETE", "/v1/projects/.*", Killed())
        with pytest.raises(Killed):
            destroy(service.live(intents=Intents(folder)), shop, mine)
        assert list(folder.iterdir())
    delete_project(service.live(intents=Intents(tmp_path / "0")), shop)
    assert not service.projects


def httpx_ok(body: Any) -> Any:
    """An answer that says yes."""
    return httpx.Response(200, json=body)


# nothing to do


def test_what_says_so_already_is_not_updated_again(service: Service, shop: Had, tmp_path: Path) -> None:
    """A key that says already that the database goes is not changed, and no note is taken of it."""
    for logical_id in (for_deletion_with_project(OURS), for_deletion_with_project(OURS, MIDNIGHT)):
        mine = service.database(shop.object_id, "orders", isDefault=True, logicalId=logical_id)
        live = service.live(intents=Intents(tmp_path))
        live.run.delete_asked(mine["id"])
        ownership.remember(live, live.databases(shop.object_id).values())
        del service.databases[mine["id"]]
    assert not service.sent()
    assert not list(tmp_path.iterdir())


def test_what_was_not_asked_for_is_not_updated(service: Service, shop: Had) -> None:
    """A stranger's database bears no sign of a destroy that it stopped."""
    service.database(shop.object_id, "precious", logicalId=OURS)
    refused(service, service.live(), shop)
    assert not service.sent()


@pytest.mark.parametrize("logical_id", [None, FOREIGN, OURS, for_deletion_with_project(OURS)])
def test_an_adoption_changes_no_key_that_names_no_deletion(service: Service, shop: Had, logical_id: str | None) -> None:
    """Adoption sends nothing for a key; only a deletion that an earlier run was asked for is taken off it."""
    mine = service.database(shop.object_id, "orders", logicalId=logical_id)
    live = service.live()
    database = live.database(mine["id"])
    assert database is not None
    assert ownership.release(live, database) is database
    assert not service.sent()


# what goes


def test_the_whole_stack_goes_by_one_list_and_one_delete(service: Service, shop: Had) -> None:
    """A `deleted_with` database costs no DELETE of its own."""
    mine = declared(service, shop, deletedWith=shop.object_id, isDefault=True)
    assert service.databases[mine.object_id]["logicalId"] == for_deletion_with_project(mine.inputs["logicalId"])
    delete_project(service.live(held=[entry("Database", "orders", mine, deleted_with=SHOP)]), shop)
    assert [each[:2] for each in service.sent()] == [("DELETE", f"projects/{shop.object_id}")]
    assert not service.projects


def test_a_deleted_with_one_goes_without_state(service: Service, shop: Had) -> None:
    """Where state has forgotten it, or cannot be read, its key says that it goes with its project."""
    mine = declared(service, shop, deletedWith=shop.object_id)
    service.connection(mine.object_id, "web", createdAt="2027-01-01T00:00:00Z")
    delete_project(service.live(problem="logged out"), shop)
    assert not service.projects


def test_force_destroy_asks_for_nothing(service: Service, shop: Had) -> None:
    """force_destroy=True takes everything along: no list, no key is changed."""
    service.database(shop.object_id, "precious")
    shop.outputs["forceDestroy"] = True
    live = service.live()
    delete_project(live, shop)
    assert [each[0] for each in service.log] == ["DELETE"]
    assert live.project(shop.object_id) is None


def test_a_database_of_no_key_gets_one(service: Service, shop: Had) -> None:
    """A default database without a key gets one of our form, so that the next machine knows what it was to become."""
    mine = service.database(shop.object_id, "orders", isDefault=True)
    had = Resource(service.live()).create(projectId=shop.object_id, name="orders", adopt=mine["id"])
    service.database(shop.object_id, "precious")
    with pytest.raises(errors.Refused):
        destroy(service.live(), shop, had)
    assert is_ours(mine["logicalId"])
    assert deleting_since(mine["logicalId"]) == MIDNIGHT + 600


def test_it_is_written_down_before_anything_is_refused_or_sent(service: Service, shop: Had) -> None:
    """The key is changed before the deletion, and after a list that began with it."""
    mine = declared(service, shop, isDefault=True)
    destroy(service.live(), shop, mine)
    assert [each[0] for each in service.sent()] == ["DELETE", "PATCH", "DELETE"]
    assert service.sent("PATCH")[0][2] == {
        "logicalId": for_deletion_with_project(mine.inputs["logicalId"], MIDNIGHT + 600)
    }
    assert not service.projects


@pytest.mark.parametrize("by", ["adopt", "import"])
def test_one_that_is_taken_over_stops_it_again(service: Service, shop: Had, tmp_path: Path, by: str) -> None:
    """A database that is adopted or imported after a destroy that was stopped bears no sign of that any more."""
    mine = declared(service, shop, isDefault=True)
    intents = Intents(tmp_path)
    service.fail("DELETE", "/v1/projects/.*", Killed())
    with pytest.raises(Killed):
        destroy(service.live(intents=intents), shop, mine)
    intents.remember("deletion", "http://127.0.0.1:1", mine.object_id.removeprefix("db_"))
    live = service.live(intents=intents)
    if by == "adopt":
        Resource(live).create(projectId=shop.object_id, name="orders", adopt=mine.object_id)
    else:
        with as_("Database"):
            reading.imported(live, "Database", mine.object_id)
    assert service.databases[mine.object_id]["logicalId"] == mine.inputs["logicalId"]
    assert not list(tmp_path.iterdir())
    seen = live.database(mine.object_id)
    assert seen is not None
    assert seen.logical_id == mine.inputs["logicalId"]
    refused(service, service.live(intents=intents), shop, mine.object_id)


def test_a_project_waits_for_what_was_deleted_just_now(service: Service, shop: Had) -> None:
    """After deletions of this run the service may take a moment to see them: its refusal is asked again."""
    mine = declared(service, shop)
    service.fail("DELETE", "/v1/projects/.*", refusal(409, "not empty yet"))
    destroy(service.live(), shop, mine)
    assert not service.projects
    again = Resource(service.live(), "Project", "shop").create(name="shop")
    service.fail("DELETE", "/v1/projects/.*", refusal(409, "not empty"))
    with pytest.raises(errors.Conflict, match="not empty"):
        delete_project(service.live(), again)


# deleted_with, in the key


def test_deleted_with_is_one_patch_either_way(service: Service, shop: Had) -> None:
    """Setting `deleted_with` writes it into the key by one PATCH, taking it away too; what is so is not sent again."""
    mine = declared(service, shop)
    logical_id = mine.inputs["logicalId"]
    withit = {"projectId": shop.object_id, "name": "orders", "deletedWith": shop.object_id.removeprefix("proj_")}
    mine = Resource(service.live()).update(mine, **withit)
    assert service.sent() == [
        ("PATCH", f"databases/{mine.object_id}", {"logicalId": for_deletion_with_project(logical_id)})
    ]
    assert mine.outputs["logicalId"] == logical_id
    assert not Resource(service.live()).diff(mine, **withit)
    service.log.clear()
    mine = Resource(service.live()).update(mine, projectId=shop.object_id, name="orders")
    assert service.sent() == [("PATCH", f"databases/{mine.object_id}", {"logicalId": logical_id})]
    assert not Resource(service.live()).diff(mine, projectId=shop.object_id, name="orders")


def test_one_that_lives_after_all_loses_the_suffix(service: Service, shop: Had) -> None:
    """A database that a destroy was to delete, and that is declared on, bears no sign of that after the next up."""
    mine = declared(service, shop)
    logical_id = mine.inputs["logicalId"]
    service.databases[mine.object_id]["logicalId"] = for_deletion_with_project(logical_id, MIDNIGHT)
    Resource(service.live()).update(mine, projectId=shop.object_id, name="orders")
    assert service.databases[mine.object_id]["logicalId"] == logical_id


@pytest.mark.parametrize("logical_id", [None, FOREIGN])
def test_a_key_that_is_not_ours_is_left(service: Service, shop: Had, logical_id: str | None) -> None:
    """Another tool's key is never changed; one that is null stays so, unless `deleted_with` has something to say."""
    there = service.database(shop.object_id, "orders", logicalId=logical_id)
    adopt = {"projectId": shop.object_id, "name": "orders", "adopt": there["id"]}
    mine = Resource(service.live()).create(**adopt)
    assert not service.sent()
    Resource(service.live()).update(mine, **adopt, deletedWith=shop.object_id)
    if logical_id:
        assert not service.sent()
    else:
        assert there["logicalId"] == for_deletion_with_project(there["logicalId"])
        assert is_ours(there["logicalId"])
        assert there["logicalId"].startswith("orders-")


def test_what_0_1_0_recorded_is_the_key_that_it_gets(service: Service, shop: Had) -> None:
    """Of what 0.1.0 adopted, state has a key and the object has none: `deleted_with` gives it that one, not another."""
    there = service.database(shop.object_id, "orders")
    adopt = {"projectId": shop.object_id, "name": "orders", "adopt": there["id"]}
    mine = Resource(service.live()).create(**adopt)
    mine.outputs["logicalId"] = mine.inputs["logicalId"]
    assert not Resource(service.live()).diff(mine, **adopt)
    mine = Resource(service.live()).update(mine, **adopt, deletedWith=shop.object_id)
    assert there["logicalId"] == for_deletion_with_project(mine.inputs["logicalId"])
    assert not Resource(service.live()).diff(mine, **adopt, deletedWith=shop.object_id)


def test_another_tool_s_key_that_is_gone_is_not_written_back(service: Service, shop: Had) -> None:
    """Where another tool's key stands in state and the object has none by now, `deleted_with` gives it one of ours."""
    there = service.database(shop.object_id, "orders", logicalId=FOREIGN)
    adopt = {"projectId": shop.object_id, "name": "orders", "adopt": there["id"]}
    mine = Resource(service.live()).create(**adopt)
    there["logicalId"] = None
    Resource(service.live()).update(mine, **adopt, deletedWith=shop.object_id)
    assert is_ours(there["logicalId"])


@pytest.mark.parametrize("unknown", ["deletedWith", "projectId"])
def test_what_is_not_known_yet_changes_no_key(service: Service, shop: Had, unknown: str) -> None:
    """In a preview a project that is not known yet writes nothing into a key."""
    mine = declared(service, shop, deletedWith=shop.object_id)
    inputs = {"projectId": shop.object_id, "name": "orders", "deletedWith": shop.object_id, unknown: UNKNOWN}
    found = Resource(service.live()).diff(mine, **inputs, allowReplace=True)
    assert "logicalId" not in [change.field for change in found.changes]


def test_deleted_with_another_object_is_not_the_project(service: Service, shop: Had) -> None:
    """`deleted_with` of something else than the database's own project says nothing of the project."""
    mine = declared(service, shop, deletedWith="proj_99")
    assert service.databases[mine.object_id]["logicalId"] == mine.inputs["logicalId"]


# what is said of a default database


def test_it_lives_on_where_its_project_does(service: Service, shop: Had) -> None:
    """A default database that is taken out lives on, and the way back is said."""
    mine = declared(service, shop, isDefault=True)
    live = service.live(held=[entry("Project", "shop", shop)])
    Resource(live, "Project", "shop").diff(shop, name="shop")
    Resource(live).delete(mine)
    assert "lives on there" in service.notes[-1]
    assert f'adopt="{mine.object_id}"' in service.notes[-1]


def test_it_does_not_live_on_where_its_project_goes(service: Service, shop: Had) -> None:
    """In a destroy of both no sentence says that it lives on."""
    mine = declared(service, shop, isDefault=True)
    live = service.live(held=[entry("Project", "shop", shop), entry("Database", "orders", mine)])
    Resource(live).delete(mine)
    title = f'database "orders" ({mine.object_id})'
    assert service.notes == [f"{title} is the default database of its project, which Prisma deletes together with it."]


def test_it_lives_on_where_the_resource_is_not_known(service: Service, shop: Had) -> None:
    """A host that cannot tell which resource it works on was shown no project, and does not say that it goes."""
    mine = declared(service, shop, isDefault=True)
    live = service.live(held=[entry("Project", "shop", shop)])
    handler("Database").delete(live, mine.object_id, mine.outputs)
    assert "lives on there" in service.notes[-1]


def test_it_lives_on_in_a_project_of_another_stack(service: Service, shop: Had) -> None:
    """A project that this stack does not hold is not deleted by it."""
    mine = declared(service, shop, isDefault=True)
    Resource(service.live(held=[entry("Database", "orders", mine)])).delete(mine)
    assert "lives on there" in service.notes[-1]
