"""Deleting what may be another's: what is kept first, then what is deleted. And what was lost to another."""

from __future__ import annotations

import re
from typing import Any

import pytest

from prisma_provider import errors, ownership
from prisma_provider.handlers import check
from prisma_provider.keys import for_deletion_with_project
from unit.calls import Had, Resource, World, entry, key
from unit.service import Service, as_, handler, refusal, urn_of

KINDS = ("Project", "Database", "Branch", "Connection")
each_kind = pytest.mark.parametrize("kind", KINDS)
ORDERS, SALES, OTHER = key("Database", "orders"), key("Database", "sales"), "made-by-another-tool"


@pytest.fixture
def world(service: Service) -> World:
    """A project with one object of each kind."""
    return World(service)


def of_its_own(world: World, kind: str) -> World:
    """Where the project itself is deleted, it holds nothing."""
    if kind == "Project":
        world.service.databases.clear()
    return world


# kept


@each_kind
def test_what_another_resource_of_the_program_holds_is_kept(world: World, kind: str) -> None:
    """An id that my state holds twice is not deleted in an up that takes one of the two out, and I am told why."""
    kept, taken_out = world.adopted(kind, "kept"), world.adopted(kind, "taken-out")
    live = world.service.live(held=[entry(kind, "kept", kept), entry(kind, "taken-out", taken_out)])
    Resource(live, kind, "kept").diff(kept, **world.inputs[kind])
    Resource(live, kind, "taken-out").delete(taken_out)
    assert world.lives(kind)
    assert not world.service.sent()
    what = f'{kind.lower()} {world.ids[kind]} is kept: {kind} "kept" of this stack holds it, too.'
    assert world.service.notes == [what]


@each_kind
def test_what_another_resource_holds_by_state_alone_is_kept(world: World, kind: str) -> None:
    """`pulumi destroy --target` of one of two that hold an id shows no other resource: state tells of it."""
    had = world.adopted(kind, "one")
    live = world.service.live(held=[entry(kind, "one", had), entry(kind, "two", had)])
    Resource(live, kind, "one").delete(had)
    assert world.lives(kind)
    assert not world.service.sent()
    assert f'{kind} "two" of this stack holds it' in world.service.notes[-1]


@each_kind
def test_what_this_run_took_is_kept(world: World, kind: str) -> None:
    """A replacement of an adopted object adopts it again: the deletion of the old one does not reach it."""
    had = world.adopted(kind, "orders")
    live = world.service.live()
    again = Resource(live, kind).create(**world.inputs[kind], adopt=world.ids[kind])
    Resource(live, kind).delete(had)
    assert again.object_id == had.object_id
    assert world.lives(kind)
    assert not world.service.sent()
    assert world.service.notes[-1] == f"{kind.lower()} {world.ids[kind]} was adopted in this run: it is kept."


@each_kind
@pytest.mark.parametrize("adopts", [True, False])
def test_what_a_resource_took_again_is_kept_by_the_next_run(world: World, kind: str, adopts: bool) -> None:
    """I replaced it with `adopt=` of its own object and the run was killed: the next up keeps it, `adopt=` or not."""
    had = world.adopted(kind, "orders")
    live = world.service.live(held=[entry(kind, "orders", had, replaced=True), entry(kind, "orders", had)])
    orders = Resource(live, kind)
    orders.diff(had, **world.inputs[kind], **({"adopt": world.ids[kind]} if adopts else {}))
    orders.delete(had)
    assert world.lives(kind)
    assert not world.service.sent()
    assert "its resource took it again when it was replaced" in world.service.notes[-1]


def test_a_kept_database_keeps_its_project(world: World) -> None:
    """What another resource holds is not deleted with the project either: it is named, and nothing is sent."""
    had = world.adopted("Database", "one")
    live = world.service.live(held=[entry("Database", "one", had), entry("Database", "two", had)])
    Resource(live, "Database", "one").delete(had)
    with pytest.raises(errors.Refused, match=had.object_id):
        Resource(live, "Project", "shop").delete(Had(world.project, {}, {"name": "shop"}))
    assert world.lives("Database")


def test_a_database_that_was_lost_to_another_is_left_alone(world: World) -> None:
    """A database that another resource took over, with its own key, is not deleted by the one that had it."""
    world.service.databases[world.database]["logicalId"] = SALES
    live = world.service.live()
    Resource(live).delete(Had(world.database, {}, {"projectId": world.project, "logicalId": ORDERS}))
    assert world.lives("Database")
    assert not world.service.sent()
    title = f'database "orders" ({world.database})'
    assert world.service.notes == [f"{title} is left alone: another resource has taken it over ({SALES})."]
    with pytest.raises(errors.Refused, match=world.database):
        Resource(live, "Project", "shop").delete(Had(world.project, {}, {"name": "shop"}))


def test_a_database_that_was_lost_to_another_is_not_changed(world: World) -> None:
    """Nor is it compared, renamed or given back: the preview refuses, and says how to take it again."""
    made = Resource(world.service.live()).create(**world.inputs["Database"])
    world.service.databases[made.object_id]["logicalId"] = SALES
    world.forget()
    for call in (Resource(world.service.live()).diff, Resource(world.service.live()).update):
        with pytest.raises(
            errors.Refused, match=f"another one has taken it over, and gave it the key {SALES}"
        ) as error:
            call(made, projectId=world.project, name="renamed")
        assert f"pulumi state delete '{urn_of('Database')}'" in str(error.value)
        assert f'adopt="{made.object_id}"' in str(error.value)
    with pytest.raises(errors.Refused, match="pulumi state delete 'URN'"):
        handler("Database").diff(world.service.live(), made.object_id, made.outputs, made.inputs)
    seen = handler("Database").read(world.service.live(), made.object_id, made.outputs)
    assert seen is not None
    assert seen["logicalId"] == made.outputs["logicalId"]  # a refresh does not make it ours again
    assert not world.service.sent()


def test_a_database_that_the_service_does_not_let_go_of_is_an_error(world: World) -> None:
    """A 403 for another one than the default database means no access: an error, and the database stays in state."""
    had = world.adopted("Database", "orders")
    world.service.fail("DELETE", "/v1/databases/.*", refusal(403, "no access"))
    with pytest.raises(errors.Forbidden, match="no access"):
        Resource(world.service.live()).delete(had)


# deleted


@each_kind
def test_what_one_resource_holds_is_deleted_without_a_word(world: World, kind: str) -> None:
    """What only the deleted resource holds is deleted by one DELETE."""
    had = of_its_own(world, kind).adopted(kind, "orders")
    live = world.service.live(held=[entry(kind, "orders", had), entry(kind, "other", "x_99")])
    Resource(live, kind).delete(had)
    assert not world.lives(kind)
    assert [method for method, _, _ in world.service.sent()] == ["DELETE"]
    assert not world.service.notes


@each_kind
def test_a_destroy_of_both_deletes_with_the_second(world: World, kind: str) -> None:
    """A destroy of everything deletes an id that two resources hold, once: with the second of them."""
    had = of_its_own(world, kind).adopted(kind, "one")
    live = world.service.live(held=[entry(kind, "one", had), entry(kind, "two", had)])
    Resource(live, kind, "one").delete(had)
    assert world.lives(kind)
    Resource(live, kind, "two").delete(had)
    assert not world.lives(kind)
    assert [method for method, _, _ in world.service.sent()] == ["DELETE"]


def test_of_two_that_are_deleted_at_once_one_deletes(world: World) -> None:
    """Two deletions of one id at the same time: whichever looks first, the object does not stay behind unowned."""
    had = world.adopted("Database", "one")
    live = world.service.live(held=[entry("Database", "one", had), entry("Database", "two", had)])
    is_deleting = live.run.is_deleting

    def look_and_be_late(urn: str) -> bool:
        seen = is_deleting(urn)
        live.run.is_deleting = is_deleting  # type: ignore[method-assign]
        Resource(live, "Database", "two").delete(had)
        return seen

    live.run.is_deleting = look_and_be_late  # type: ignore[method-assign]
    Resource(live, "Database", "one").delete(had)
    assert not world.lives("Database")


@each_kind
def test_state_that_cannot_be_read_does_not_stop_a_deletion(world: World, kind: str) -> None:
    """Without the CLI on PATH deletions go on as ever, with one note a run that says what could not be looked up."""
    had = of_its_own(world, kind).adopted(kind, "orders")
    live = world.service.live(problem="there is no `pulumi` on PATH")
    Resource(live, kind).delete(had)
    assert not world.lives(kind)
    Resource(live, kind, "gone").delete(had)
    (note,) = [each for each in world.service.notes if "transferred" not in each]
    assert "cannot be read (there is no `pulumi` on PATH)" in note
    assert "could not be looked up" in note


@each_kind
def test_a_readable_state_says_nothing(world: World, kind: str) -> None:
    """A state without entries is read, and says nothing."""
    Resource(of_its_own(world, kind).service.live(), kind).delete(world.adopted(kind, "orders"))
    assert not world.service.notes
    assert not world.lives(kind)


def test_the_half_of_a_replacement_is_no_second_holder(world: World) -> None:
    """What a killed replacement left to be deleted (`delete: true`) is deleted, though it stands in state twice."""
    had = world.adopted("Database", "orders")
    held = [entry("Database", "two", had, replaced=True), entry("Database", "orders", had)]
    Resource(world.service.live(held=held)).delete(had)
    assert not world.lives("Database")


def test_a_restore_holds_no_database(world: World) -> None:
    """A restore goes by its database's id in state, and does not keep it."""
    had = world.adopted("Database", "orders")
    Resource(world.service.live(held=[entry("Restore", "undo", world.database)])).delete(had)
    assert not world.lives("Database")


def test_a_host_that_does_not_know_the_resource_deletes(world: World) -> None:
    """Where the host cannot tell which resource is deleted, state cannot say whether another one holds it."""
    had = world.adopted("Database", "orders")
    live = world.service.live(held=[entry("Database", "orders", had)])
    check(live, "Database", had.inputs, had.inputs)
    handler("Database").delete(live, had.object_id, had.outputs)
    assert not world.lives("Database")
    assert not world.service.notes


def test_a_resource_that_this_run_showed_is_deleted(world: World) -> None:
    """A resource that the run compared and then deletes is its own holder, and nobody else's."""
    had = world.adopted("Connection", "orders")
    live = world.service.live(held=[entry("Connection", "orders", had)])
    Resource(live, "Connection").diff(had, **world.inputs["Connection"])
    Resource(live, "Connection").delete(had)
    assert not world.lives("Connection")


@pytest.mark.parametrize(
    ("recorded", "seen"),
    [
        (None, SALES),
        (OTHER, SALES),
        (ORDERS, None),
        (ORDERS, OTHER),
        (ORDERS, ORDERS),
        (ORDERS, for_deletion_with_project(ORDERS)),
        (ORDERS, for_deletion_with_project(ORDERS, 1.0)),
        (for_deletion_with_project(ORDERS), ORDERS),
    ],
)
def test_what_was_not_lost_is_changed_and_deleted(world: World, recorded: str | None, seen: str | None) -> None:
    """Only a key of our form in the place of one of our form says that another resource took it: nothing else does."""
    had = world.adopted("Database", "orders")
    had.outputs["logicalId"] = recorded
    world.service.databases[world.database]["logicalId"] = seen
    Resource(world.service.live()).update(had, projectId=world.project, name="renamed")
    assert world.service.databases[world.database]["name"] == "renamed"
    Resource(world.service.live()).delete(had)
    assert not world.lives("Database")


@pytest.mark.parametrize(
    ("recorded", "seen", "stands"),
    [
        (None, None, None),
        (ORDERS, None, ORDERS),
        (OTHER, None, OTHER),
        (ORDERS, SALES, ORDERS),
        (None, SALES, SALES),
        (OTHER, SALES, SALES),
        (ORDERS, OTHER, OTHER),
        (None, OTHER, OTHER),
        (ORDERS, for_deletion_with_project(ORDERS, 1.0), ORDERS),
        (None, for_deletion_with_project(ORDERS), ORDERS),
    ],
)
def test_the_key_that_state_records(recorded: str | None, seen: str | None, stands: str | None) -> None:
    """State has the object's key as it is live, without what it says of a deletion, unless it was lost to another."""
    inputs: dict[str, Any] = {} if recorded is None else {"logicalId": recorded}
    assert ownership.recorded_key(inputs, seen) == stands


def test_a_deletion_that_found_nothing_is_done(world: World) -> None:
    """What is gone already is done, for each kind; and a project may go whose database went so."""
    had = world.adopted("Database", "orders")
    world.service.databases.clear()
    live = world.service.live()
    Resource(live).delete(had)
    assert live.run.was_delete_asked(world.database)
    with as_("Project", "shop"):
        handler("Project").delete(live, world.project, {"name": "shop"})
    assert not world.service.projects


@pytest.mark.parametrize(
    ("kind", "lie"),
    [
        ("Database", {"projectId": "proj_other"}),
        ("Database", {"createdAt": "2001-01-01T00:00:00Z"}),
        ("Connection", {"createdAt": "2001-01-01T00:00:00Z"}),
        ("Connection", {"databaseId": "db_other"}),
        ("Branch", {"projectId": "proj_other"}),
        ("Branch", {"gitName": "another"}),
    ],
)
def test_an_id_of_another_object_is_not_deleted(world: World, kind: str, lie: dict[str, str]) -> None:
    """A response gave the id of another object, which state holds now: its deletion is refused, and it lives."""
    had = world.adopted(kind, "orders")
    recorded = Had(had.object_id, had.inputs, {**had.outputs, **lie})
    (name, value), *_ = lie.items()
    says = f"its {name} is {had.outputs[name]}, and state says {value}. The id in state is that of another object"
    with pytest.raises(errors.Refused, match=re.escape(says)):
        Resource(world.service.live(), kind).delete(recorded)
    assert world.lives(kind)
    assert not world.service.sent()


@pytest.mark.parametrize("kind", ["Database", "Connection", "Branch"])
def test_what_state_does_not_say_is_not_compared(world: World, kind: str) -> None:
    """State that lacks the time of creation, or holds one that is no time, does not keep an object from deletion."""
    had = world.adopted(kind, "orders")
    belongs = "databaseId" if kind == "Connection" else "projectId"
    unsaid = {"createdAt": "some day" if kind == "Database" else None, belongs: None}
    Resource(world.service.live(), kind).delete(Had(had.object_id, had.inputs, {**had.outputs, **unsaid}))
    assert not world.lives(kind)
