"""Deletions, by the rules that hold for every kind: refusals first, then what is done already, then what is done."""

from __future__ import annotations

import httpx
import pytest

from prisma_provider import errors
from unit.calls import Had, Resource, World
from unit.service import Service, handler, refusal

KINDS = ("Project", "Database", "Branch", "Connection")


def of(service: Service, kind: str) -> tuple[World, Had]:
    """An object of a kind, which an earlier run took over; of a project all may go."""
    world = World(service)
    had = world.adopted(kind, "mine")
    return world, had._replace(outputs={**had.outputs, "forceDestroy": True}) if kind == "Project" else had


@pytest.mark.parametrize("kind", KINDS)
def test_a_refusal_says_where_to_look(service: Service, kind: str) -> None:
    """The service does not delete it: I read its words, that it is kept, and what I can do about it."""
    world, had = of(service, kind)
    service.fail("DELETE", "/v1/.*", refusal(400, "not now"), times=-1)
    with pytest.raises(errors.Rejected, match="it is kept") as error:
        Resource(service.live(retry_limit=0.01), kind, "mine").delete(had)
    assert error.value.said == "not now"
    assert ("Delete what it still holds" in str(error.value)) is (kind in ("Project", "Branch"))
    assert world.lives(kind)


@pytest.mark.parametrize(
    ("kind", "field", "other"),
    [
        ("Database", "createdAt", "2020-02-02T00:00:00Z"),
        ("Connection", "createdAt", "2020-02-02T00:00:00Z"),
        ("Branch", "gitName", "another"),
    ],
)
def test_an_id_that_is_another_object_s_is_not_deleted(service: Service, kind: str, field: str, other: str) -> None:
    """State has the id of another object: refused, with what it has and what state says, in this order."""
    world, had = of(service, kind)
    wrong = had._replace(outputs={**had.outputs, field: other})
    with pytest.raises(errors.Refused) as error:
        Resource(service.live(), kind, "mine").delete(wrong)
    assert f"its {field} is {had.outputs[field]}, and state says {other}." in str(error.value)
    assert world.lives(kind)
    assert not service.sent()


@pytest.mark.parametrize("kind", ["Branch", "Connection", "Database"])
def test_another_workspace_s_token_sends_no_deletion(service: Service, kind: str) -> None:
    """What my token cannot see is not gone, where state says that it is another workspace's: nothing is sent."""
    _, had = of(service, kind)
    for objects in (service.branches, service.connections, service.databases):
        objects.clear()
    elsewhere = had._replace(outputs={**had.outputs, "workspaceId": "wksp_2"})
    with pytest.raises(errors.ConfigurationError, match=rf"{kind.lower()} {had.object_id}(?s:.*)wksp_2"):
        Resource(service.live(), kind, "mine").delete(elsewhere)
    assert not service.sent()


@pytest.mark.parametrize("kind", KINDS)
def test_what_another_deletes_at_the_same_time_is_deleted(service: Service, kind: str) -> None:
    """Somebody deletes it between our look and our request: the deletion is done, and the run does not show it."""
    world, had = of(service, kind)

    def gone(request: httpx.Request) -> httpx.Response | None:
        if request.method != "DELETE":
            return None
        for objects in (service.projects, service.databases, service.branches, service.connections):
            objects.pop(had.object_id, None)
        return refusal(404, "not found")

    service.before.append(gone)
    live = service.live()
    Resource(live, kind, "mine").delete(had)
    assert not world.lives(kind)
    if kind != "Branch":  # nothing in a run asks for a branch after its deletion
        assert handler(kind).read(live, had.object_id, had.outputs) is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_deletion_is_one_request_and_seen_by_the_run(service: Service, kind: str) -> None:
    """A deletion is one DELETE of its own object, and what was read before of it does not count any more."""
    world, had = of(service, kind)
    live = service.live()
    assert handler(kind).read(live, had.object_id, had.outputs)
    service.log.clear()
    if kind == "Branch":
        service.databases.clear()
    Resource(live, kind, "mine").delete(had)
    folder = "branches" if kind == "Branch" else f"{kind.lower()}s"
    assert service.sent() == [("DELETE", f"{folder}/{had.object_id}", None)]
    assert not world.lives(kind)
