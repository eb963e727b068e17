"""Reviews of recorded previews, of both hosts and in both forms: refusals first, then every kind of change."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from prisma_provider.cli.command import command
from prisma_provider.diff import Change
from prisma_provider.errors import UnreadablePreview
from prisma_provider.handlers import HANDLERS
from prisma_provider.reporting import Verdict
from prisma_provider.review import changes
from prisma_provider.review.changes import told_by
from prisma_provider.review.plan import KINDS
from prisma_provider.review.reading import read
from prisma_provider.review.report import FORMATS
from prisma_provider.review.review import Review, review
from prisma_provider.review.values import UNKNOWN_MARK
from review_cases import CASES

RECORDED = sorted((Path(__file__).parent / "previews").glob("*/*.json*"))
TYPES = ("pulumi-python:dynamic/prisma:", "prisma:index:")
pytestmark = pytest.mark.usefixtures("exported")
SECRETS = ("postgres://", "postgresql://", "hunter2")


def recorded(name: str, host: str = "dynamic") -> str:
    """A preview as Pulumi's CLI printed it."""
    (found,) = (path for path in RECORDED if path.stem == name and path.parent.name == host)
    return found.read_text()


def urn(kind: str, name: str, host: str = TYPES[0]) -> str:
    return f"urn:pulumi:dev::shop::{host}{kind}::{name}"


def document(*steps: dict[str, Any], **more: Any) -> str:
    """A preview of these steps, as a document."""
    counted: dict[str, int] = {}
    for step in steps:
        counted[step["op"]] = counted.get(step["op"], 0) + 1
    return json.dumps({"steps": steps, "changeSummary": counted, **more})


def stream(*steps: dict[str, Any]) -> str:
    """The same as events."""
    begun = [
        {"op": step["op"], "urn": step["urn"], "old": step.get("oldState"), "new": step.get("newState")}
        for step in steps
    ]
    events = [{"preludeEvent": {}}, *({"resourcePreEvent": {"metadata": each}} for each in begun)]
    return "\n".join(map(json.dumps, [*events, {"summaryEvent": {"result": "succeeded"}}]))


def deleted(kind: str = "Database", name: str = "orders", /, **state: Any) -> dict[str, Any]:
    return {"op": "delete", "urn": urn(kind, name), "oldState": {"id": "db_1", "inputs": {"name": name}, **state}}


def run(text: str | bytes, *flags: str) -> Result:
    """The command, with a preview on its standard input."""
    return CliRunner().invoke(command, ["review", *flags], input=text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "  \n", "error: no stack selected", "[]", "null", '{"steps": []}', '{"version": 3, "deployment": {}}'),
        recorded("delete")[:2000],
        "\n".join(recorded("gone").splitlines()[:-2]),
        document({"op": "delete"}),
        document({"op": "delete", "urn": "orders"}),
        json.dumps({"steps": [], "changeSummary": {"delete": 1}}),
        json.dumps({"steps": [{"op": "same", "urn": urn("Database", "orders")}], "changeSummary": {"replace": 1}}),
    ],
)
def test_what_is_no_whole_preview_is_never_safe(text: str) -> None:
    """Empty, cut off, of another command, or hiding what it counts: an error with what to do, and exit status 1."""
    with pytest.raises(UnreadablePreview):
        read(text)


def test_a_preview_that_failed_is_not_safe() -> None:
    """A refusal is shown with its way out; what others print when they fail may be secret, and is not."""
    found = run(recorded("refused"))
    assert found.exit_code == Verdict.FAILED
    assert "allow_replace=True" in found.output
    error = {"severity": "error", "message": "error: cannot connect to postgresql://me:hunter2@db"}
    failed = run(document(diagnostics=[error]))
    assert failed.exit_code == Verdict.FAILED
    assert "hunter2" not in failed.output
    assert "see the log" in failed.output
    stack = {**error, "urn": urn("Database", "orders"), "message": "Traceback (most recent call last): hunter2"}
    assert "hunter2" not in run(document(diagnostics=[stack])).stdout


@pytest.mark.parametrize("host", ["dynamic", "plugin"])
@pytest.mark.parametrize("name", CASES)
def test_every_kind_of_change_is_named(name: str, host: str) -> None:
    """A rename is called a rename, drift is told apart, and the exit status says what a check needs to know."""
    case, found = CASES[name], review(read(recorded(name, host)))
    kinds = {("drift " if each.drift else "") + f"{each.kind} {each.label}" for each in found.findings}
    assert kinds == set(case.found)
    assert found.verdict() == case.status
    assert tuple(each.deleted.name for each in found.lookalikes) == case.lookalikes


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_nothing_secret_and_nothing_but_our_words(path: Path, form: str) -> None:
    """No password, no mark of Pulumi's for a secret or an unknown value, in any format."""
    text = FORMATS[form](review(read(path.read_text())), ())
    for part in (*SECRETS, "[secret]", UNKNOWN_MARK, "__provider", "gASV"):
        assert part not in text


def test_drift_that_a_refresh_has_taken_into_state() -> None:
    """After `pulumi refresh` state has what is live: it is still drift, since nobody edited the program."""
    old = {"id": "db_1", "inputs": {"name": "orders"}, "outputs": {"name": "elsewhere"}}
    step = {"op": "update", "urn": urn("Database", "orders"), "oldState": old}
    step["newState"] = {"inputs": {"name": "orders"}}
    line = 'prisma: database "elsewhere" (db_1): name is "elsewhere" live, "orders" declared. Request: PATCH {}.'
    (finding,) = review(read(document(step, diagnostics=[{"severity": "info#err", "message": line}]))).findings
    assert (finding.kind, finding.drift, finding.before, finding.after) == ("renamed", True, "elsewhere", "orders")


def test_a_document_and_a_stream_say_the_same() -> None:
    """Which form Pulumi's CLI is told to print makes no difference."""
    steps = (deleted(), deleted("Connection", "web"), {"op": "create", "urn": urn("Project", "shop"), "newState": {}})
    said = [FORMATS["json"](review(read(form(*steps))), ()) for form in (document, stream)]
    assert said[0] == said[1]


def test_the_calls_are_those_that_will_be_made() -> None:
    """A reviewer reads method, path and body; a rename with a promotion is one PATCH."""
    assert _calls("rename")[0].endswith('{"name": "sales"}')
    assert _calls("drift")[0].startswith("PATCH /v1/databases/db_")
    assert _calls("rotate")[0].endswith("/rotate")
    assert [call.partition(" ")[0] for call in _calls("replace")] == ["POST", "DELETE", "POST", "DELETE"]
    assert [call.partition(" ")[0] for call in _calls("gone")] == ["PATCH", "POST"]
    assert _calls("restore")[0].endswith("/restore")
    assert not _calls("force_destroy")
    assert not _calls("demote")
    old = {"id": "db_1", "inputs": {"name": "a"}, "outputs": {"name": "a", "isDefault": False, "branchId": "br_1"}}
    new = {"inputs": {"name": "b", "isDefault": True, "branchId": "br_2"}}
    both = {"op": "update", "urn": urn("Database", "orders"), "oldState": old, "newState": new}
    assert review(read(document(both))).calls == (
        'PATCH /v1/databases/db_1 {"name": "b", "isDefault": true}',
        'PATCH /v1/databases/db_1 {"branchId": "br_2"}',
    )


def _calls(name: str) -> tuple[str, ...]:
    return review(read(recorded(name))).calls


def test_an_allowed_loss_does_not_block() -> None:
    """`--allow Database:stock` lets that one go; without `--allow changes` there are still changes."""
    text = recorded("delete")
    assert run(text).exit_code == Verdict.DATA_LOSS
    assert run(text, "--allow", "changes").exit_code == Verdict.DATA_LOSS
    assert run(text, "--allow", "Database:orders").exit_code == Verdict.DATA_LOSS
    assert run(text, "--allow", "Database:stock").exit_code == Verdict.CHANGES
    allowed = run(text, "--allow", "Database:stock", "--allow", "changes")
    assert allowed.exit_code == Verdict.SAFE
    assert "data is lost, as allowed" in allowed.output
    assert run(text, "--allow", urn("Database", "stock"), "--allow", "changes").exit_code == Verdict.SAFE


def test_a_name_that_two_share_allows_neither() -> None:
    """Two databases of one name in two components: only a URN tells them apart, and the report gives it."""
    one, other = deleted(), deleted()
    other["urn"] = other["urn"].replace("::pulumi-python", "::shop:index:Shelf$pulumi-python")
    found = run(document(one, other), "--allow", "Database:orders", "--format", "text")
    assert found.exit_code == Verdict.DATA_LOSS
    assert f"--allow '{other['urn']}'" in found.output


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("new_identity", 'aliases=[pulumi.Alias(name="stock")]'),
        ("into_a_component", 'aliases=["urn:pulumi:dev::shop::pulumi-python:dynamic/prisma:Database::stock"]'),
    ],
)
def test_a_changed_identity_has_a_way_out(name: str, advice: str) -> None:
    """I changed the first argument, or put the database into a component: I am told which alias keeps it."""
    for form in FORMATS:
        assert advice in run(recorded(name), "--format", form).output.replace('\\"', '"')


def test_another_project_is_no_lookalike() -> None:
    """A database that goes and one that comes in another project or region are two."""
    old = deleted(outputs={"projectId": "proj_1", "region": "eu-west-3"})
    for other in ({"projectId": "proj_2"}, {"region": "us-east-1"}, {"adopt": "db_2"}):
        new = {"op": "create", "urn": urn("Database", "b"), "newState": {"inputs": {"projectId": "proj_1", **other}}}
        assert not review(read(document(old, new))).lookalikes


def test_one_creation_is_one_lookalike() -> None:
    """Of two databases that go, the one that the new one is most like is named."""
    gone = [deleted("Database", name, outputs={"isDefault": name == "b"}) for name in ("a", "b")]
    new = {"op": "create", "urn": urn("Database", "c"), "newState": {"inputs": {"name": "c", "isDefault": True}}}
    (found,) = review(read(document(*gone, new))).lookalikes
    assert found.deleted.name == "b"


def test_what_pulumi_only_forgets_is_not_lost() -> None:
    """`retain_on_delete` and what was only looked up live on in Prisma."""
    for state in ("retainOnDelete", "external"):
        found = review(read(document(deleted(**{state: True}))))
        assert [each.kind for each in found.findings] == ["forgotten"]
        assert found.verdict() is Verdict.CHANGES
        assert not found.calls


FLAGGED = {"outputs": {"isDefault": True, "projectId": "proj_1"}}
DEFAULT = deleted(**FLAGGED)


@pytest.mark.parametrize(
    "other",
    [
        {"op": "delete", "urn": urn("Project", "shop"), "oldState": {"id": "proj_1"}},
        {"op": "replace", "urn": urn("Project", "shop"), "oldState": {"id": "1"}, "newState": {}},
        {"op": "destroyed", "urn": urn("Project", "shop")},
        {"op": "create", "urn": urn("Database", "b"), "newState": {"inputs": {"isDefault": True}}},
        {"op": "update", "urn": urn("Database", "b"), "newState": {"inputs": {"isDefault": UNKNOWN_MARK}}},
        {
            "op": "same",
            "urn": urn("Database", "b"),
            "newState": {"inputs": {"isDefault": True, "projectId": UNKNOWN_MARK}},
        },
        # Another one got the flag and is no longer declared to have it; state has both as the default.
        {"op": "same", "urn": urn("Database", "b"), "oldState": FLAGGED, "newState": FLAGGED},
        # Another one got the flag by hand; only what the provider says of it tells so.
        {
            "op": "update",
            "urn": urn("Database", "b"),
            "oldState": {"id": "db_2", "outputs": {"projectId": "proj_1"}},
            "newState": {"id": "db_2", "inputs": {"isDefault": False, "projectId": "proj_1"}},
        },
    ],
)
@pytest.mark.parametrize("form", FORMATS)
def test_a_default_database_that_does_not_live_on(form: str, other: dict[str, Any]) -> None:
    """Where its project goes too, or another database takes the flag from it, I am told that its data is lost."""
    told = {"severity": "info", "message": 'prisma: database "b" (db_2): isDefault is true live, false declared.'}
    said = run(document(DEFAULT, other, diagnostics=[told]), "--format", form)
    assert said.exit_code == Verdict.DATA_LOSS
    assert "All its data is lost." in said.output
    assert "lives on" not in said.output


QUIET = {"op": "same", "urn": urn("Database", "orders"), "oldState": {"id": "db_1"}, "newState": {"id": "db_1"}}


@pytest.mark.parametrize("first", [document(QUIET), stream(QUIET), recorded("rename")])
@pytest.mark.parametrize("second", [document(deleted()), stream(deleted()), recorded("delete")])
def test_several_previews_in_one_are_refused(first: str, second: str) -> None:
    """The previews of two stacks in one file are no preview: a deletion in either must not go unseen."""
    for text in (f"{first}\n{second}", f"{second}\n{first}", f"said by the CLI\n{first}\n{second}"):
        assert run(text).exit_code == Verdict.FAILED


@pytest.mark.parametrize("form", FORMATS)
def test_a_default_database_that_lives_on(form: str) -> None:
    """Taken out of the program while its project stays, it keeps its data: nobody is alarmed, and the check asks."""
    others = (
        {"op": "delete", "urn": urn("Project", "old"), "oldState": {"id": "proj_2"}},
        {"op": "update", "urn": urn("Project", "shop"), "oldState": {"id": "proj_1"}, "newState": {}},
        {"op": "delete", "urn": urn("Project", "kept"), "oldState": {"id": "proj_1", "retainOnDelete": True}},
        {"op": "create", "urn": urn("Database", "b"), "newState": {"inputs": {"isDefault": False}}},
        {
            "op": "create",
            "urn": urn("Database", "c"),
            "newState": {"inputs": {"isDefault": True, "projectId": "proj_3"}},
        },
    )
    said = run(document(DEFAULT, *others[1:]), "--format", form)
    assert said.exit_code == Verdict.DATA_LOSS
    assert "It lives on with its data as the default database of its project" in said.output
    for alarm in ("DATA WOULD BE LOST", "data is lost", "CAUTION", "WARNING", '"loses"'):
        assert alarm not in said.output
    both = run(document(DEFAULT, *others), "--format", form, "--allow", "Project:old")
    assert both.exit_code == Verdict.DATA_LOSS
    assert "It lives on with its data" in both.output
    assert run(document(DEFAULT), "--format", form, "--allow", "Database:orders").exit_code == Verdict.CHANGES


def test_a_default_database_beside_a_loss() -> None:
    """It stands apart from what is lost, after it, and is allowed like it."""
    lines = run(document(DEFAULT, deleted("Database", "stock")), "--format", "text").output.splitlines()
    assert lines[0].endswith("DATA WOULD BE LOST")
    assert lines[2:4] == ["Data that is lost", "  ! deleted   Database stock (db_1): All its data is lost."]
    assert lines[5] == "A default database leaves the program, and lives on with its data"
    assert lines[6].startswith("  forgotten Database orders (db_1): It lives on with its data")
    assert lines[8] == "If that is meant: --allow Database:orders --allow Database:stock"


def test_a_restore_loses_data_unless_it_is_only_recorded() -> None:
    """Declared, or with another backup, it overwrites; adopted, renamed or taken out, nothing is sent."""

    def verdict(op: str, old: dict[str, Any] | None, new: dict[str, Any] | None) -> Verdict:
        inputs = {"databaseId": "db_1", "backupId": "b1", "confirmDatabaseName": "orders"}
        step: dict[str, Any] = {"op": op, "urn": urn("Restore", "back")}
        step |= {} if old is None else {"oldState": {"id": "db_1", "inputs": {**inputs, **old}}}
        step |= {} if new is None else {"newState": {"inputs": {**inputs, **new}}}
        return review(read(document(step))).verdict()

    assert verdict("create", None, {}) is Verdict.DATA_LOSS
    assert verdict("update", {}, {"backupId": "b2"}) is Verdict.DATA_LOSS
    assert verdict("replace", {}, {"databaseId": "db_2"}) is Verdict.DATA_LOSS
    assert verdict("create", None, {"adopt": True}) is Verdict.CHANGES
    assert verdict("update", {}, {"confirmDatabaseName": "sales"}) is Verdict.CHANGES
    assert verdict("delete", {}, None) is Verdict.CHANGES
    hidden = {"backupId": {"4dabf18193072939515e22adb298388d": "1b47", "ciphertext": "[secret]"}}
    assert verdict("update", hidden, hidden) is Verdict.DATA_LOSS  # two that are hidden look the same


def test_a_migration_is_a_change() -> None:
    """It runs a command whose SQL only a rehearsal can judge; taken out, it undoes nothing. No call is made for it."""
    for op, said in (("create", "rehearse"), ("update", "rehearse"), ("delete", "stays what it is")):
        step: dict[str, Any] = {"op": op, "urn": urn("Migration", "schema")}
        step |= {} if op == "create" else {"oldState": {"id": "migration_1"}}
        step |= {} if op == "delete" else {"newState": {"inputs": {"tool": "prisma"}}}
        found = run(document(step))
        assert found.exit_code == Verdict.CHANGES
        assert said in found.output and "POST" not in found.output


def test_other_providers_are_counted() -> None:
    """A topic that goes is a change; that it may hold data is not known, and is said. Components are nothing."""
    topic = {"op": "delete", "urn": "urn:pulumi:dev::shop::aws:sns/topic:Topic::b", "oldState": {"id": "b"}}
    shelf = {"op": "delete", "urn": "urn:pulumi:dev::shop::shop:index:Shelf::s", "oldState": {"custom": False}}
    found = run(document(topic, shelf))
    assert found.exit_code == Verdict.CHANGES
    assert "Resources of other providers that are not known to hold data: 1 delete." in found.output
    assert run(document(shelf)).exit_code == Verdict.SAFE


# Any plan.

_NAMES = st.text(min_size=1, max_size=12)
_VALUES = st.none() | st.booleans() | _NAMES | st.just(UNKNOWN_MARK) | st.dictionaries(_NAMES, _NAMES, max_size=2)
_BAGS = st.dictionaries(
    st.sampled_from(["name", "gitName", "isDefault", "branchId", "projectId", "source", "region", "adopt"]), _VALUES
)
_OPS = ("same", "create", "update", "delete", "replace", "refresh", "read", "import", "create-replacement", "destroyed")


@st.composite
def _steps(draw: st.DrawFn, ops: tuple[str, ...] = _OPS, kinds: tuple[str, ...] = KINDS) -> dict[str, Any]:
    op, kind = draw(st.sampled_from(ops)), draw(st.sampled_from(kinds))
    step: dict[str, Any] = {"op": op, "urn": urn(kind, draw(_NAMES), draw(st.sampled_from(TYPES)))}
    secrets = {"password": "hunter2", "databaseUrl": "postgresql://me:hunter2@db", "rotationTrigger": "hunter2"}
    if op != "create":
        step["oldState"] = {"id": "x_1", "inputs": draw(_BAGS), "outputs": {**draw(_BAGS), **secrets}}
    if op != "delete":
        step["newState"] = {"inputs": {**draw(_BAGS), **secrets}}
    return step


@given(st.lists(_steps()), _steps(("delete", "replace", "delete-replaced"), ("Project", "Database")), st.data())
def test_a_plan_that_deletes_or_replaces_data_is_data_loss(
    others: list[dict[str, Any]], loss: dict[str, Any], data: st.DataObject
) -> None:
    """Whatever else is in the plan, in whichever form it comes, and with `--allow changes`."""
    steps = [*others, loss]
    found = review(read(data.draw(st.sampled_from([document, stream]))(*data.draw(st.permutations(steps)))))
    assert found.verdict(("changes",)) is Verdict.DATA_LOSS
    assert _reports(found)


@given(st.lists(_steps()))
def test_any_plan_is_reported_without_a_secret(steps: list[dict[str, Any]]) -> None:
    """No plan crashes it, and no password comes out of it."""
    assert _reports(review(read(document(*steps))))


def _reports(found: Review) -> bool:
    texts = [render(found, ()) for render in FORMATS.values()]
    return all(texts) and not any(secret in text for text in texts for secret in SECRETS)


_DECLARED = st.none() | st.booleans() | st.text()


@given(st.lists(st.tuples(_DECLARED, _DECLARED), min_size=1))
def test_what_the_provider_says_is_read_back(pairs: list[tuple[Any, Any]]) -> None:
    """Whatever the values hold, quotes and semicolons too: they are read as they were written."""
    changes = [Change("name", live, declared, "patch") for live, declared in pairs]
    line = f": {'; '.join(map(str, changes))}. Request: PATCH {{}}."
    assert list(told_by(line)) == [("name", *pair) for pair in pairs]


def test_the_review_knows_what_is_sent() -> None:
    """What a handler changes in place, or cannot change, is shown by the review as that, in every resource."""
    fields = [field for handler in HANDLERS.values() for field in handler.fields if field.is_held]
    assert {field.name for field in fields if field.kind == "patch"} <= set(changes.PATCHED)
    replaced = {field.name for field in fields if field.kind == "replace"}
    assert replaced <= {*changes.PATCHED, *changes.FIXED}
