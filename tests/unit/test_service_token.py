"""ServiceToken: refusals first, then what changes nothing, then what is done."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from prisma_provider import errors
from prisma_provider.live import Live
from prisma_provider.live.intents import Intents
from unit.calls import Had, Resource, entry
from unit.service import WORKSPACE, Service, handler, refusal

TOKEN = handler("ServiceToken")
KIND = "ServiceToken"
CUT = httpx.RemoteProtocolError("cut")
LOST = [CUT, httpx.ReadTimeout("late"), refusal(503, "x"), httpx.Response(201, content=b'{"d')]


def declared(**inputs: Any) -> dict[str, Any]:
    """What a program declares."""
    return {"workspaceId": WORKSPACE, "name": "ci", **inputs}


def token(live: Live) -> Resource:
    """The resource, in one run."""
    return Resource(live, KIND, "ci")


def make(service: Service, **inputs: Any) -> Had:
    """A token that an earlier run made; the log begins after it."""
    made = token(service.live()).create(**declared(**inputs))
    service.log.clear()
    service.notes.clear()
    return made


def rotate(service: Service, had: Had, **inputs: Any) -> Had:
    """One run that rotates: Diff, Create, and Delete of the old one."""
    live = service.live(held=[entry(KIND, "ci", had)])
    assert token(live).diff(had, **declared(**inputs)).replaces() == ["rotationTrigger"]
    made = token(live).create(**declared(**inputs))
    token(live).delete(had)
    return made


@pytest.mark.parametrize(
    "inputs",
    [
        *({"name": ""}, {"name": "x" * 257}, {"name": None}, {"workspaceId": None}, {"workspaceId": "my space"}),
        {"keepPrevious": "yes"},
    ],
)
def test_bad_input_is_one_sentence_before_anything_is_sent(service: Service, inputs: dict[str, Any]) -> None:
    """A name that is none, a malformed id: named, and nothing is sent."""
    assert len(TOKEN.check(service.live(), {}, declared(**inputs)).problems) == 1
    assert not service.log


def test_another_workspace_is_refused(service: Service) -> None:
    """The list of another workspace is empty and no error: so it is refused before anything is made."""
    (problem,) = TOKEN.check(service.live(), {}, declared(workspaceId="wksp_2")).problems
    assert "wksp_2" in problem.what and WORKSPACE in problem.what
    with pytest.raises(errors.InvalidInput, match="wksp_2"):
        TOKEN.create(service.live(), declared(workspaceId="wksp_2"))
    assert not service.sent()


def test_absence_is_believed_in_its_own_workspace_only(service: Service) -> None:
    """A run with the token of another workspace sees an empty list: nothing is forgotten."""
    had = make(service)
    service.workspace = {"id": "wksp_2", "name": "Other"}
    other = {**had.outputs, "workspaceId": "wksp_3"}
    for given in (other, had.outputs):
        service.tokens.clear()
        with pytest.raises(errors.ConfigurationError, match="Cannot tell"):
            TOKEN.read(service.live(), had.object_id, given)


@pytest.mark.parametrize("known_by", ["id", "value", "hint"])
def test_the_token_of_this_run_is_not_revoked(service: Service, known_by: str) -> None:
    """Neither by its deletion nor by a rotation, which the preview refuses; keep_previous is the way out."""
    had = make(service)
    if known_by == "id":
        service.credential["id"] = had.object_id
    elif known_by == "value":
        had = had._replace(outputs={**had.outputs, "value": "secret-token"})
    else:
        had = had._replace(outputs={name: each for name, each in had.outputs.items() if name != "value"})
        service.tokens[had.object_id]["valueHint"] = "sec…oken"
    with pytest.raises(errors.Refused, match="this run itself uses it"):
        token(service.live()).delete(had)
    with pytest.raises(errors.Refused, match="this run itself uses it"):
        token(service.live()).diff(had, **declared(rotationTrigger="2"))
    assert had.object_id in service.tokens
    rotate(service, had, rotationTrigger="2", keepPrevious=True)
    assert len(service.tokens) == 2


def test_several_new_ones_after_a_lost_answer_are_named(service: Service) -> None:
    """Where nobody can tell which one a lost answer made, all are named and none is revoked."""

    def another(request: httpx.Request) -> Any:
        if request.method == "POST":
            service.token("ci")
            service.after.clear()
            return CUT
        return None

    service.after.append(another)
    with pytest.raises(errors.Refused, match="several"):
        token(service.live()).create(**declared())
    assert len(service.tokens) == 2


def test_no_diffs_is_no_changes(service: Service) -> None:
    """An unchanged token is proved by its workspace's list; a refresh changes nothing."""
    had = make(service)
    live = service.live()
    assert not token(live).diff(had, **declared())
    assert TOKEN.read(live, had.object_id, had.outputs) == had.outputs
    assert [path for _, path, _ in service.log] == [f"workspaces/{WORKSPACE}/service-tokens"]


def test_a_setting_sends_nothing(service: Service) -> None:
    """keep_previous alone, or a trigger taken away: recorded, and the value stays."""
    had = make(service, rotationTrigger="1")
    after = token(service.live()).update(had, **declared(keepPrevious=True))
    assert after.outputs["value"] == had.outputs["value"]
    assert not service.sent()
    assert not token(service.live()).diff(after, **declared(keepPrevious=True))


def test_it_is_made_with_its_value(service: Service) -> None:
    """The value, the hint and the time at which it ends."""
    had = make(service)
    assert had.outputs["value"] == f"prsc_{had.object_id}"
    assert {"valueHint", "expiresAt", "createdAt"} <= set(had.outputs)


@pytest.mark.parametrize("acted", [False, True])
@pytest.mark.parametrize("answer", LOST)
def test_a_lost_answer_leaves_one_token(service: Service, answer: Any, acted: bool) -> None:
    """Whatever happens to the answer: one new token, whose value I have; another's of that name is not touched."""
    other = service.token("ci")
    service.fail("POST", "/v1/workspaces/.*", answer, acted=acted)
    had = make(service)
    assert set(service.tokens) == {other["id"], had.object_id}
    assert had.outputs["value"] == f"prsc_{had.object_id}"


def test_a_request_that_is_acted_upon_late_leaves_nothing(service: Service) -> None:
    """The first creation had no answer in time and is carried out after the second one: it is revoked, too."""
    looks: list[httpx.Request] = []

    def late(request: httpx.Request) -> Any:
        if request.method == "GET" and len(looks) < 9 and len([1 for m, _, _ in service.sent("POST")]) > 1:
            looks.append(request)
            if len(looks) == 3:
                service.token("ci")
        return None

    service.fail("POST", "/v1/workspaces/.*", httpx.ReadTimeout("late"))
    service.before.append(late)
    had = token(service.live()).create(**declared())
    assert len(looks) >= 3
    assert list(service.tokens) == [had.object_id]


def test_a_rotation_is_a_new_token_and_then_the_old_one_goes(service: Service) -> None:
    """Another trigger: another id and value; the preview says that the old one is locked out."""
    had = make(service, rotationTrigger="1")
    after = rotate(service, had, rotationTrigger="2")
    assert list(service.tokens) == [after.object_id] != [had.object_id]
    assert [method for method, _, _ in service.sent()] == ["POST", "DELETE"]
    assert any("locked out" in note for note in service.notes)


def test_keep_previous_leaves_the_old_one_for_one_more_rotation(service: Service) -> None:
    """Two are valid at any time; destroyed, none is left."""
    first = make(service, rotationTrigger="1", keepPrevious=True)
    second = rotate(service, first, rotationTrigger="2", keepPrevious=True)
    assert set(service.tokens) == {first.object_id, second.object_id}
    third = rotate(service, second, rotationTrigger="3", keepPrevious=True)
    assert set(service.tokens) == {second.object_id, third.object_id}
    token(service.live()).delete(third)
    assert not service.tokens


def test_a_rotation_without_it_ends_both(service: Service) -> None:
    """keep_previous taken back with the next rotation: only the newest is valid."""
    first = make(service, rotationTrigger="1", keepPrevious=True)
    second = rotate(service, first, rotationTrigger="2", keepPrevious=True)
    third = rotate(service, second, rotationTrigger="3")
    assert list(service.tokens) == [third.object_id]


def test_a_forced_replacement_keeps_the_old_one_as_well(service: Service) -> None:
    """--replace asks no diff: state says which token the new one replaces."""
    had = make(service, keepPrevious=True)
    live = service.live(held=[entry(KIND, "ci", had)])
    after = token(live).create(**declared(keepPrevious=True))
    token(live).delete(had)
    assert len(service.tokens) == 2
    token(service.live()).delete(after)
    assert not service.tokens


def test_a_rename_is_another_token(service: Service) -> None:
    """Prisma cannot rename a token: another one is made."""
    had = make(service)
    assert token(service.live()).diff(had, **declared(name="cd")).replaces() == ["name"]


def test_what_is_gone_is_made_again(service: Service) -> None:
    """Revoked in the Console: it is made again; its deletion is done."""
    had = make(service)
    service.tokens.clear()
    live = service.live()
    assert token(live).diff(had, **declared()).of("recreate")
    assert TOKEN.read(live, had.object_id, had.outputs) is None
    token(live).delete(had)
    assert not service.sent()


def test_the_token_of_this_run_is_not_revoked_as_the_previous_one(service: Service) -> None:
    """The run uses the token that the rotation before left valid: the preview of the next rotation refuses."""
    first = make(service, rotationTrigger="1", keepPrevious=True)
    second = rotate(service, first, rotationTrigger="2", keepPrevious=True)
    service.credential["id"] = first.object_id
    with pytest.raises(errors.Refused, match=f"{first.object_id}.*this run itself uses it"):
        token(service.live()).diff(second, **declared(rotationTrigger="3", keepPrevious=True))
    service.credential["id"] = "itgr_other"
    rotate(service, second, rotationTrigger="3", keepPrevious=True)
    assert any(first.object_id in note and "is revoked" in note for note in service.notes)


def test_one_that_was_revoked_elsewhere_is_not_said_to_stay(service: Service) -> None:
    """keep_previous, and the old one is gone: nothing says that it stays valid."""
    had = make(service, keepPrevious=True)
    service.tokens.clear()
    live = service.live(held=[entry(KIND, "ci", had)])
    assert token(live).diff(had, **declared(keepPrevious=True)).of("recreate")
    token(live).create(**declared(keepPrevious=True))
    token(live).delete(had)
    assert not any("stays valid" in note for note in service.notes)


def test_one_that_has_expired_is_named(service: Service) -> None:
    """It is listed and works no more: the preview says so, and what gives another one."""
    had = make(service)
    service.tokens[had.object_id]["expiresAt"] = "2025-12-31T00:00:00Z"
    assert not token(service.live()).diff(had, **declared()).replaces()
    assert "has expired: another rotation_trigger" in service.notes[-1]


@pytest.mark.parametrize("by", ["state", "machine"])
def test_what_a_killed_run_may_have_left_is_named(service: Service, tmp_path: Path, by: str) -> None:
    """Killed when the service had made it: the next run makes one, and names the one whose value nobody has."""
    others = service.token("ci")
    # While this run makes one, state shows its own beginning as well.
    begun = [entry(KIND, "ci", Had("", declared(), {}))] * (2 if by == "state" else 0)
    intents = Intents(tmp_path) if by == "machine" else None
    service.fail("POST", "/v1/workspaces/.*", RuntimeError("killed"), acted=True)
    with pytest.raises(RuntimeError, match="killed"):
        token(service.live(intents=intents)).create(**declared())
    left = next(each for each in service.tokens if each != others["id"])
    had = token(service.live(intents=intents, begun=begun)).create(**declared())
    assert left in service.notes[-1] and "interrupted" in service.notes[-1] and had.object_id not in service.notes[-1]
    assert (others["id"] in service.notes[-1]) == (by == "state")
    service.notes.clear()
    token(service.live(intents=intents)).create(**declared())
    assert not service.notes
