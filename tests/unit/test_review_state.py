"""What a preview does not show, and the state of the stack does: deletions that an earlier run left undone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from prisma_provider.review.report import FORMATS
from unit.conftest import export
from unit.test_review import deleted, document, run, stream, urn
from unit.test_review_forms import text

pytestmark = pytest.mark.usefixtures("exported")
QUIET = document({"op": "same", "urn": "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev", "oldState": {"id": ""}})
PENDING = {"urn": urn("Database", "orders"), "id": "db_1", "custom": True, "delete": True}


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", ["pending.jsonl", "pending_steps.json", "pending_steps.jsonl"])
def test_what_the_preview_shows_of_a_pending_deletion(name: str, form: str) -> None:
    """The next `up` deletes the database that an earlier one should have deleted: it is called what it is."""
    stem, _, suffix = name.partition(".")
    found = run(text(stem, suffix), "--format", form)
    assert found.exit_code == 20
    assert "An earlier replacement did not delete it; the next `pulumi up` does." in found.stdout


@pytest.mark.parametrize("form", FORMATS)
def test_what_only_the_state_shows(form: str, tmp_path: Path, exported: dict[str, str | None]) -> None:
    """The plain document has no trace of it: the state is read, from the file that I give, or by the CLI."""
    state = tmp_path / "state.json"
    state.write_text(text("pending", "export"))
    by_file = run(text("pending", "json"), "--state", str(state), "--format", form)
    exported["export"] = text("pending", "export")
    by_cli = run(text("pending", "json"), "--format", form)
    assert by_file.exit_code == by_cli.exit_code == 20
    assert by_file.stdout == by_cli.stdout
    assert "An earlier replacement did not delete it" in by_cli.stdout


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize(
    "found",
    [
        None,
        "",
        "no stack",
        "[]",
        '{"deployment": 1}',
        '{"deployment": {"resources": [1]}}',
        '{"deployment": {"resources": [{"urn": "x"}]}}',
        '{"deployment":' + "[" * 200_000,
        '{"deployment": {}}',
        export().replace("dev::shop", "dev::other"),
        export().replace("dev::shop", "prod::shop"),
    ],
    ids=lambda found: str(found)[:40],
)
def test_a_state_that_cannot_be_read_is_never_green(
    found: str | None,
    form: str,
    tmp_path: Path,
    exported: dict[str, str | None],
) -> None:
    """No CLI, no login, another stack, an empty one: the review says what it could not see, and ends 1."""
    exported["export"] = found
    said = run(QUIET, "--format", form, "--allow", "changes")
    assert said.exit_code == 1
    assert "The state of the stack was not read" in said.stdout
    assert "--state FILE" in said.stdout
    if found is not None:
        state = tmp_path / "state.json"
        state.write_text(found)
        said = run(QUIET, "--format", form, "--state", str(state))
        assert said.exit_code == 1
        assert "--state" in said.stdout


def test_changes_are_changes_and_never_safe(exported: dict[str, str | None]) -> None:
    """Where the state cannot be read a plan with changes ends 10 and says so; allowed, it is not green either."""
    exported["export"] = None
    changes = document({"op": "create", "urn": urn("Database", "orders"), "newState": {"inputs": {"name": "orders"}}})
    said = run(changes)
    assert said.exit_code == 10
    assert "no data is lost" not in said.stdout
    assert "The state of the stack was not read" in said.stdout
    assert run(changes, "--allow", "changes").exit_code == 1


def test_losses_that_are_seen_outweigh_what_is_not(exported: dict[str, str | None]) -> None:
    """Without the state a deletion that the preview shows is a loss all the same; allowed, it is still not green."""
    exported["export"] = None
    assert run(document(deleted())).exit_code == 20
    assert run(document(deleted()), "--allow", "Database:orders", "--allow", "changes").exit_code == 1


def test_a_preview_that_shows_its_parts_needs_no_state(exported: dict[str, str | None]) -> None:
    """Events always have them, a document with --show-replacement-steps has them: the CLI is not asked."""
    exported["export"] = None
    step: dict[str, Any] = {"op": "same", "urn": urn("Database", "orders"), "newState": {}}
    assert run(stream(step)).exit_code == 0
    parts = [
        {"op": op, "urn": urn("Branch", "x"), "oldState": {"id": "br_1"}} for op in ("create-replacement", "replace")
    ]
    assert run(document(step, *parts), "--allow", "changes").exit_code == 0


@pytest.mark.parametrize(
    ("entry", "status"),
    [
        (PENDING, 20),
        ({**PENDING, "retainOnDelete": True}, 10),
        ({**PENDING, "delete": False}, 0),
        ({**PENDING, "urn": urn("Branch", "b")}, 10),
        ({**PENDING, "urn": "urn:pulumi:dev::shop::aws:rds/instance:Instance::old"}, 20),
    ],
)
def test_a_pending_deletion_is_judged_as_any_other(
    entry: dict[str, Any], status: int, exported: dict[str, str | None]
) -> None:
    """Of a database it loses data, of a branch it changes something, and what is retained lives on."""
    exported["export"] = export(entry)
    assert run(QUIET).exit_code == status


def test_two_objects_of_one_resource_are_allowed_one_by_one(exported: dict[str, str | None]) -> None:
    """The one in use is deleted, and one that an earlier run left: a name that fits both lets neither go."""
    exported["export"] = export({**PENDING, "id": "db_0"})
    both = document(deleted())
    assert run(both, "--allow", "Database:orders").exit_code == 20
    assert run(both, "--allow", urn("Database", "orders")).exit_code == 20
    said = run(both, "--allow", "db_0", "--format", "text")
    assert said.exit_code == 20
    assert "If that is meant: --allow db_1\n" in said.stdout
    assert run(both, "--allow", "db_0", "--allow", "db_1").exit_code == 10


def test_a_deletion_that_the_preview_shows_is_counted_once(exported: dict[str, str | None]) -> None:
    """The state has it, and the preview too."""
    exported["export"] = export(PENDING)
    found = json.loads(run(document(deleted()), "--format", "json").stdout)
    assert len(found["losesData"]) == 1
