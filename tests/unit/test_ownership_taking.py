"""Taking an object that exists, by its id: refusals first, then what changes nothing, then what is done."""

from __future__ import annotations

import pytest

from prisma_provider import errors, ownership
from prisma_provider.handlers.lookup import title
from prisma_provider.live.state import Entry, Recorded
from prisma_provider.plugin import reading
from unit.calls import Resource, World, entry, key
from unit.service import Service, as_, urn_of

KINDS = ("Project", "Database", "Branch", "Connection")
each_kind = pytest.mark.parametrize("kind", KINDS)


@pytest.fixture
def world(service: Service) -> World:
    """A project with one object of each kind; nobody holds any of them."""
    return World(service)


# refusals


@each_kind
def test_two_resources_with_one_adopt_are_refused_in_the_preview(world: World, kind: str) -> None:
    """Two resources that name one id in one program: the second is refused by its check, naming the first."""
    live = world.service.live()
    adopt = {**world.inputs[kind], "adopt": world.ids[kind]}
    Resource(live, kind, "one").check(**adopt)
    with pytest.raises(errors.Refused, match=f'is held by {kind} "one" of this stack already') as error:
        Resource(live, kind, "two").check(**adopt)
    assert 'aliases=[pulumi.Alias(name="one")]' in str(error.value)
    assert world.ids[kind] in error.value.what
    assert error.value.what[:1].isupper()
    assert not world.service.sent()


@each_kind
def test_two_resources_with_one_adopt_stay_refused_at_the_next_up(world: World, kind: str) -> None:
    """A state that holds one id twice, by whatever accident, is refused by the second diff, and not only at first."""
    first, second = world.adopted(kind, "one"), world.adopted(kind, "two")
    live = world.service.live(held=[entry(kind, "one", first), entry(kind, "two", second)])
    adopt = {**world.inputs[kind], "adopt": world.ids[kind]}
    assert not Resource(live, kind, "one").diff(first, **adopt)
    with pytest.raises(errors.Refused, match=f'is held by {kind} "one" of this stack already'):
        Resource(live, kind, "two").diff(second, **adopt)
    assert not world.service.sent()


@each_kind
def test_what_a_declared_resource_holds_is_not_adopted(world: World, kind: str) -> None:
    """adopt= of what my stack holds under another name that I still declare is refused, naming that one."""
    had = world.adopted(kind, "holder")
    live = world.service.live(held=[entry(kind, "holder", had)])
    Resource(live, kind, "holder").diff(had, **world.inputs[kind])
    with pytest.raises(errors.Refused, match=f'is held by {kind} "holder"'):
        Resource(live, kind, "taker").check(**world.inputs[kind], adopt=world.ids[kind])
    assert not world.service.sent()


@each_kind
def test_what_a_checked_resource_holds_is_not_adopted(world: World, kind: str) -> None:
    """The same where the engine has only checked the holder, and state says what it holds."""
    had = world.adopted(kind, "holder")
    live = world.service.live(held=[entry(kind, "holder", had)])
    Resource(live, kind, "holder").check(had, **world.inputs[kind])
    with pytest.raises(errors.Refused, match=f'is held by {kind} "holder"'):
        Resource(live, kind, "taker").check(**world.inputs[kind], adopt=world.ids[kind])


@each_kind
def test_a_holder_that_is_declared_further_down_is_found(world: World, kind: str) -> None:
    """The resource with adopt= may stand first in the program: the holder's own diff refuses then, in the preview."""
    had = world.adopted(kind, "holder")
    live = world.service.live(held=[entry(kind, "holder", had)])
    Resource(live, kind, "taker").check(**world.inputs[kind], adopt=world.ids[kind])
    with pytest.raises(errors.Refused, match=f'is held by {kind} "taker"'):
        Resource(live, kind, "holder").diff(had, **world.inputs[kind])
    assert not world.service.sent()


@each_kind
def test_a_holder_that_is_seen_before_the_create_is_found(world: World, kind: str) -> None:
    """A holder that an up checks between the check and the create of the one with adopt=: the create refuses."""
    had = world.adopted(kind, "holder")
    live = world.service.live(held=[entry(kind, "holder", had)])
    taker = Resource(live, kind, "taker")
    news = taker.check(**world.inputs[kind], adopt=world.ids[kind])
    Resource(live, kind, "holder").check(had, **world.inputs[kind])
    with pytest.raises(errors.Refused, match=f'is held by {kind} "holder"'):
        taker.made(news)
    assert not world.service.sent()


@each_kind
def test_an_id_is_one_with_and_without_its_prefix(world: World, kind: str) -> None:
    """adopt="db_1" and adopt="1" are one object."""
    live = world.service.live()
    Resource(live, kind, "one").check(**world.inputs[kind], adopt=world.ids[kind])
    with pytest.raises(errors.Refused, match='"one"'):
        Resource(live, kind, "two").check(**world.inputs[kind], adopt=world.ids[kind].rpartition("_")[2])


@each_kind
def test_what_another_stack_holds_is_not_adopted(world: World, kind: str) -> None:
    """What another stack of my project holds is refused, naming that stack and the line that makes it forget it."""
    theirs = urn_of(kind, "theirs", "demo")
    other = Recorded((Entry(theirs, world.ids[kind]),), stack="demo")
    live = world.service.live(others=[Recorded(stack="empty"), other])
    with pytest.raises(errors.Refused, match=f'is held by {kind} "theirs" of stack demo') as error:
        Resource(live, kind, "mine").check(**world.inputs[kind], adopt=world.ids[kind])
    assert f"pulumi state delete --stack demo '{theirs}'" in str(error.value)
    assert error.value.what[:1].isupper()
    with as_(kind, "mine"), pytest.raises(errors.Refused, match="of stack demo"):
        ownership.take_import(live, kind, world.ids[kind], f"{kind.lower()} it")
    assert not world.service.sent()


@each_kind
def test_a_resource_does_not_change_its_object(world: World, kind: str) -> None:
    """Pointing adopt= of a resource that has its object at another one does not silently do nothing."""
    had = world.adopted(kind, "orders")
    live = world.service.live()
    with pytest.raises(errors.Refused, match='adopt="x1" names another one') as error:
        Resource(live, kind).diff(had, **world.inputs[kind], adopt="x1")
    assert world.ids[kind] in error.value.what


@each_kind
def test_an_import_of_what_my_stack_holds_is_refused(world: World, kind: str) -> None:
    """`pulumi import` of what my stack holds under another name is refused: it shows no program that gave it up."""
    live = world.service.live(held=[entry(kind, "holder", world.ids[kind])])
    with as_(kind, "imported"), pytest.raises(errors.Refused, match=f'is held by {kind} "holder" of this stack'):
        reading.imported(live, kind, world.ids[kind])
    assert not world.service.sent()


@each_kind
def test_an_import_of_one_object_twice_is_refused(world: World, kind: str) -> None:
    """Two `import_=` of one id in one program: the second is refused."""
    live = world.service.live()
    with as_(kind, "one"):
        reading.imported(live, kind, world.ids[kind])
    with as_(kind, "two"), pytest.raises(errors.Refused, match=f'is held by {kind} "one"'):
        reading.imported(live, kind, world.ids[kind])


def test_a_branch_by_its_name_that_my_stack_holds_is_refused(world: World) -> None:
    """`Branch(adopt=True)` takes no branch that my stack holds under another name: refused in preview and up."""
    had = world.adopted("Branch", "holder")
    for held in ([entry("Branch", "holder", had)], []):
        live = world.service.live(held=held)
        if not held:
            Resource(live, "Branch", "holder").diff(had, **world.inputs["Branch"])
        with pytest.raises(errors.Refused, match=r'Branch "feature" .* is held by Branch "holder"'):
            Resource(live, "Branch", "taker").check(**world.inputs["Branch"], adopt=True)
    live = world.service.live(held=[entry("Branch", "holder", had)])
    news = {**world.inputs["Branch"], "adopt": True}
    with pytest.raises(errors.Refused, match='is held by Branch "holder"'):
        Resource(live, "Branch", "taker").made(news)
    assert not world.service.sent()


def test_a_leftover_is_taken_by_one_resource(service: Service) -> None:
    """What one resource adopts by its id in this run is no leftover that another one takes by adopt=True."""
    world = World(service)
    left = service.database(world.project, "left", logicalId=key("Database", "orders"))
    live = service.live()
    Resource(live, name="first").check(projectId=world.project, name="left", adopt=left["id"])
    with pytest.raises(errors.Refused, match='is held by Database "first"'):
        Resource(live).check(projectId=world.project, name="orders", adopt=True)


# nothing to do


@each_kind
def test_what_a_resource_holds_itself_is_no_conflict(world: World, kind: str) -> None:
    """adopt= may stand in the program for ever: the resource that has the object is not in its own way."""
    had = world.adopted(kind, "orders")
    live = world.service.live(held=[entry(kind, "orders", had)])
    adopt = {**world.inputs[kind], "adopt": world.ids[kind]}
    assert not Resource(live, kind).diff(had, **adopt)
    with as_(kind):
        ownership.take(live, kind, world.ids[kind], title(kind, world.ids[kind], had.outputs))
        ownership.take_import(live, kind, world.ids[kind], title(kind, world.ids[kind], had.outputs))
        ownership.refuse_held(live, kind, world.ids[kind], "it")
    assert not world.service.sent()


def test_ids_of_two_kinds_are_two_objects(service: Service) -> None:
    """A project and a database whose ids differ in their prefix alone are two objects, in this stack and another."""
    held = [entry("Project", "other", "proj_7")]
    live = service.live(held=held, others=[Recorded(tuple(held), stack="demo")])
    with as_("Project", "other"):
        assert live.run.hold("Project", "proj_7") is None
    with as_("Database"):
        ownership.take(live, "Database", "db_7", "database db_7")
        ownership.take_import(live, "Database", "db_7", "database db_7")


def test_what_waits_for_its_deletion_holds_nothing(world: World) -> None:
    """The half of a replacement that waits for its deletion (`delete: true` in state) is no second holder."""
    live = world.service.live(held=[entry("Database", "old", world.database, replaced=True)])
    with as_("Database", "imported"):
        ownership.take_import(live, "Database", world.database, "it")
        ownership.refuse_held(live, "Database", world.database, "it")


def test_a_host_that_does_not_know_the_resource_takes_all_the_same(world: World) -> None:
    """Where the host cannot tell which resource is worked on, nothing is held against it in this run."""
    live = world.service.live()
    for _ in range(2):
        ownership.take(live, "Database", world.database, "it")
    assert live.run.holder("Database", world.database) is None


# done


@each_kind
@pytest.mark.parametrize("created_first", [True, False])
def test_the_move(world: World, kind: str, created_first: bool) -> None:
    """`orders` taken out of the program and `sales` with adopt= of its object, in one up: it moves, in either order."""
    had = world.adopted(kind, "orders")
    live = world.service.live(held=[entry(kind, "orders", had)])
    sales = Resource(live, kind, "sales")
    news = sales.check(**world.inputs[kind], adopt=world.ids[kind])
    plan = f'Pulumi lists {kind} "orders" as deleted; the {kind.lower()} stays.'
    assert f"is taken over, not made. {plan}" in world.service.notes[-1]
    if created_first:
        assert sales.made(news).object_id == world.ids[kind]
    Resource(live, kind, "orders").delete(had)
    if not created_first:
        assert sales.made(news).object_id == world.ids[kind]
    assert world.lives(kind)
    assert not world.service.sent()


@each_kind
def test_what_nobody_holds_is_taken_as_it_is(world: World, kind: str) -> None:
    """adopt= of a free object takes it, and sends nothing where it is as I declare it."""
    live = world.service.live(held=["db_99"], others=[Recorded(stack="empty")])
    had = Resource(live, kind).create(**world.inputs[kind], adopt=world.ids[kind])
    assert had.object_id == world.ids[kind]
    assert not world.service.sent()


@pytest.mark.parametrize("kind", ["Project", "Database"])
@pytest.mark.parametrize("has", [None, "terraform-made", key("Database", "elsewhere")])
def test_the_key_of_an_adopted_object_is_recorded_as_it_is(world: World, kind: str, has: str | None) -> None:
    """The key that an adopted object has, null included, stands in state, and none is sent for it."""
    getattr(world.service, f"{kind.lower()}s")[world.ids[kind]]["logicalId"] = has
    had = Resource(world.service.live(), kind).create(**world.inputs[kind], adopt=world.ids[kind])
    assert had.outputs["logicalId"] == has
    assert not Resource(world.service.live(), kind).diff(had, **world.inputs[kind], adopt=world.ids[kind])
    assert not world.service.sent()
    with as_(kind, "imported"):
        seen = reading.imported(world.service.live(), kind, world.ids[kind])
    assert seen.outputs["logicalId"] == has
    assert not world.service.sent()


@each_kind
def test_an_import_of_what_nobody_holds(world: World, kind: str) -> None:
    """`pulumi import` of a free object takes it, and holds it: nobody else takes it in this run."""
    live = world.service.live()
    with as_(kind, "imported"):
        assert reading.imported(live, kind, world.ids[kind]).object_id == world.ids[kind]
    assert live.run.holder(kind, world.ids[kind]) == urn_of(kind, "imported")
