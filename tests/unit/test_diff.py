"""The diff as values: what differs from live, and the smallest PATCH that closes it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from prisma_provider.api.ids import same_id
from prisma_provider.diff import GONE, UNKNOWN, Change, Diff, Field, diff, explain, ignores, settings_changed

FIELDS = (
    Field("projectId", "replace", same_id),
    Field("name", "patch"),
    Field("isDefault", "patch"),
    Field("branchId", "patch", same_id),
    Field("region", "replace"),
    Field("allowReplace", "setting"),
    Field("status", "output"),
)
MANAGED = [field.name for field in FIELDS if field.kind in ("patch", "replace")]

values = st.one_of(st.booleans(), st.text(alphabet="abc_", max_size=4))
declarations = st.dictionaries(st.sampled_from([field.name for field in FIELDS]), values)
some_fields = st.sets(st.sampled_from(MANAGED))


def test_an_unknown_value_replaces_and_never_patches() -> None:
    """A value that only the update will know differs where it cannot be changed, and waits where it can."""
    found = diff(FIELDS, {"projectId": UNKNOWN, "name": UNKNOWN}, {"projectId": "proj_1", "name": "orders"})
    assert found.replaces() == ["projectId"]
    assert found.patches() == ()


@given(declarations)
def test_no_diffs_is_no_changes(properties: dict[str, Any]) -> None:
    """What is declared as it is live is no change."""
    assert not diff(FIELDS, properties, properties)
    assert diff(FIELDS, properties, properties).patches() == ()


@given(declarations, declarations)
def test_a_field_that_is_not_declared_is_not_managed(declared: dict[str, Any], live: dict[str, Any]) -> None:
    """What my program does not mention is left alone."""
    assert {change.field for change in diff(FIELDS, declared, live).changes} <= declared.keys()


@given(declarations, declarations, some_fields)
def test_ignored_fields_are_left_alone(declared: dict[str, Any], live: dict[str, Any], ignored: set[str]) -> None:
    """What ignore_changes names is never touched, whatever differs."""
    found = diff(FIELDS, declared, live, ignored=ignored)
    assert not {change.field for change in found.changes} & ignored
    assert all(not body.keys() & ignored for body in found.patches())


@given(declarations, declarations)
def test_the_patches_close_exactly_the_difference(declared: dict[str, Any], live: dict[str, Any]) -> None:
    """After the PATCHes live is as declared, and nothing was sent that did not differ."""
    found = diff(FIELDS, declared, live)
    sent: dict[str, Any] = {}
    for body in found.patches():
        assert not sent.keys() & body.keys()
        sent |= body
    for name, value in sent.items():
        assert live.get(name) != value
    after = diff(FIELDS, declared, live | sent)
    assert after.patches() == ()
    assert after.replaces() == found.replaces()


@given(declarations, declarations)
def test_only_fields_that_can_be_patched_are_sent(declared: dict[str, Any], live: dict[str, Any]) -> None:
    """A PATCH never holds a region, a project or a setting."""
    for body in diff(FIELDS, declared, live).patches():
        assert body.keys() <= {"name", "isDefault", "branchId"}


@given(st.text(alphabet="abc019", min_size=1), st.booleans(), st.booleans())
def test_ids_are_compared_without_prefix(bare: str, one: bool, other: bool) -> None:
    """An id is the same with and without its prefix."""
    declared = {"projectId": f"proj_{bare}" if one else bare}
    assert not diff(FIELDS, declared, {"projectId": f"proj_{bare}" if other else bare})


def test_name_and_flag_go_together_and_a_move_goes_alone() -> None:
    """A rename and a promotion are one PATCH; a move to another branch is one of its own, after it."""
    declared = {"name": "b", "isDefault": True, "branchId": "br_2"}
    found = diff(FIELDS, declared, {"name": "a", "isDefault": False, "branchId": "br_1"})
    assert found.patches() == ({"name": "b", "isDefault": True}, {"branchId": "br_2"})


def test_a_change_reads_as_a_sentence() -> None:
    """A difference names both values."""
    assert str(Change("name", "a", "b", "patch")) == 'name is "a" live, "b" declared'
    assert str(Change("isDefault", None, True, "patch")) == "isDefault is not set live, true declared"
    assert not Diff()


def test_what_is_gone_is_replaced() -> None:
    """An object that is gone is one that only another can satisfy."""
    assert GONE.replaces() == ["id"]


def test_a_move_to_a_branch_goes_alone() -> None:
    """A branch, by id or by name, is sent after everything else."""
    for field in ("branchId", "branchGitName"):
        found = Diff((Change(field, None, "main", "patch"), Change("name", "orders", "sales", "patch")))
        assert found.patches() == ({"name": "sales"}, {field: "main"})


def test_a_path_of_ignore_changes_is_a_property_as_a_whole() -> None:
    """I write ignore_changes as a name, as a quoted path or as a star; a part of a property is the engine's."""
    assert all(ignores([path], "name") for path in ("name", '["name"]', "*", "[*]"))
    assert not any(ignores([path], "name") for path in ("names", "source.name", '["names"]'))
    assert not ignores(None, "name")


def test_a_setting_that_differs_is_only_recorded() -> None:
    """A setting that I change is recorded and nothing is sent; false and not given are the same."""
    assert not settings_changed(FIELDS, {"allowReplace": False}, {})
    assert not settings_changed(FIELDS, {"name": "orders"}, {"name": "sales"})
    found = settings_changed(FIELDS, {}, {"allowReplace": True})
    assert found.changes == (Change("allowReplace", None, True, "record"),)
    assert found.patches() == ()


def test_a_preview_explains_what_it_will_do() -> None:
    """The preview says what is live, what I declare, and what will be sent, in one line for each cause."""
    patch, replace = Change("name", "ö", "sales", "patch"), Change("region", None, "eu", "replace")
    wait, rotate = Change("isDefault", True, False, "wait"), Change("rotationTrigger", "1", "2", "rotate")
    restore, record = Change("backupId", "1", "2", "restore"), Change("allowReplace", None, True, "record")
    expected = {
        (): [],
        (record,): ["it: nothing is sent; only Pulumi's record of allowReplace changes."],
        GONE.changes: ["it is gone: it will be made again."],
        (patch,): ['it: name is "ö" live, "sales" declared. Request: PATCH {"name": "sales"}.'],
        (replace,): ['it: region is not set live, "eu" declared.'],
        (patch, replace): ['it: name is "ö" live, "sales" declared; region is not set live, "eu" declared.'],
        (wait,): ["it: isDefault is true live, false declared."],
        (rotate,): ["it: gets a new password in place; the old one is locked out."],
        (restore,): ["it: will be restored from backup 2; ALL ITS DATA since then is lost."],
    }
    assert {changes: list(explain("it", Diff(changes))) for changes in expected} == expected
