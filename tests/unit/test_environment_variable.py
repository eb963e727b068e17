"""EnvironmentVariable: refusals first, then what changes nothing, then what is done."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import httpx
import pytest

from prisma_provider import errors
from prisma_provider.diff import UNKNOWN, explain
from prisma_provider.handlers import write_variable
from prisma_provider.live import Live
from prisma_provider.live.intents import Intents
from unit.calls import Had, Resource, entry
from unit.service import Service, as_, handler, refusal

VARIABLE = handler("EnvironmentVariable")
CUT = httpx.RemoteProtocolError("cut")
SECRET = "postgres://user:s3cret-value@db.example/"
KIND = "EnvironmentVariable"
LOST = [CUT, httpx.ReadTimeout("late"), refusal(503, "x"), httpx.Response(201, content=b'{"d')]


@pytest.fixture
def project(service: Service) -> str:
    """A project with a branch."""
    found = str(service.project()["id"])
    service.branch(found, "main")
    return found


def declared(project: str, **inputs: Any) -> dict[str, Any]:
    """What a program declares."""
    return {"projectId": project, "key": "DATABASE_URL", "variableClass": "preview", "value": SECRET, **inputs}


def variable(live: Live, name: str = "url") -> Resource:
    """The resource of this name, in one run."""
    return Resource(live, KIND, name)


def make(service: Service, project: str, **inputs: Any) -> Had:
    """A variable that an earlier run made; the log begins after it."""
    made = variable(service.live()).create(**declared(project, **inputs))
    service.log.clear()
    service.notes.clear()
    return made


def value_of(service: Service, had: Had) -> str:
    """The value that the service has."""
    return service.values[had.object_id]


@pytest.mark.parametrize(
    "inputs",
    [
        *({"key": ""}, {"key": None}, {"key": "lower"}, {"key": "1ST"}, {"key": "A" * 257}, {"key": "A\n"}),
        *({"variableClass": "staging"}, {"variableClass": None}, {"projectId": None}, {"adopt": "x y"}),
        *({"value": ""}, {"value": None}, {"value": 7}, {"value": "x Calling __str__ on an Output[T]"}),
        *({"variableClass": "production", "branchId": "br_2"}, {"branchId": "my branch"}),
    ],
)
def test_bad_input_is_one_sentence_before_anything_is_sent(service: Service, inputs: dict[str, Any]) -> None:
    """A key that is none, a class that is none, a branch in production: named, and nothing is sent."""
    checked = VARIABLE.check(service.live(), {}, declared("proj_1", **inputs))
    assert len(checked.problems) == 1
    assert not service.log


def test_a_project_or_branch_that_is_not_there(service: Service, project: str) -> None:
    """What it is to be made in is looked for in the preview."""
    (problem,) = VARIABLE.check(service.live(), {}, declared("proj_99")).problems
    assert "no project proj_99" in problem.what
    (problem,) = VARIABLE.check(service.live(), {}, declared(project, branchId="br_99")).problems
    assert "no branch br_99" in problem.what


@pytest.mark.parametrize(
    ("managed", "says", "ways"),
    [(False, "exists already", ["adopt=True"]), (True, "managed by Prisma", ["adopt=True", "adopt=False"])],
)
def test_one_that_is_there_is_refused_by_name(
    service: Service, project: str, managed: bool, says: str, ways: list[str]
) -> None:
    """Where the key exists I read which one it is and what takes it, in the preview; nothing is sent."""
    there = service.variable(project, "DATABASE_URL", isManagedBySystem=managed)
    with pytest.raises(errors.Refused, match=says) as refused:
        variable(service.live()).check(**declared(project))
    assert there["id"] in refused.value.what
    assert all(way in str(refused.value) for way in ways)
    assert not service.sent()


def test_one_that_an_environment_meets_has_a_way_out(service: Service, project: str) -> None:
    """An Environment gives its variables no adopt of mine: the refusal says what does."""
    service.variable(project, "DATABASE_URL")
    with as_(f"Environment$prisma:index:{KIND}", "pr-7"), pytest.raises(errors.Refused) as refused:
        VARIABLE.check(service.live(), {}, declared(project))
    assert "leave DATABASE_URL out of environment_variables, and declare an EnvironmentVariable" in str(refused.value)


def test_one_that_is_made_meanwhile_is_refused_by_name(service: Service, project: str) -> None:
    """A 409 of a key that nobody had in the preview names it, too."""
    live = service.live()
    news = variable(live).check(**declared(project))
    service.variable(project, "DATABASE_URL")
    with pytest.raises(errors.Refused, match="exists already"):
        variable(live).made(news)
    assert list(service.values.values()) == ["old"]


def test_two_resources_of_one_scope_are_refused_in_the_preview(service: Service, project: str) -> None:
    """The same key declared twice: the second is refused before anything is made; another branch is another one."""
    live = service.live()
    branch = service.branch(project, "feature")["id"]
    variable(live, "one").check(**declared(project))
    variable(live, "two").check(**declared(project, branchId=branch))
    with pytest.raises(errors.Refused, match='EnvironmentVariable "one"'):
        variable(live, "three").check(**declared(project))


@pytest.mark.parametrize("adopt", [True, None])
def test_two_of_one_scope_that_was_not_known_in_the_preview(service: Service, project: str, adopt: bool | None) -> None:
    """The branch is made in the same run: the second one of a key is refused then, with adopt=True as well."""
    live = service.live()
    branch = service.branch(project, "feature")["id"]
    names = ("one", "two")
    given = [
        variable(live, name).check(**declared(project, branchId=UNKNOWN, adopt=adopt, value=name)) for name in names
    ]
    variable(live, "one").made({**given[0], "branchId": branch})
    with pytest.raises(errors.Refused, match='is declared by EnvironmentVariable "one", too'):
        variable(live, "two").made({**given[1], "branchId": branch})
    assert [*service.values.values()] == ["one"]


def test_what_another_resource_holds_is_not_taken(service: Service, project: str) -> None:
    """adopt=True takes nothing that another resource of this program has."""
    had = make(service, project)
    live = service.live(held=[entry(KIND, "url", had)])
    variable(live).diff(had, **declared(project))
    with pytest.raises(errors.Refused, match="held by EnvironmentVariable"):
        variable(live, "other").check(**declared(project, adopt=True))


def test_keys_that_move_on_need_a_run_for_each(service: Service, project: str) -> None:
    """One gets a new key, the next one the old key of it, in one change: refused, and told how it goes."""
    first, second = make(service, project, key="A"), make(service, project, key="B")
    live = service.live(held=[entry(KIND, "first", first), entry(KIND, "second", second)])
    assert variable(live, "first").diff(first, **declared(project, key="C")).of("replace")
    with pytest.raises(errors.Refused, match="that change alone first; else use the outputs of"):
        variable(live, "second").check(**declared(project, key="A"))
    assert not service.sent()


def test_a_refusal_that_repeats_the_value_is_not_quoted(service: Service, project: str) -> None:
    """A service that quotes the value in its error: it is in no error of ours."""
    service.fail("POST", "/v1/environment-variables", refusal(422, "bad value: my-own-secret"))
    with pytest.raises(errors.Rejected) as refused:
        variable(service.live()).create(**declared(project, value="my-own-secret"))
    assert "own-secret" not in str(refused.value) and "limit the length" in str(refused.value)
    service.fail("POST", "/v1/environment-variables", refusal(403, "Workspace plan limit reached"))
    with pytest.raises(errors.PlanLimit) as limit:
        variable(service.live()).create(**declared(project, value="my-own-secret"))
    assert "the value or the key" not in str(limit.value)


def test_no_diffs_is_no_changes(service: Service, project: str) -> None:
    """An unchanged variable is proved by one list of its project; a refresh changes nothing."""
    had = make(service, project)
    live = service.live()
    assert not variable(live).diff(had, **declared(project))
    assert VARIABLE.read(live, had.object_id, had.outputs) == had.outputs
    assert [path for _, path, _ in service.log] == ["environment-variables"]


def test_many_variables_are_one_list(service: Service, project: str) -> None:
    """A preview of many variables asks for their project's list once."""
    keys = [f"KEY_{number}" for number in range(20)]
    had = {key: make(service, project, key=key) for key in keys}
    live = service.live()
    for key in keys:
        assert not variable(live, key).diff(had[key], **declared(project, key=key))
    assert len(service.log) == 1


def test_it_is_made_once_with_its_value(service: Service, project: str) -> None:
    """Made: the value is sent and stands in state; the API gave the rest."""
    had = make(service, project, branchId=service.branch(project, "feature")["id"])
    assert value_of(service, had) == SECRET
    assert had.outputs["value"] == SECRET
    assert had.outputs["workspaceId"] == "wksp_1"
    assert had.outputs["isManagedBySystem"] is False


@pytest.mark.parametrize("acted", [False, True])
@pytest.mark.parametrize("answer", LOST)
def test_a_lost_answer_makes_one_variable(service: Service, project: str, answer: Any, acted: bool) -> None:
    """Whatever happens to the answer, there is one variable of that key, with my value."""
    other = service.variable(project, "DATABASE_URL", **{"class": "production"})
    service.fail("POST", "/v1/environment-variables", answer, acted=acted)
    had = make(service, project)
    assert set(service.variables) == {other["id"], had.object_id}
    assert value_of(service, had) == SECRET and service.values[other["id"]] == "old"
    assert not variable(service.live()).diff(had, **declared(project))


def test_another_value_is_one_patch(service: Service, project: str) -> None:
    """I change the value: one PATCH; no line of the preview shows either of them."""
    had = make(service, project)
    live = service.live()
    found = variable(live).diff(had, **declared(project, value="another-secret"))
    assert [change.how for change in found.changes] == ["write"]
    lines = [*explain("it", found), *service.notes, repr(found)]
    assert not any("secret" in line.replace("[secret]", "") for line in lines)
    after = variable(live).update(had, **declared(project, value="another-secret"))
    assert service.sent() == [("PATCH", f"environment-variables/{had.object_id}", {"value": "another-secret"})]
    assert not variable(service.live()).diff(after, **declared(project, value="another-secret"))


def test_a_lost_patch_is_sent_again(service: Service, project: str) -> None:
    """The answer to the PATCH is cut: it is sent again, and nothing differs afterwards."""
    had = make(service, project)
    service.fail("PATCH", "/v1/environment-variables/.*", CUT, acted=True)
    after = variable(service.live()).update(had, **declared(project, value="new"))
    assert value_of(service, after) == "new"
    assert not variable(service.live()).diff(after, **declared(project, value="new"))


def test_a_value_that_is_not_known_yet_may_be_another(service: Service, project: str) -> None:
    """After a rotation the preview says that the value may change."""
    had = make(service, project)
    found = variable(service.live()).diff(had, **declared(project, value=UNKNOWN))
    (line,) = explain("it", found)
    assert "known after the update" in line


def test_another_hand_s_value_is_put_back_once(service: Service, project: str) -> None:
    """Changed in the Console: put back and told, also after a refresh. Moved again: only warned."""
    had = make(service, project)
    service.write(had.object_id, "theirs")
    live = service.live()
    refreshed = VARIABLE.read(live, had.object_id, had.outputs)
    assert refreshed is not None and refreshed["updatedAt"] != had.outputs["updatedAt"]
    had = Had(had.object_id, had.inputs, refreshed)
    found = variable(live).diff(had, **declared(project))
    assert "written elsewhere" in "".join(explain("it", found))
    after = variable(live).update(had, **declared(project))
    assert value_of(service, after) == SECRET
    assert not variable(service.live()).diff(after, **declared(project))
    service.write(after.object_id, "theirs again")
    service.notes.clear()
    assert not variable(service.live()).diff(after, **declared(project))
    assert "again" in service.notes[0]
    # A refresh accepts what is there: the warning ends. Whoever writes it after that is warned of as well.
    refreshed = VARIABLE.read(service.live(), after.object_id, after.outputs)
    assert refreshed is not None and "again" in service.notes[1]
    after = after._replace(outputs=refreshed)
    service.notes.clear()
    assert not variable(service.live()).diff(after, **declared(project)) and not service.notes
    service.write(after.object_id, "theirs once more")
    assert not variable(service.live()).diff(after, **declared(project)) and service.notes
    # A value of mine is sent all the same, and counts as a new beginning.
    after = variable(service.live()).update(after, **declared(project, value="mine"))
    assert value_of(service, after) == "mine"
    service.write(after.object_id, "theirs")
    assert variable(service.live()).diff(after, **declared(project, value="mine"))


def test_a_value_that_is_only_encrypted_anew_was_not_written(service: Service, project: str) -> None:
    """Another key of Prisma's own with the same time is no write; where no time is known it is what tells."""
    had = make(service, project)
    service.variables[had.object_id]["valueKid"] = "kid-2"
    assert not variable(service.live()).diff(had, **declared(project))
    service.variables[had.object_id]["updatedAt"] = None
    assert variable(service.live()).diff(had, **declared(project)).of("write")


def test_ignore_changes_leaves_the_value(service: Service, project: str) -> None:
    """ignore_changes=["value"]: neither another value of mine nor another hand's is sent."""
    had = make(service, project)
    service.write(had.object_id, "theirs")
    given = declared(project, value="new", ignoreChanges=["value"])
    found = variable(service.live()).diff(had, **given)
    assert not found.of("write")
    after = variable(service.live()).update(had, **given)
    assert after.outputs["value"] == SECRET
    assert not service.sent()


@pytest.mark.parametrize(
    "inputs", [{"key": "DIRECT_URL"}, {"variableClass": "production"}, {"branchId": "new"}, {"projectId": "new"}]
)
def test_another_scope_is_another_variable(service: Service, project: str, inputs: dict[str, str]) -> None:
    """Key, class, branch and project cannot change: another one is made, and the preview says that no data is lost."""
    had = make(service, project)
    new = {"branchId": service.branch(project, "x")["id"], "projectId": service.project("other")["id"]}
    inputs = {name: new[name] if value == "new" else value for name, value in inputs.items()}
    live = service.live()
    assert variable(live).diff(had, **declared(project, **inputs)).replaces() == [*inputs]
    assert "No data of a database" in service.notes[-1]
    after = variable(live).create(**declared(project, **inputs))
    variable(live).delete(had)
    assert list(service.variables) == [after.object_id]


def test_a_branch_that_i_declare_no_more_is_another_scope(service: Service, project: str) -> None:
    """branch_id taken out: the override goes, and one for all branches is made."""
    had = make(service, project, branchId=service.branch(project, "x")["id"])
    assert variable(service.live()).diff(had, **declared(project)).replaces() == ["branchId"]


def test_a_forced_replacement_of_the_same_scope_keeps_it(service: Service, project: str) -> None:
    """--replace: there can be only one of this key, so it is written again, and is not deleted."""
    had = make(service, project)
    live = service.live(held=[entry(KIND, "url", had)])
    after = variable(live).create(**declared(project, value="new"))
    variable(live).delete(had)
    assert after.object_id == had.object_id and value_of(service, after) == "new"
    assert list(service.variables) == [had.object_id]


@pytest.mark.parametrize("by_id", [True, False])
@pytest.mark.parametrize("managed", [True, False])
def test_adoption_replaces_the_value(service: Service, project: str, by_id: bool, managed: bool) -> None:
    """adopt=True, or its id: it is mine, with my value, as the preview says; afterwards nothing differs."""
    there = service.variable(project, "DATABASE_URL", isManagedBySystem=managed)
    adopt = there["id"] if by_id else True
    variable(service.live()).check(**declared(project, adopt=adopt))
    assert "its value replaced" in service.notes[-1] or "gets the value" in service.notes[-1]
    had = make(service, project, adopt=adopt)
    assert had.object_id == there["id"] and value_of(service, had) == SECRET
    assert not variable(service.live()).diff(had, **declared(project, adopt=adopt))


def test_an_id_of_another_scope_is_not_adopted(service: Service, project: str) -> None:
    """An id whose key is another one is refused; one that is not there, too."""
    there = service.variable(project, "OTHER")
    with pytest.raises(errors.Refused, match="cannot be adopted"):
        variable(service.live()).check(**declared(project, adopt=there["id"]))
    (problem,) = VARIABLE.check(service.live(), {}, declared(project, adopt="envvar_99")).problems
    assert "no environment variable envvar_99" in problem.what


def test_what_prisma_manages_can_be_left_to_it(service: Service, project: str) -> None:
    """adopt=False: Prisma's own stays as it is, in every run, and when the resource goes; it is said."""
    there = service.variable(project, "DATABASE_URL", isManagedBySystem=True)
    live = service.live()
    had = variable(live).create(**declared(project, adopt=False))
    assert "left as it is" in service.notes[-1]
    assert "value" not in had.outputs
    service.write(there["id"], "rotated by Prisma")
    assert not variable(service.live()).diff(had, **declared(project, adopt=False, value="new"))
    variable(service.live()).delete(had)
    assert list(service.variables) == [there["id"]]
    assert not service.sent()
    # Another key: the preview says of Prisma's own that it stays.
    other = variable(service.live()).diff(had, **declared(project, adopt=False, key="OTHER", value="new"))
    assert [change.how for change in other.changes] == ["replace"] and "this one stays" in service.notes[-1]
    # Taken over after all, it gets the value.
    assert variable(service.live()).diff(had, **declared(project, adopt=True)).of("write")


def test_what_an_interrupted_run_made_is_used_again(service: Service, project: str) -> None:
    """A run was killed after its POST: state saw it begin, so the next one takes what it made, with my value."""
    there = service.variable(project, "DATABASE_URL")
    begun = entry(KIND, "url", Had("", declared(project), {}))
    live = service.live(begun=[begun])
    news = variable(live).check(**declared(project))
    had = variable(live).made(news)
    assert had.object_id == there["id"] and value_of(service, had) == SECRET
    service.variable(project, "OTHER")
    with pytest.raises(errors.Refused, match="exists already"):
        variable(service.live(begun=[begun])).check(**declared(project, key="OTHER"))


def test_what_a_killed_provider_made_is_used_again(service: Service, project: str, tmp_path: Path) -> None:
    """Only the provider was killed, and Pulumi recorded nothing: a note on this machine says whose it is, this once."""

    def live() -> Live:
        return service.live(intents=Intents(tmp_path))

    service.fail("POST", "/v1/environment-variables", RuntimeError("killed"), acted=True)
    with pytest.raises(RuntimeError, match="killed"):
        variable(live()).create(**declared(project))
    with pytest.raises(errors.Refused, match="exists already"):
        variable(live(), "another").check(**declared(project))
    (note,) = tmp_path.iterdir()
    now = note.stat().st_mtime
    os.utime(note, (now, now - 2 * write_variable.DAY))
    with pytest.raises(errors.Refused, match="exists already"):
        variable(live()).check(**declared(project))
    os.utime(note, (now, now))
    had = variable(live()).create(**declared(project))
    assert value_of(service, had) == SECRET and list(service.variables) == [had.object_id]
    with pytest.raises(errors.Refused, match="exists already"):
        variable(live()).check(**declared(project))


def test_what_another_hand_makes_meanwhile_is_not_taken_for_it(service: Service, project: str, tmp_path: Path) -> None:
    """A 409 says that nothing was made: the note of this very creation is no proof."""
    live = service.live(intents=Intents(tmp_path))
    news = variable(live).check(**declared(project))
    service.variable(project, "DATABASE_URL")
    for again in (live, service.live(intents=Intents(tmp_path))):
        with pytest.raises(errors.Refused, match="exists already"):
            variable(again).made(news)


def test_what_is_gone_is_made_again(service: Service, project: str) -> None:
    """Deleted in the Console: its absence is asked for by id, and it is made again."""
    had = make(service, project)
    service.variables.clear()
    live = service.live()
    assert variable(live).diff(had, **declared(project)).of("recreate")
    assert f"environment-variables/{had.object_id}" in [path for _, path, _ in service.log]
    assert VARIABLE.read(live, had.object_id, had.outputs) is None


def test_what_went_away_since_the_preview(service: Service, project: str) -> None:
    """Deleted before its PATCH: I am told so."""
    had = make(service, project)
    live = service.live()
    assert variable(live).diff(had, **declared(project, value="new"))
    service.variables.clear()
    with pytest.raises(errors.NotReady, match="deleted in the meantime"):
        variable(live).update(had, **declared(project, value="new"))


def test_it_is_deleted(service: Service, project: str) -> None:
    """Taken out of the program it is deleted; gone already is done; a lost answer is asked again."""
    had = make(service, project)
    service.fail("DELETE", "/v1/environment-variables/.*", CUT, acted=True)
    variable(service.live()).delete(had)
    assert not service.variables
    variable(service.live()).delete(had)


def test_an_import_has_no_value_and_gets_mine(service: Service, project: str) -> None:
    """Of an imported one nothing is known: the first up writes my value."""
    there = service.variable(project, "DATABASE_URL")
    outputs = VARIABLE.read(service.live(), there["id"], {})
    assert outputs is not None and "value" not in outputs
    had = Had(there["id"], declared(project), outputs)
    assert variable(service.live()).diff(had, **declared(project)).of("write")
