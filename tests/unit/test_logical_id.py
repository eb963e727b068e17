"""The key of a creation: what a preview found is what its update finds, and no two objects have the same."""

from __future__ import annotations

from typing import Any

import pytest

from prisma_provider import errors
from prisma_provider.diff import UNKNOWN
from prisma_provider.keys import stem, stem_of
from unit.service import Service, declare, handler, refusal

HOME = "proj_1"
PROJECT, DATABASE = handler("Project"), handler("Database")
STEM = stem("orders", "shop", "dev")


@pytest.fixture
def service(service: Service) -> Service:
    """With one project."""
    assert service.project()["id"] == HOME
    return service


def key(service: Service, kind: str = "Database", **more: object) -> str:
    """The logicalId that a new process finds for this resource."""
    given: dict[str, Any] = {"projectId": HOME, "name": "orders", "identity": STEM, **more}
    return str(declare(service.live(), kind, **given)["logicalId"])


def test_a_preview_and_its_update_find_the_same(service: Service) -> None:
    """`up --plan` makes what the plan holds: the key is the same in the next process, project known or not."""
    first = key(service)
    assert stem_of(first) == STEM
    assert key(service) == key(service, projectId=UNKNOWN) == first
    assert key(service, "Project") == key(service, "Project")


@pytest.mark.parametrize("kind", ["Project", "Database"])
def test_what_is_live_has_another(service: Service, kind: str) -> None:
    """A replacement, and what follows an interrupted run, differ from all that exist."""

    def make(logical_id: str) -> None:
        service.project(logicalId=logical_id) if kind == "Project" else service.database(HOME, logicalId=logical_id)

    seen = [key(service, kind)]
    for said in "", "-with-project", "":
        make(f"{seen[-1]}{said}")
        seen.append(key(service, kind, adopt=False))
    assert len({*seen}) == 4
    assert {*map(stem_of, seen)} == {STEM}


def test_a_replacement_within_a_run_has_another(service: Service) -> None:
    """The predecessor is checked first, with its old inputs: its successor differs though no list shows either."""
    live = service.live()
    given: dict[str, Any] = {"projectId": HOME, "name": "orders", "identity": STEM}
    first = declare(live, "Database", **given)
    assert declare(live, "Database", first, **given)["logicalId"] == first["logicalId"]
    assert declare(live, "Database", **given)["logicalId"] != first["logicalId"]


def test_the_seed_of_the_engine_counts(service: Service) -> None:
    """The plugin's keys come of the seed that a plan holds: another run's differ, and nothing is asked for them."""
    first = key(service, "Project", seed="a1")
    assert key(service, "Project", seed="a1") == first != key(service, "Project", seed="b2")
    assert not service.sent("GET")


def test_only_a_creation_asks(service: Service) -> None:
    """An unchanged preview costs no call more; nor does adoption, or what is refused anyway."""
    live = service.live()
    old = {"projectId": HOME, "name": "orders", "logicalId": "x"}
    declare(live, "Database", old, projectId=HOME, name="orders")
    declare(live, "Project", {"name": "shop", "logicalId": "x"}, name="shop")
    adopted = service.project()["id"]
    declare(live, "Project", name="shop", adopt=adopted)
    assert PROJECT.check(live, {}, {"name": ""}).problems
    assert DATABASE.check(live, {}, {"projectId": "no id", "name": "orders"}).problems
    assert [path for _, path, _ in service.log] == [f"projects/{adopted}"]


def test_a_key_that_another_run_has_used_is_named(service: Service) -> None:
    """Two runs at once, with state in two places: the second takes nothing of the first, and says what happened."""
    home = service.project()["id"]
    live = service.live()
    news = declare(live, "Database", projectId=home, name="orders", identity=STEM)
    live.databases(home)
    made = service.database(home, logicalId=news["logicalId"])
    with pytest.raises(errors.Refused, match=rf"{made['id']}(?s:.*)meantime(?s:.*)Nothing was made"):
        DATABASE.create(live, news)
    assert service.databases.keys() == {made["id"]}
    assert service.connections[made["defaultConnectionId"]]["version"] == 1


def test_what_an_applied_plan_left_behind_is_named(service: Service) -> None:
    """A plan that is applied again after an interrupted run meets its own key: named before anything is sent."""
    home = service.project()["id"]
    inputs: dict[str, Any] = {"projectId": home, "name": "orders", "identity": STEM, "seed": "a1"}
    left = service.database(home, logicalId=declare(service.live(), "Database", **inputs)["logicalId"])
    live = service.live()
    with pytest.raises(errors.Refused, match=rf"{left['id']}(?s:.*)adopt=True"):
        DATABASE.create(live, declare(live, "Database", **inputs))
    assert not service.sent()


def test_a_list_that_cannot_be_read_is_reported_by_the_check(service: Service) -> None:
    """Where a project's databases cannot be read, the preview says so; without such a list the key is the first."""
    service.fail("GET", "/v1/databases", refusal(404, "no such list"))
    assert key(service) == key(service, projectId=UNKNOWN)
    service.fail("GET", "/v1/databases", refusal(403, "no"), times=9)
    service.fail("GET", "/v1/projects/.*", refusal(403, "no"), times=9)
    with pytest.raises(errors.Forbidden):
        key(service)
