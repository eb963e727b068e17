"""What an interrupted run left behind: refusals first, then what is left alone, then what is taken.

And whose a branch is that was there before.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from prisma_provider import errors
from prisma_provider.keys import for_deletion_with_project, key_of
from prisma_provider.live import Live
from prisma_provider.live.intents import Intents
from prisma_provider.live.state import Entry, Recorded
from unit.calls import Resource, entry, key
from unit.service import Service, handler, urn_of

LEFT = key("Database", "orders", 7)
LATER = "Thu, 01 Jan 2026 01:00:00 GMT"
EARLIER = "Thu, 01 Jan 2026 00:50:00 GMT"
"""By the service's clock, an object of this file was made at midnight of that day."""


class Killed(Exception):
    """The process ended here."""


@pytest.fixture
def home(service: Service) -> str:
    """A project."""
    return str(service.project()["id"])


def left(service: Service, home: str, **more: Any) -> str:
    """A database with a key of the resource `orders`, of which no state knows."""
    return str(service.database(home, "orders", **{"logicalId": LEFT, **more})["id"])


def take(service: Service, live: Live, home: str, **inputs: Any) -> str:
    """What the resource `orders` has after an up, checked and created."""
    service.log.clear()
    return Resource(live).create(projectId=home, name="orders", **inputs).object_id


def names(folder: Path) -> list[Any]:
    """The names of the notes on this machine."""
    return [json.loads(file.read_text())["key"] for file in folder.iterdir()]


# refusals


def test_it_is_named_before_anything_is_made(service: Service, home: str) -> None:
    """A leftover is named in the preview, with the causes and every way out; nothing is made."""
    there = left(service, home)
    with pytest.raises(errors.Refused, match=f'made database "orders" \\({there}\\) before') as error:
        take(service, service.live(), home)
    for part in (
        "interrupted",
        "the stack was renamed",
        "keeps its state elsewhere",
        "declare adopt=True to take it over",
        "adopt=False",
    ):
        assert part in str(error.value)
    assert not service.sent()


def test_several_are_named_with_an_id(service: Service, home: str) -> None:
    """Of several leftovers adopt=True would take any: the way out is the id of one."""
    one, two = left(service, home), left(service, home, logicalId=key("Database", "orders", 8))
    for adopt in (None, True):
        with pytest.raises(errors.Refused, match=f'{one}\\), database "orders" \\({two}') as error:
            take(service, service.live(), home, adopt=adopt)
        assert f'adopt="{one}" (or another of them)' in str(error.value)
    assert take(service, service.live(), home, adopt=two) == two


def test_one_with_a_connection_is_in_use(service: Service, home: str) -> None:
    """Without proof, a database with a connection beside its default one is somebody's: the way out is its id."""
    there = left(service, home)
    service.connection(there, "web")
    with pytest.raises(errors.Refused, match='may be another\'s: it has connection "web"') as error:
        take(service, service.live(), home, adopt=True)
    assert f'adopt="{there}"' in str(error.value)
    assert "adopt=False" in str(error.value)
    assert "renamed or keeps its state elsewhere" in str(error.value)
    assert error.value.what.startswith("Database")
    assert not service.sent()


def test_one_that_is_old_is_no_leftover_of_the_run_before(service: Service, home: str) -> None:
    """Without proof, what is older than an hour by the service's own clock is refused; ten minutes less is taken."""
    there = left(service, home)
    service.now = LATER
    with pytest.raises(errors.Refused, match=r"may be another's: it is older than an hour\. Its key"):
        take(service, service.live(), home, adopt=True)
    service.now = EARLIER
    assert take(service, service.live(), home, adopt=True) == there


@pytest.mark.parametrize(("now", "created"), [("", "2026-01-01T00:00:00Z"), (EARLIER, None), (EARLIER, "yesterday")])
def test_one_whose_age_is_not_known_is_old(service: Service, home: str, now: str, created: str | None) -> None:
    """A service that tells no time, or an object without one, is no sign that it is young."""
    there = left(service, home)
    service.databases[there]["createdAt"] = created
    service.now = now
    with pytest.raises(errors.Refused, match="older than an hour"):
        take(service, service.live(), home, adopt=True)


def test_one_that_another_stack_holds_is_another_s(service: Service, home: str) -> None:
    """The stack was renamed and a new one has its old name: what the renamed one holds is refused, and it is named."""
    there = left(service, home)
    demo = Recorded((Entry(urn_of("Database", "orders", "demo"), there),), stack="demo")
    with pytest.raises(errors.Refused, match="stack demo holds it"):
        take(service, service.live(others=[Recorded(stack="x"), demo]), home, adopt=True)
    assert not service.sent()


def test_without_state_nothing_is_proof(service: Service, home: str) -> None:
    """A state that cannot be read is not one that holds nothing: refused, saying why it could not be."""
    left(service, home)
    with pytest.raises(errors.Refused, match=r"cannot be read \(logged out\)"):
        take(service, service.live(problem="logged out"), home, adopt=True)


@pytest.mark.parametrize("begun", [key("Database", "orders", 6), key("Database", "sales", 7)])
def test_a_creation_of_another_key_is_no_proof(service: Service, home: str, tmp_path: Path, begun: str) -> None:
    """That state and this machine saw another creation begin proves nothing for this one."""
    left(service, home)
    service.now = LATER
    intents = Intents(tmp_path)
    intents.remember("creation", "http://127.0.0.1:1", begun)
    with pytest.raises(errors.Refused, match="older than an hour"):
        take(service, service.live(begun=[begun_as(home, begun)], intents=intents), home, adopt=True)


def begun_as(home: str, logical_id: str, kind: str = "Database") -> Entry:
    """A creation that state saw only begin."""
    return Entry(urn_of(kind), "", {"projectId": home, "name": "orders", "logicalId": logical_id})


def test_a_project_that_holds_databases_is_in_use(service: Service) -> None:
    """Without proof, a project with a database in it is somebody's."""
    there = service.project("shop", logicalId=key("Project", "shop", 7))["id"]
    service.database(there, "precious")
    with pytest.raises(errors.Refused, match=r"may be another's: it holds databases\. Its key"):
        Resource(service.live(), "Project", "shop").create(name="shop", adopt=True)
    service.databases.clear()
    assert Resource(service.live(), "Project", "shop").create(name="shop", adopt=True).object_id == there


# left alone


def test_adopt_false_makes_another_one(service: Service, home: str) -> None:
    """adopt=False leaves it alone, says so, and makes another database."""
    there = left(service, home)
    assert take(service, service.live(), home, adopt=False) != there
    assert f'database "orders" ({there}) is left alone, as adopt=False says: another one is made.' in service.notes


@pytest.mark.parametrize("has", [None, "made-by-another-tool", key("Database", "sales"), LEFT])
def test_what_is_no_leftover_is_left_alone(service: Service, home: str, has: str | None) -> None:
    """What has no key of mine, or that my state holds, under whatever name, is not in the way of a new database."""
    there = left(service, home, logicalId=has)
    live = service.live(held=[entry("Database", "moved", there)] if has == LEFT else [])
    for adopt in (None, True):
        assert Resource(live).check(projectId=home, name="other", adopt=adopt)["name"] == "other"
    assert not service.sent()
    assert not service.notes or "under another first argument" in service.notes[0]


def test_what_a_resource_of_this_run_goes_by_is_no_leftover(service: Service, home: str) -> None:
    """A resource that was renamed in the program keeps its key: the new one of its old name does not see a leftover."""
    made = Resource(service.live()).create(projectId=home, name="orders")
    service.databases[made.object_id]["logicalId"] = for_deletion_with_project(made.inputs["logicalId"])
    live = service.live()
    Resource(live, name="renamed").check(made, projectId=home, name="orders")
    assert Resource(live).create(projectId=home, name="orders").object_id != made.object_id


def test_an_interrupted_creation_of_another_resource_is_not_mine(service: Service, home: str) -> None:
    """My state saw the creation of `sales` begin: a new database of another name does not take what it made."""
    sales = key("Database", "sales")
    there = service.database(home, "sales", logicalId=sales)["id"]
    begun = [{"projectId": home, "name": "sales", "logicalId": sales}]
    assert take(service, service.live(begun=begun), home, adopt=True) != there
    assert len(service.sent()) == 1


def test_a_creation_without_a_key_proves_nothing_of_what_has_none(service: Service, home: str) -> None:
    """A database without a key is nobody's leftover, though state saw a creation without a key begin."""
    there = service.database(home, "orders")["id"]
    assert take(service, service.live(begun=[{"projectId": home, "name": "orders"}]), home) != there


def test_what_this_run_makes_beside_it_is_no_leftover(service: Service, home: str) -> None:
    """Two databases of one name in one program: state shows the first as begun, and it is not in the other's way."""
    sales = Resource(service.live(), name="sales").check(projectId=home, name="orders")
    live = service.live(begun=[sales])
    made = Resource(live, name="sales").made(Resource(live, name="sales").check(projectId=home, name="orders"))
    assert service.databases[made.object_id]["logicalId"] == sales["logicalId"]
    assert Resource(live).create(projectId=home, name="orders").object_id != made.object_id


def test_a_key_of_no_resource_matches_nothing(service: Service, home: str) -> None:
    """An object with another tool's key is no leftover, whatever key this resource has."""
    left(service, home, logicalId="made-by-another-tool")
    live = service.live()
    news = Resource(live).check(projectId=home, name="orders")
    made = Resource(live).made({**news, "logicalId": "also-not-ours"})
    assert made.outputs["logicalId"] == "also-not-ours"


# taken


def test_a_young_one_without_any_sign_of_an_owner_is_taken(service: Service, home: str) -> None:
    """What was made just now and nobody uses may be taken by a preview without proof; it is said, and not POSTed."""
    there = left(service, home)
    service.databases[there]["defaultConnectionId"] = service.databases[there]["defaultConnectionId"].removeprefix(
        "con_"
    )
    other = Recorded((entry("Database", "else", "db_99"), Entry(urn_of("Project"), there)), stack="demo")
    assert take(service, service.live(others=[other]), home, adopt=True) == there
    assert not service.sent("POST")
    said = "was made by an interrupted run of this resource and is used again."
    assert f'database "orders" ({there}) {said}' in service.notes


@pytest.mark.parametrize("deleted_with", [False, True])
def test_proof_by_state(service: Service, home: str, deleted_with: bool) -> None:
    """A creation with exactly its key that my state saw only begin is proof: it is taken, old and in use as it is."""
    there = left(service, home, logicalId=for_deletion_with_project(LEFT) if deleted_with else LEFT)
    service.connection(there, "web")
    service.now = LATER
    assert take(service, service.live(begun=[begun_as(home, LEFT)]), home, adopt=True) == there


@pytest.mark.parametrize("deleted_with", [False, True])
def test_a_leftover_from_before_the_stack_was_renamed(service: Service, home: str, deleted_with: bool) -> None:
    """My run was killed amid a creation, and I renamed the stack: the database is named, and adopt=True takes it."""
    earlier = key("Database", "as-the-stack-was-called")
    there = left(service, home, logicalId=for_deletion_with_project(earlier) if deleted_with else earlier)
    another = service.live(begun=[begun_as(home, key("Database", "another"))])
    assert take(service, another, home) != there
    service.databases = {there: service.databases[there]}
    begun = [begun_as(home, earlier)]
    with pytest.raises(errors.Refused, match=there):
        take(service, service.live(begun=begun), home)
    assert not service.sent("POST")
    assert take(service, service.live(begun=begun), home, adopt=True) == there
    assert take(service, service.live(), home) != there


@pytest.mark.parametrize("deleted_with", [{}, {"deletedWith": "the project"}])
def test_proof_by_a_note_on_this_machine(
    service: Service, home: str, tmp_path: Path, deleted_with: dict[str, str]
) -> None:
    """What a run of this machine asked for and saw no answer to is taken by the next one, whatever its age."""
    intents = Intents(tmp_path)
    more = {"deletedWith": home} if deleted_with else {}
    service.fail("POST", "/v1/databases", Killed(), acted=True)
    with pytest.raises(Killed):
        take(service, service.live(intents=intents), home, **more)
    (made,) = service.databases.values()
    assert names(tmp_path) == [["creation", "http://127.0.0.1:1", key_of(made["logicalId"])]]
    (there,) = service.databases
    service.connection(there, "web")
    service.now = LATER
    with pytest.raises(errors.Refused, match="may be another's"):
        take(service, service.live(), home, adopt=True, **more)
    assert take(service, service.live(intents=intents), home, adopt=True, **more) == there
    with pytest.raises(errors.Refused, match="may be another's"):  # the stack was renamed since, and a new one came up
        take(service, service.live(intents=intents), home, adopt=True, **more)


def test_a_creation_that_was_answered_leaves_no_note(service: Service, home: str, tmp_path: Path) -> None:
    """A creation that was answered, or refused, is crossed out on this machine: only one without an end is proof."""
    intents = Intents(tmp_path)
    take(service, service.live(intents=intents), home)
    assert not list(tmp_path.iterdir())
    service.fail("POST", "/v1/projects", httpx.Response(409, json={"error": {"message": "no"}}))
    with pytest.raises(errors.Conflict):
        Resource(service.live(intents=intents), "Project", "shop").create(name="shop")
    service.fail("POST", "/v1/projects", httpx.Response(422, json={"error": {"message": "no"}}))
    with pytest.raises(errors.Rejected):
        Resource(service.live(intents=intents), "Project", "shop").create(name="shop")
    assert not list(tmp_path.iterdir())


def test_proof_counts_for_a_project(service: Service) -> None:
    """A project whose creation my state saw begin is taken, databases and age as they are."""
    logical_id = key("Project", "shop", 7)
    there = service.project("shop", logicalId=logical_id)["id"]
    service.database(there, "precious")
    service.now = LATER
    live = service.live(begun=[Entry(urn_of("Project", "shop"), "", {"logicalId": logical_id})])
    had = Resource(live, "Project", "shop").create(name="shop", adopt=True)
    assert (had.object_id, had.outputs["logicalId"]) == (there, logical_id)
    assert not service.sent()


def test_a_project_that_was_taken_is_no_leftover_any_more(service: Service, tmp_path: Path) -> None:
    """A note of this machine proves one taking: a stack that was renamed since does not lose its project by it."""
    logical_id, intents = key("Project", "shop", 7), Intents(tmp_path)
    service.project("shop", logicalId=logical_id)
    service.now = LATER
    intents.remember("creation", "http://127.0.0.1:1", logical_id)
    Resource(service.live(intents=intents), "Project", "shop").create(name="shop", adopt=True)
    with pytest.raises(errors.Refused, match="older than an hour"):
        Resource(service.live(intents=intents), "Project", "shop").create(name="shop", adopt=True)


def test_without_a_leftover_adopt_true_makes_one(service: Service, home: str) -> None:
    """adopt=True may stand in the program from the start: where nothing was left behind, one is made."""
    made = take(service, service.live(), home, adopt=True)
    assert list(service.databases) == [made]


# branches, which have no key


@pytest.fixture
def feature(service: Service, home: str) -> str:
    """A branch that was there before."""
    service.branch(home, "main")
    return str(service.branch(home, "feature")["id"])


def branch(live: Live, home: str, **inputs: Any) -> Any:
    """A branch of that name in a stack."""
    return Resource(live, "Branch", "feature").create(**{"projectId": home, "gitName": "feature", **inputs})


def test_a_branch_that_nobody_here_made_is_used_and_stays(service: Service, home: str, feature: str) -> None:
    """adopt=True of a branch that was there before uses it: the destroy leaves it, after updates and refreshes too."""
    had = branch(service.live(), home, adopt=True)
    assert had.object_id == feature
    assert had.outputs["owned"] is False
    had = Resource(service.live(), "Branch", "feature").update(had, projectId=home, gitName="feature", isDefault=True)
    service.branches[feature]["isDefault"] = False
    seen = handler("Branch").read(service.live(), feature, had.outputs)
    assert seen is not None
    assert seen["owned"] is False
    service.log.clear()
    Resource(service.live(), "Branch", "feature").delete(had)
    assert feature in service.branches
    assert not service.sent()
    assert service.notes[-1] == f'branch "feature" ({feature}) was there before this stack used it: it stays.'


def test_a_branch_by_its_id_is_mine(service: Service, home: str, feature: str) -> None:
    """adopt="br_…" is my word: the branch is this stack's, and goes with it."""
    had = branch(service.live(), home, adopt=feature)
    assert "owned" not in had.outputs
    Resource(service.live(), "Branch", "feature").delete(had)
    assert feature not in service.branches


def test_a_branch_of_an_interrupted_run_is_mine(service: Service, home: str, feature: str) -> None:
    """A branch whose creation my state saw only begin is mine; one of another name or project is not."""
    begun = {"projectId": home.removeprefix("proj_"), "gitName": "feature"}
    assert "owned" not in branch(service.live(begun=[begun]), home, adopt=True).outputs
    for other in ({**begun, "gitName": "other"}, {**begun, "projectId": "proj_99"}):
        assert branch(service.live(begun=[other]), home, adopt=True).outputs["owned"] is False


def test_a_creation_of_this_run_is_no_interrupted_one(service: Service, home: str, feature: str) -> None:
    """The engine writes my own creation into state before it begins: that one proves nothing."""
    begun = [{"projectId": home, "gitName": "feature"}]
    live = service.live(begun=begun)
    with live.run.under_way("branch", home.removeprefix("proj_"), "feature"):
        live.recorded()
    assert branch(live, home, adopt=True).outputs["owned"] is False
    news = Resource(service.live(), "Branch", "feature").check(projectId=home, gitName="feature", adopt=True)
    assert Resource(service.live(begun=begun), "Branch", "feature").made(news).outputs["owned"] is False


def test_a_branch_of_this_machine_s_note_is_mine(service: Service, home: str, tmp_path: Path) -> None:
    """A branch that a run of this machine asked for when it was killed is mine; one of another name is not."""
    service.branch(home, "main")
    intents = Intents(tmp_path)
    service.fail("POST", "/v1/projects/.*/branches", Killed(), acted=True)
    with pytest.raises(Killed):
        branch(service.live(intents=intents), home)
    # The next run may be one of a newer version: the names of notes stay.
    assert names(tmp_path) == [["branch", "http://127.0.0.1:1", home.removeprefix("proj_"), "feature"]]
    assert branch(service.live(), home, adopt=True).outputs["owned"] is False
    assert "owned" not in branch(service.live(intents=intents), home, adopt=True).outputs
    assert branch(service.live(intents=intents), home, adopt=True).outputs["owned"] is False  # it was recorded once
    service.branch(home, "other")
    other = Resource(service.live(intents=intents), "Branch", "other")
    assert other.create(projectId=home, gitName="other", adopt=True).outputs["owned"] is False


def test_a_branch_that_a_database_of_this_run_made_is_mine(service: Service, home: str) -> None:
    """A branch that this run made for a database that names it, and that a resource then takes, goes with the stack."""
    live = service.live()
    Resource(live).create(projectId=home, name="orders", branchGitName="feature")
    assert "owned" not in branch(live, home).outputs
    assert "owned" not in branch(service.live(), home, gitName="new").outputs
