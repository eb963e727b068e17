"""A new object in the place of one that lives: what is refused first, then what is let through.

First the replacements, then a database under another first argument.
"""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from prisma_provider import errors
from prisma_provider.diff import UNKNOWN
from prisma_provider.handlers import check
from prisma_provider.keys import for_deletion_with_project
from prisma_provider.live import Live
from prisma_provider.live.run import working_on
from unit.calls import Had, Resource, World, entry, key, stem
from unit.service import Service, as_, handler, refusal, urn_of

ORIGINS = ("created", "adopted", "adopted-foreign", "imported", "imported-foreign")
each_origin = pytest.mark.parametrize("origin", ORIGINS)
each_kind = pytest.mark.parametrize("kind", ["Project", "Database"])


@pytest.fixture
def home(service: Service) -> str:
    """A project."""
    return str(service.project("home")["id"])


def declared(kind: str, home: str) -> dict[str, Any]:
    """What the program declares of a resource."""
    return {"name": "orders"} if kind == "Project" else {"projectId": home, "name": "orders"}


def had_before(service: Service, kind: str, home: str, origin: str) -> Had:
    """What an earlier run had of it: made by it, adopted, or imported; with no key or another tool's."""
    inputs = declared(kind, home)
    if origin == "created":
        found = Resource(service.live(), kind).create(**inputs)
    else:
        logical_id = "terraform-made" if origin.endswith("foreign") else None
        there = service.project if kind == "Project" else lambda name, **more: service.database(home, name, **more)
        object_id = there("orders", logicalId=logical_id)["id"]
        if origin.startswith("adopted"):
            found = Resource(service.live(), kind).create(**inputs, adopt=object_id)
        else:
            outputs = handler(kind).read(service.live(), object_id, {}) or {}
            found = Had(object_id, {**inputs, **({"logicalId": logical_id} if logical_id else {})}, outputs)
    service.log.clear()
    service.notes.clear()
    return found


def of_state(service: Service, kind: str, had: Had) -> Live:
    """A run of a stack that holds it as `orders`."""
    return service.live(held=[entry(kind, "orders", had)])


def lives(service: Service, had: Had) -> bool:
    """Whether it is still there."""
    return had.object_id in {**service.projects, **service.databases}


# refusals


@each_kind
@each_origin
def test_a_replacement_by_an_option_is_refused(service: Service, home: str, kind: str, origin: str) -> None:
    """`replacement_trigger` and its like: a second check without old inputs is refused, in the preview."""
    had = had_before(service, kind, home, origin)
    live = of_state(service, kind, had)
    resource = Resource(live, kind)
    resource.check(had, **declared(kind, home))
    with pytest.raises(errors.Refused, match=f'"orders" \\({had.object_id}\\) is not replaced') as error:
        resource.check(**declared(kind, home))
    for part in ("replacement_trigger", "--replace", "state taint", f"allow_replace=True on this {kind.lower()}."):
        assert part in str(error.value)
    assert error.value.what.startswith(kind)
    assert not service.sent()


@each_kind
@each_origin
def test_a_replacement_is_known_without_state(service: Service, home: str, kind: str, origin: str) -> None:
    """Where the run was shown what the resource has, by its key, its adopt= or its diff, no state is asked."""
    had = had_before(service, kind, home, origin)
    if origin == "created" and kind == "Database":  # by deleted_with the key says more
        service.databases[had.object_id]["logicalId"] = for_deletion_with_project(had.inputs["logicalId"])
    live = service.live(problem="logged out")
    resource = Resource(live, kind)
    if origin.startswith("imported"):
        resource.diff(had, **declared(kind, home))
    else:
        adopt = {"adopt": had.object_id} if origin.startswith("adopted") else {}
        resource.check(had, **declared(kind, home), **adopt)
    live.recorded = lambda: pytest.fail("state was asked")  # type: ignore[method-assign]
    with pytest.raises(errors.Refused, match="is not replaced"):
        resource.check(**declared(kind, home))


@each_kind
@each_origin
def test_a_replacement_under_another_name_is_refused(service: Service, home: str, kind: str, origin: str) -> None:
    """The same where the object goes by another name by now: the run was shown that it is a replacement."""
    had = had_before(service, kind, home, origin)
    live = of_state(service, kind, had)
    resource = Resource(live, kind)
    resource.check(had, **declared(kind, home))
    with pytest.raises(errors.Refused, match=had.object_id):
        resource.check(**{**declared(kind, home), "name": "renamed"})


@each_origin
def test_replace_and_taint_are_refused_in_the_preview(service: Service, home: str, origin: str) -> None:
    """`--replace`, `--target-replace` and `pulumi state taint` show one check without old inputs: state tells."""
    had = had_before(service, "Database", home, origin)
    resource = Resource(of_state(service, "Database", had))
    with pytest.raises(errors.Refused, match=f"{had.object_id}\\) is not replaced"):
        resource.check(**declared("Database", home))
    with pytest.raises(errors.Refused, match=f"{had.object_id}\\) is not replaced"):
        resource.check(**declared("Database", home), adopt=True)
    assert not service.sent()


@each_kind
@each_origin
@pytest.mark.parametrize("shown", [True, False])
def test_another_one_does_not_take_its_place_unasked(
    service: Service, home: str, kind: str, origin: str, shown: bool
) -> None:
    """A replacement that adopts another object in the place of the one that lives is refused just so."""
    had = had_before(service, kind, home, origin)
    other = (service.project("o") if kind == "Project" else service.database(home, "o"))["id"]
    resource = Resource(of_state(service, kind, had), kind)
    if shown:
        resource.check(had, **declared(kind, home))
    with pytest.raises(errors.Refused, match=f"{had.object_id}\\) is not replaced"):
        resource.create(**declared(kind, home), adopt=other)
    assert not service.sent()


def test_a_renamed_database_is_known_by_its_key(service: Service, home: str) -> None:
    """`--replace` of a database whose name changed in the same edit: its key says that it is this resource's."""
    had = had_before(service, "Database", home, "created")
    with pytest.raises(errors.Refused, match=f"{had.object_id}\\) is not replaced"):
        Resource(of_state(service, "Database", had)).check(projectId=home, name="renamed")


def test_the_predecessor_is_named_not_another_one(service: Service, home: str) -> None:
    """The database that would be lost is the one that is named, not another one of its name."""
    service.database(home, "orders")
    had = had_before(service, "Database", home, "created")
    service.database(home, "orders")
    live = of_state(service, "Database", had)
    Resource(live).check(had, projectId=home, name="orders")
    with pytest.raises(errors.Refused, match=f"\\({had.object_id}\\) is not replaced"):
        Resource(live).check(projectId=home, name="orders")


@each_origin
def test_a_project_is_not_replaced_by_the_up_either(service: Service, home: str, origin: str) -> None:
    """`--replace` of a project: its create is refused by what state holds."""
    had = had_before(service, "Project", home, origin)
    resource = Resource(of_state(service, "Project", had), "Project")
    news = resource.check(name="orders")
    with pytest.raises(errors.Refused, match="allow_replace=True on this project"):
        resource.made(news)
    assert not service.sent()


@each_kind
@each_origin
def test_the_old_one_is_not_deleted_where_nothing_could_tell(
    service: Service, home: str, kind: str, origin: str
) -> None:
    """Where state cannot be read, the last witness is the deletion itself: of a declared resource it is refused."""
    had = had_before(service, kind, home, origin)
    resource = Resource(service.live(problem="logged out"), kind)
    resource.check(**{**declared(kind, home), "name": "renamed"}, adopt=False)
    with pytest.raises(errors.Refused, match=f"{had.object_id}\\) is not replaced"):
        resource.delete(had)
    assert lives(service, had)
    assert not service.sent()


# let through


@each_kind
@each_origin
@pytest.mark.parametrize("shown", [True, False])
@pytest.mark.parametrize("delete_first", [True, False])
def test_an_allowed_replacement(
    service: Service, home: str, kind: str, origin: str, shown: bool, delete_first: bool
) -> None:
    """With allow_replace=True the new one is made and the old one deleted, in either order."""
    had = had_before(service, kind, home, origin)
    resource = Resource(of_state(service, kind, had), kind)
    allowed = {**declared(kind, home), "allowReplace": True}
    if shown:
        resource.check(had, **allowed)
    news = resource.check(**allowed)
    if delete_first:
        resource.delete(had)
    new = resource.made(news)
    if not delete_first:
        resource.delete(had)
    assert not lives(service, had)
    assert lives(service, new)


@each_kind
@each_origin
def test_a_predecessor_that_is_gone_is_none(service: Service, home: str, kind: str, origin: str) -> None:
    """What was deleted by hand is made again without allow_replace."""
    had = had_before(service, kind, home, origin)
    live = of_state(service, kind, had)
    (service.projects if kind == "Project" else service.databases).pop(had.object_id)
    resource = Resource(live, kind)
    assert resource.diff(had, **declared(kind, home)).of("recreate")
    assert resource.create(**declared(kind, home)).object_id != had.object_id
    resource.delete(had)


def test_a_database_that_this_run_deletes_is_no_predecessor(service: Service, home: str) -> None:
    """A default database that was deleted by this run lives on until its project goes: it is not in the way."""
    had = had_before(service, "Database", home, "created")
    service.databases[had.object_id]["isDefault"] = True
    live = of_state(service, "Database", had)
    resource = Resource(live)
    resource.delete(had)
    assert lives(service, had)
    resource.check(projectId=home, name="other", adopt=False)


@each_kind
def test_what_this_run_made_is_no_predecessor(service: Service, home: str, kind: str) -> None:
    """A check after the create of the same run does not see the object as one to be replaced."""
    live = service.live()
    made = Resource(live, kind).create(**declared(kind, home))
    Resource(live, kind).check(made, **declared(kind, home))
    Resource(live, kind).check(**declared(kind, home))


@each_kind
@each_origin
def test_an_object_that_is_adopted_again_is_not_replaced(service: Service, home: str, kind: str, origin: str) -> None:
    """A replacement that adopts the very object that it replaces loses nothing: it is let through, and kept."""
    had = had_before(service, kind, home, origin)
    resource = Resource(of_state(service, kind, had), kind)
    adopt = {**declared(kind, home), "adopt": had.object_id}
    resource.check(had, **adopt)
    assert resource.create(**adopt).object_id == had.object_id
    resource.delete(had)
    assert lives(service, had)


@each_kind
def test_another_resource_s_object_is_no_predecessor(service: Service, home: str, kind: str) -> None:
    """A new resource beside one of the same kind and name is no replacement of it."""
    had = had_before(service, kind, home, "created")
    live = of_state(service, kind, had)
    Resource(live, kind).diff(had, **declared(kind, home))
    assert Resource(live, kind, "second").create(**declared(kind, home)).object_id != had.object_id


@each_kind
def test_a_new_resource_asks_for_no_state(service: Service, home: str, kind: str) -> None:
    """What is new, and has nothing of its name or key beside it, costs no look at state."""
    (service.project("other") if kind == "Project" else service.database(home, "other"))
    service.database(home, "its", logicalId="terraform-made")
    live = service.live()
    for entry_of in list(service.databases):
        live.run.made(entry_of)
    live.recorded = lambda: pytest.fail("state was asked")  # type: ignore[method-assign]
    assert Resource(live, kind).create(**declared(kind, home))


def test_a_host_that_does_not_know_the_resource_refuses_no_replacement(service: Service, home: str) -> None:
    """Where the host cannot tell which resource is worked on, nothing can be said of its older self."""
    had = had_before(service, "Project", home, "created")
    live = of_state(service, "Project", had)
    inputs = {"name": "orders", "identity": stem("Project", "other")}
    for _ in range(2):
        assert not check(live, "Project", {}, inputs).problems
    assert handler("Project").create(live, check(live, "Project", {}, inputs).inputs)[0] != had.object_id


@pytest.mark.parametrize("kind", ["Connection", "Branch"])
def test_what_holds_no_data_is_replaced_freely(service: Service, kind: str) -> None:
    """A connection or branch is replaced by an option, or by its name, without allow_replace."""
    world = World(service)
    had = world.adopted(kind, "orders")
    resource = Resource(of_state(service, kind, had), kind)
    inputs = {**world.inputs[kind], ("gitName" if kind == "Branch" else "name"): "renamed"}
    resource.check(had, **inputs)
    assert resource.create(**inputs).object_id != had.object_id
    resource.delete(had)
    assert not world.lives(kind)


def test_a_restore_is_replaced_freely(service: Service, home: str) -> None:
    """A restore is an event: replaced by an option, it is another one."""
    had = service.database(home, "orders")["id"]
    backup = service.backup(had)
    inputs = {"databaseId": had, "backupId": backup, "confirmDatabaseName": "orders"}
    resource = Resource(service.live(), "Restore", "undo")
    made = Had(had, inputs, {})
    resource.check(made, **inputs)
    resource.create(**inputs)
    assert service.restored == [(had, backup)]


# the default flag of what is replaced


def replaced_default(service: Service, home: str, **more: Any) -> tuple[Live, Had, Had]:
    """A default database and its replacement, which is allowed: the run, the old one and the new one."""
    old = had_before(service, "Database", home, "created")
    service.databases[old.object_id]["isDefault"] = True
    live = service.live(held=[entry("Database", "orders", old)], **more)
    new = Resource(live).create(projectId=home, name="orders", allowReplace=True)
    service.log.clear()
    return live, old, new


def test_a_replaced_default_database_hands_its_flag_over(service: Service, home: str) -> None:
    """The default database that is replaced gives its flag to its successor, which is then the default, and goes."""
    live, old, new = replaced_default(service, home)
    service.database(home, "other", logicalId=key("Database", "other"))
    Resource(live).delete(old)
    assert not lives(service, old)
    assert service.databases[new.object_id]["isDefault"] is True
    assert [entry[0] for entry in service.sent()] == ["DELETE", "PATCH", "DELETE"]
    successor, before = f'database "orders" ({new.object_id})', f'database "orders" ({old.object_id})'
    assert f"{successor} gets the default flag of {before}, which it replaces." in service.notes


def test_a_flag_is_handed_over_by_the_run_after_a_kill(service: Service, home: str) -> None:
    """The run after one that was killed before the deletion knows the successor by state."""
    _, old, new = replaced_default(service, home)
    held = [entry("Database", "orders", new), entry("Database", "orders", old, replaced=True)]
    live = service.live(held=held)
    Resource(live).diff(new, projectId=home, name="orders", allowReplace=True)
    Resource(live).delete(old)
    assert not lives(service, old)
    assert service.databases[new.object_id]["isDefault"] is True


def test_no_flag_is_handed_to_a_stranger(service: Service, home: str) -> None:
    """What bears this resource's key, and neither this run nor state knows of, gets no flag; nor does one of two."""
    old = had_before(service, "Database", home, "created")
    service.databases[old.object_id]["isDefault"] = True
    service.database(home, "left", logicalId=key("Database", "orders", 9))
    Resource(of_state(service, "Database", old)).delete(old)
    assert lives(service, old)
    assert [sent[0] for sent in service.sent()] == ["DELETE"]
    service.log.clear()
    also = [service.database(home, "left", logicalId=key("Database", "orders", nonce))["id"] for nonce in (7, 8)]
    live = service.live(held=[entry("Database", "orders", each) for each in (old.object_id, *also)])
    Resource(live).delete(old)
    assert lives(service, old)
    assert not service.sent("PATCH")


def test_no_flag_is_handed_to_another_resource_s_database(service: Service, home: str) -> None:
    """The default database goes from my program, and another one of my stack stays: that one does not get the flag."""
    old = had_before(service, "Database", home, "created")
    service.databases[old.object_id]["isDefault"] = True
    other = service.database(home, "other", logicalId=key("Database", "other"))
    live = service.live(held=[entry("Database", "orders", old), entry("Database", "other", other["id"])])
    Resource(live).delete(old)
    assert lives(service, old)
    assert not service.sent("PATCH")


def test_a_flag_without_a_key_is_nobody_s(service: Service, home: str) -> None:
    """A default database with another tool's key, or none, has no successor that could be known."""
    for logical_id in (None, "terraform-made"):
        there = service.database(home, "orders", isDefault=True, logicalId=logical_id)
        other = service.database(home, "other", logicalId=logical_id)
        live = service.live(held=[entry("Database", "orders", there["id"]), entry("Database", "other", other["id"])])
        Resource(live).delete(Had(there["id"], {}, {"projectId": home}))
        assert there["id"] in service.databases
        assert not service.sent("PATCH")


@pytest.mark.parametrize("refuses", [True, False])
def test_a_flag_that_is_not_taken_is_reported(service: Service, home: str, refuses: bool) -> None:
    """Where the service refuses the successor the flag, or does not give it, the old one is kept, and both are said."""
    live, old, new = replaced_default(service, home)
    answer = httpx.Response(200, json={"data": service._show("databases", service.databases[new.object_id])})
    service.fail("PATCH", "/v1/databases/.*", refusal(422, "no flag") if refuses else answer, times=-1)
    Resource(live).delete(old)
    assert lives(service, old)
    assert f'Database "orders" ({new.object_id}) does not get the default flag' in service.notes[-2]
    assert ("no flag" if refuses else "did not apply isDefault=true") in service.notes[-2]
    assert "lives on" in service.notes[-1]


# the first argument: refusals


def recorded(service: Service, home: str, **more: Any) -> Had:
    """The database `orders`, which an earlier run made."""
    had = Resource(service.live()).create(**{"projectId": home, "name": "orders", **more})
    service.log.clear()
    service.notes.clear()
    return had


def test_another_first_argument_is_refused_with_the_alias(service: Service, home: str) -> None:
    """`Database("orders", …)` becomes `Database("sales", …)`: refused, with the alias that keeps it."""
    had = recorded(service, home)
    live = of_state(service, "Database", had)
    with pytest.raises(errors.Refused) as error:
        Resource(live, name="sales").check(projectId=home, name="orders")
    assert 'Database "sales" is new, and database "orders"' in error.value.what
    assert 'of Database "orders" has the same name, project and branch' in error.value.what
    for part in ('aliases=[pulumi.Alias(name="orders")]', "adopt=False"):
        assert part in str(error.value)
    assert not service.sent()


@pytest.mark.parametrize("branch", [{}, {"branchId": "br_1"}, {"branchId": "1"}, {"branchGitName": "main"}])
def test_the_same_branch_in_any_spelling_is_the_same(service: Service, home: str, branch: dict[str, str]) -> None:
    """A branch by id, by name, or the default database's where none is declared: the same pair."""
    main = service.branch(home, "main")["id"]
    service.branches["br_1"] = {**service.branches.pop(main), "id": "br_1"}
    had = recorded(service, home, isDefault=True, branchId="br_1")
    with pytest.raises(errors.Refused, match="is new, and database"):
        Resource(of_state(service, "Database", had), name="sales").check(projectId=home, name="orders", **branch)


def test_a_project_without_a_default_database_compares_all(service: Service, home: str) -> None:
    """Where no database is the default one, the branch of what is declared without one cannot be told: refused."""
    had = recorded(service, home, branchId="br_7")
    with pytest.raises(errors.Refused, match="is new, and database"):
        Resource(of_state(service, "Database", had), name="sales").check(projectId=home, name="orders")


def test_a_second_one_of_its_name_that_stands_first_is_refused(service: Service, home: str) -> None:
    """A new one that the program declares before the old one of its name is refused: adopt=False says two are meant."""
    had = recorded(service, home)
    live = of_state(service, "Database", had)
    with pytest.raises(errors.Refused, match="is new, and database"):
        Resource(live, name="sales").check(projectId=home, name="orders")
    live = of_state(service, "Database", had)
    Resource(live, name="sales").check(projectId=home, name="orders", adopt=False)
    assert not Resource(live).diff(had, projectId=home, name="orders")


def made_again(service: Service, home: str, had: Had, **inputs: Any) -> tuple[Live, Had]:
    """A run that could not read state, and made the database again as `sales`."""
    live = service.live(problem="logged out")
    new = Resource(live, name="sales").create(**{"projectId": home, "name": "orders", **inputs})
    service.log.clear()
    return live, new


def test_the_deletion_of_the_same_pair_is_refused(service: Service, home: str) -> None:
    """Where state could not be read the new one is made; the deletion of the old one is refused then, naming both."""
    had = recorded(service, home)
    live, new = made_again(service, home, had)
    with pytest.raises(errors.Refused, match=f'Database "sales" \\({new.object_id}\\) was made by this run') as error:
        Resource(live).delete(had)
    assert had.object_id in error.value.what
    assert 'pulumi.Alias(name="orders")' in str(error.value)
    assert not service.sent()


def test_the_alias_of_another_place_is_a_urn(service: Service, home: str) -> None:
    """A resource that moved into a component has another parent: there the alias that keeps it is its whole URN."""
    had = recorded(service, home)
    child = "urn:pulumi:dev::shop::my:index:Home$prisma:index:Database::orders"
    live = of_state(service, "Database", had)
    given = {"projectId": home, "name": "orders", "identity": stem("Database", "child")}
    with working_on(child), pytest.raises(errors.Refused) as error:
        check(live, "Database", {}, given)
    assert f'aliases=["{urn_of("Database")}"]) on Database "orders"' in str(error.value)


def test_a_project_goes_beside_a_new_database_of_its_name(service: Service, home: str) -> None:
    """What is said of a database's older self is not said of a project of the same name."""
    had = had_before(service, "Project", home, "created")
    live = of_state(service, "Project", had)
    Resource(live).create(projectId=home, name="orders")
    Resource(live, "Project").check(had, name="orders", allowReplace=True)
    Resource(live, "Project").delete(had)
    assert not lives(service, had)


# the first argument: let through


@pytest.mark.parametrize(
    ("inputs", "more"),
    [
        ({"adopt": False}, {}),
        ({"name": "invoices"}, {}),
        ({"branchId": "br_7"}, {}),
        ({"branchGitName": "new"}, {}),
    ],
)
def test_the_deletion_of_another_pair_goes_on(
    service: Service, home: str, inputs: dict[str, Any], more: dict[str, Any]
) -> None:
    """A database of another name or branch, or one that adopt=False calls another, is no older self: deleted."""
    had = recorded(service, home)
    live, _ = made_again(service, home, had, **inputs)
    Resource(live).delete(had)
    assert not lives(service, had)


def test_the_deletion_beside_a_pair_of_another_project_goes_on(service: Service, home: str) -> None:
    """A database of that name that this run made in another project is another one."""
    had = recorded(service, home)
    other = service.project("other")["id"]
    live, _ = made_again(service, home, had, projectId=other)
    Resource(live).delete(had)
    assert not lives(service, had)


def test_a_twin_that_is_gone_by_now_is_none(service: Service, home: str) -> None:
    """What this run made and another hand deleted since does not keep the old one."""
    had = recorded(service, home)
    live, new = made_again(service, home, had)
    live.drop_database(new.object_id)
    del service.databases[new.object_id]
    Resource(live).delete(had)
    assert not lives(service, had)


def test_two_that_are_meant_are_two(service: Service, home: str) -> None:
    """adopt=False says that another database is meant: no refusal and no note."""
    had = recorded(service, home)
    Resource(of_state(service, "Database", had), name="sales").check(projectId=home, name="orders", adopt=False)
    assert not service.notes


@pytest.mark.parametrize(
    "inputs",
    [{"branchId": "br_7"}, {"branchGitName": "new"}, {"branchGitName": "new", "name": "sales"}, {"branchId": UNKNOWN}],
)
def test_on_another_branch_the_preview_says_so(service: Service, home: str, inputs: dict[str, Any]) -> None:
    """I rename an Environment, and so its branch and database: the preview names what goes, with the alias."""
    had = recorded(service, home)
    new = {"projectId": home, "name": "orders", **inputs}
    Resource(of_state(service, "Database", had), name="sales").check(**new)
    (note,) = service.notes
    assert note.startswith(f'Database "sales" is new. If it is Database "orders" ({had.object_id})')
    assert 'pulumi.Alias(name="orders")' in note


def test_where_no_branch_is_declared_it_is_that_of_the_default(service: Service, home: str) -> None:
    """A database that names no branch comes beside the default one: one of its name on another branch is another."""
    service.database(home, "first", branchId="br_7")
    service.database(home, "main", isDefault=True, branchId="br_1")
    had = recorded(service, home, branchId="br_7")
    Resource(of_state(service, "Database", had), name="sales").check(projectId=home, name="orders")
    assert len(service.notes) == 1


def test_one_beside_declared_ones_asks_for_no_state(service: Service, home: str) -> None:
    """A new database beside those that this run has checked costs no look at state."""
    had = recorded(service, home, deletedWith=home)
    live = of_state(service, "Database", had)
    Resource(live).check(had, projectId=home, name="orders")
    live.recorded = lambda: pytest.fail("state was asked")  # type: ignore[method-assign]
    Resource(live, name="sales").check(projectId=home, name="sales")


def test_a_project_or_name_that_is_not_known_yet(service: Service, home: str) -> None:
    """What is not known yet cannot be compared: nothing is said."""
    had = recorded(service, home)
    for unknown in ({"projectId": UNKNOWN}, {"name": UNKNOWN}):
        given = {"projectId": home, "name": "orders", **unknown}
        Resource(of_state(service, "Database", had), name="sales").check(**given)
    assert not service.notes


def test_another_project_is_another_database(service: Service, home: str) -> None:
    """The same name in another project is another database."""
    had = recorded(service, home)
    other = service.project("other")["id"]
    service.database(other, "else")
    Resource(of_state(service, "Database", had), name="sales").check(projectId=other, name="orders")
    assert not service.notes


def test_an_adoption_by_id_is_no_new_database(service: Service, home: str) -> None:
    """The move by adopt= is not the accident."""
    had = recorded(service, home)
    live = of_state(service, "Database", had)
    Resource(live, name="sales").check(projectId=home, name="orders", adopt=had.object_id)


@each_origin
@pytest.mark.parametrize("with_diff", [True, False])
def test_an_alias_is_seen(service: Service, home: str, origin: str, with_diff: bool) -> None:
    """An alias shows the old state under the new name: a second new one of the same name is then let through."""
    had = had_before(service, "Database", home, origin)
    if origin == "imported":
        with_diff = True  # without a key or an adopt= its diff alone says what it has
    live = of_state(service, "Database", had)
    renamed = Resource(live, name="sales")
    if with_diff:
        assert not renamed.diff(had, projectId=home, name="orders").replaces()
    else:
        renamed.check(had, projectId=home, name="orders")
    Resource(live, name="third").check(projectId=home, name="orders")
    assert not service.notes


def test_one_that_was_declared_before_is_seen(service: Service, home: str) -> None:
    """A second database of the same name, declared after the first one, is let through."""
    had = had_before(service, "Database", home, "imported")
    live = of_state(service, "Database", had)
    Resource(live).check(had, projectId=home, name="orders")
    Resource(live, name="sales").check(projectId=home, name="orders")
    assert not service.notes


def test_what_no_stack_holds_is_no_older_self(service: Service, home: str) -> None:
    """A database of the same name that my state does not hold, or only has left to delete, is no older self."""
    there = service.database(home, "orders")["id"]
    Resource(service.live(), name="sales").check(projectId=home, name="orders")
    held = [entry("Database", "orders", there, replaced=True)]
    Resource(service.live(held=held), name="sales").check(projectId=home, name="orders")
    assert not service.notes


def test_what_this_run_deleted_is_no_older_self(service: Service, home: str) -> None:
    """What this run was asked to delete already, and lives on as its project's default, is not in the way."""
    had = recorded(service, home, isDefault=True)
    live = of_state(service, "Database", had)
    Resource(live).delete(had)
    service.notes.clear()
    Resource(live, name="sales").check(projectId=home, name="orders")
    assert not service.notes


def test_what_this_run_made_is_no_older_self(service: Service, home: str) -> None:
    """Two new databases of one name in one program are two."""
    live = service.live()
    one = Resource(live).create(projectId=home, name="orders")
    two = Resource(live, name="sales").create(projectId=home, name="orders")
    assert one.object_id != two.object_id
    assert not service.notes


def test_where_the_name_differs_as_well_it_is_reported(service: Service, home: str) -> None:
    """Another first argument and another name: no refusal; the preview names up to three that it may be, once."""
    had = recorded(service, home)
    more = [service.database(home, f"d{number}")["id"] for number in range(4)]
    held = [entry("Database", "orders", had), *(entry("Database", f"d{i}", each) for i, each in enumerate(more))]
    live = service.live(held=held)
    for _ in range(2):
        Resource(live, name="sales").check(projectId=home, name="sales")
    (note,) = service.notes
    shown = [f'Database "orders" ({had.object_id})', *(f'Database "d{i}" ({more[i]})' for i in range(2))]
    assert f'Database "sales" is new. If it is {", ".join(shown)} under another first argument' in note
    assert more[2] not in note


def test_a_host_that_does_not_know_the_resource_says_nothing(service: Service, home: str) -> None:
    """Where the host cannot tell which resource is new, nothing is refused."""
    had = recorded(service, home)
    live = of_state(service, "Database", had)
    given = {"projectId": home, "name": "orders", "identity": stem("Database", "sales")}
    assert not check(live, "Database", {}, given).problems
    assert not service.notes


def test_old_inputs_are_no_new_database(service: Service, home: str) -> None:
    """A check with old inputs asks nothing of all this."""
    had = recorded(service, home)
    service.database(home, "orders")
    live = service.live(held=[entry("Database", "other", had)])
    with as_("Database", "orders"):
        Resource(live).check(had, projectId=home, name="orders")
    assert not service.notes
    assert not service.log


def test_the_urn_is_what_counts(service: Service, home: str) -> None:
    """What state holds under this name is its own, whatever its key."""
    had = had_before(service, "Database", home, "imported-foreign")
    live = service.live(held=[entry("Database", "sales", had)])
    Resource(live, name="sales").check(projectId=home, name="else")
    assert live.run.holder("Database", had.object_id) is None
    assert urn_of("Database", "sales") not in "".join(service.notes)


def test_a_project_under_another_first_argument_is_refused(service: Service) -> None:
    """I change the first arguments of a project and its database: refused at the project, with the alias."""
    made = Resource(service.live(), "Project", "shop").create(name="qshop")
    live = service.live(held=[entry("Project", "shop", made)])
    service.log.clear()
    with pytest.raises(errors.Refused, match=r'same name, workspace(?s:.*)Alias\(name="shop"\)'):
        Resource(live, "Project", "store").check(name="qshop")
    assert not service.sent()
    Resource(service.live(held=[entry("Project", "shop", made)]), "Project", "store").check(name="qshop", adopt=False)
    Resource(service.live(held=[entry("Project", "shop", made)]), "Project", "store").check(name="other")
    other = service.project("other")["id"]
    live = service.live(held=[entry("Project", "shop", made)])
    assert Resource(live, "Project", "store").create(name="qshop", adopt=other).object_id == other
