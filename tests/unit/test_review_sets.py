"""The review of a DatabaseSet: it speaks of each database of it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from prisma_provider.diff import Diff
from prisma_provider.handlers.set_changes import Changes
from prisma_provider.live.state import read as read_state
from prisma_provider.reporting import Verdict
from prisma_provider.review.reading import read
from prisma_provider.review.review import Review, review
from prisma_provider.review.values import UNKNOWN_MARK

URN = "urn:pulumi:dev::shop::prisma:index:DatabaseSet::tenants"
IDS = {"acme": "db_1", "globex": "db_2", "initech": "db_3"}
NAMES = {key: f"{key}-prod" for key in IDS}
OLD: dict[str, Any] = {
    "urn": URN,
    "id": "tenants-0",
    "inputs": {"projectId": "proj_1", "databases": NAMES},
    "outputs": {"projectId": "proj_1", "ids": IDS, "names": NAMES},
}


def judged(op: str, said: str = "", /, **inputs: Any) -> Review:
    """The review of one step of the set, where its inputs are these now."""
    step: dict[str, Any] = {"op": op, "urn": URN}
    if op != "create":
        step["oldState"] = OLD
    if op != "delete":
        step["newState"] = {"urn": URN, "inputs": {"projectId": "proj_1", "databases": NAMES, **inputs}}
    lines = [{"urn": URN, "severity": "info", "message": said}] if said else []
    return review(read(json.dumps({"steps": [step], "changeSummary": {op: 1}, "diagnostics": lines})))


def found(review: Review) -> list[str]:
    """Each finding in short."""
    return [f"{each.kind} {each.step.name} {each.id}" for each in review.findings]


def test_what_goes_is_data_that_is_lost() -> None:
    """Each key that is not declared any more is named with its id, and can be allowed by name."""
    seen = judged("update", databases={"acme": "acme-prod"}, allowDelete=True)
    assert found(seen) == ['deleted tenants["globex"] db_2', 'deleted tenants["initech"] db_3']
    assert seen.verdict() == Verdict.DATA_LOSS
    assert seen.verdict(['Database:tenants["globex"]', "db_3", "changes"]) == Verdict.SAFE
    assert found(judged("delete")) == [f'deleted tenants["{key}"] {IDS[key]}' for key in sorted(IDS)]


def test_keys_that_cannot_be_seen() -> None:
    """Keys that are secret or not known yet: where the set may delete, the worst is taken."""
    masked = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "x"}
    for hidden in (masked, UNKNOWN_MARK, {"acme": UNKNOWN_MARK}):
        assert judged("update", databases=hidden, allowDelete=True).verdict() == Verdict.DATA_LOSS
        assert judged("update", databases=hidden).verdict() == Verdict.CHANGES


def test_nothing() -> None:
    """What is only recorded of the set is one line, and nothing is sent."""
    seen = judged("update", connections=True)
    assert found(seen) == ["changed tenants tenants-0"]
    assert seen.calls == ()


def test_what_is_forgotten_lives_on() -> None:
    """A released key loses nothing."""
    seen = judged("update", databases={key: NAMES[key] for key in ("acme", "globex")}, release=["initech"])
    assert found(seen) == ['forgotten tenants["initech"] db_3']
    assert seen.verdict() == Verdict.CHANGES
    assert seen.calls == ()


DATABASE = URN.replace("DatabaseSet::tenants", "Database::globex")


def moving(*steps: dict[str, Any]) -> Review:
    """The review of a run with these steps."""
    return review(read(json.dumps({"steps": list(steps), "changeSummary": {"update": 1}})))


@pytest.mark.parametrize("host", ["prisma:index", "pulumi-python:dynamic/prisma"])
def test_a_database_that_moves_into_a_set_is_not_lost(host: str) -> None:
    """I take my Database out and adopt it in the set, as the page says: the check is green, nothing is deleted."""
    old, new = dict(NAMES), {**NAMES, "hooli": "hooli"}
    into = {"op": "update", "urn": URN.replace("prisma:index", host), "oldState": {**OLD, "inputs": {"databases": old}}}
    into["newState"] = {"inputs": {"databases": new, "adopt": {"hooli": "db_9"}}}
    gone = {"op": "delete", "urn": DATABASE.replace("prisma:index", host), "oldState": {"id": "db_9"}}
    seen = moving(into, gone)
    assert found(seen) == ["forgotten globex db_9", 'adopted tenants["hooli"] None']
    assert seen.verdict() == Verdict.CHANGES
    assert not [call for call in seen.calls if call.startswith("DELETE")]
    another = moving(into, {**gone, "oldState": {"id": "db_8"}})
    assert another.verdict() == Verdict.DATA_LOSS
    bridged = moving(into, {**gone, "urn": DATABASE.replace("prisma:index", "prisma-postgres:index/database")})
    assert bridged.verdict() == Verdict.DATA_LOSS


def test_a_database_that_leaves_a_set_without_release_is_lost() -> None:
    """The set deletes it before the Database adopts it: I am told to name the key in `release`."""
    kept = {key: NAMES[key] for key in ("acme", "initech")}
    out = {"op": "update", "urn": URN, "oldState": OLD, "newState": {"inputs": {"databases": kept}}}
    into = {"op": "create", "urn": DATABASE, "newState": {"inputs": {"adopt": "db_2"}}}
    (lost,) = moving(out, into).losses
    assert lost.note is not None
    assert "release=[" in lost.note
    released = {**out, "newState": {"inputs": {"databases": kept, "release": ["globex"]}}}
    assert moving(released, into).verdict() == Verdict.CHANGES


def test_what_is_made_renamed_rotated_and_taken_over() -> None:
    """Each with the call that it comes to."""
    new = {**NAMES, "acme": "new", "hooli": "hooli", "old": "old"}
    seen = judged("update", databases=new, adopt={"old": "db_9"}, rotationTriggers={"globex": "1"})
    assert sorted(found(seen)) == [
        'adopted tenants["old"] None',
        'created tenants["hooli"] None',
        'renamed tenants["acme"] db_1',
        'rotated tenants["globex"] db_2',
    ]
    assert 'PATCH /v1/databases/db_1 {"name": "new"}' in seen.calls
    assert seen.calls.count("POST /v1/databases") == 1
    assert len(judged("create").findings) == 3


@pytest.mark.parametrize(
    "said", ['DatabaseSet "tenants", "acme": database "hers" (db_1): name is "hers" live, "acme-prod" declared.']
)
def test_drift(said: str) -> None:
    """A name that another hand changed is drift of that database."""
    (finding,) = judged("update", said).findings
    assert finding.drift
    assert (finding.before, finding.after) == ("hers", "acme-prod")


def test_what_another_hand_deleted_is_data_that_is_lost() -> None:
    """As of a Database: each is named, and is made again by one call."""
    title = 'DatabaseSet "tenants"'
    of_set = Changes(title, added=["acme", "globex"], gone={"acme": "db_1", "globex": "db_2"})
    news = {"databases": NAMES}
    gone, *_ = of_set.diff(OLD["outputs"], news, Diff()).words
    seen = judged("update", gone)
    assert found(seen) == ['replaced tenants["acme"] db_1', 'replaced tenants["globex"] db_2']
    assert {finding.note for finding in seen.findings} == {
        "It is gone, deleted by another hand, with all that was in it: another one is made."
    }
    assert seen.calls == ("POST /v1/databases",) * 2
    assert seen.verdict() == Verdict.DATA_LOSS


def test_a_set_under_another_name_is_one_lookalike() -> None:
    """I am told the alias of the set, and not one for each database."""
    steps = [
        {"op": "delete", "urn": URN, "oldState": OLD},
        {"op": "create", "urn": URN.replace("tenants", "customers"), "newState": {"inputs": OLD["inputs"]}},
    ]
    seen = review(read(json.dumps({"steps": steps, "changeSummary": {"delete": 1, "create": 1}})))
    (pair,) = seen.lookalikes
    assert 'pulumi.Alias(name="tenants")' in pair.advice


def test_state_shows_the_databases_of_a_set() -> None:
    """For ownership each is a Database of its own; one that was only begun has no id."""
    begun = {
        "type": "updating",
        "resource": {**OLD, "type": "prisma:index:DatabaseSet", "inputs": {"databases": {**NAMES, "new": "n"}}},
    }
    state = read_state(
        {"resources": [{**OLD, "type": "prisma:index:DatabaseSet"}], "pending_operations": [begun]}, "dev"
    )
    (held,) = state.holders("Database", "2")
    assert held.inputs["name"] == "globex-prod"
    assert [each.inputs["name"] for each in state.began("Database")] == ["n"]
