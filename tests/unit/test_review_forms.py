"""Previews that end badly or hide something, recorded from the real CLI in both of its forms."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from prisma_provider.review.report import FORMATS
from unit.test_review import document, run, stream, urn

pytestmark = pytest.mark.usefixtures("exported")
FOLDER = Path(__file__).parent / "previews" / "both"
BOTH = ("json", "jsonl")
TOKEN = "shop: There is no token for Prisma's Management API."


def text(name: str, form: str) -> str:
    return (FOLDER / f"{name}.{form}").read_text()


@pytest.mark.parametrize("form", BOTH)
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("raises", "The program raised ValueError in __main__.py, line 6."),
        ("no_token_dynamic", TOKEN),
        ("no_token_native", TOKEN),
        ("protect_delete", "Database orders would be deleted; it is protected. Nothing was changed."),
        ("protect_replace", "Database orders would be replaced; it is protected. Nothing was changed."),
    ],
)
def test_a_preview_that_failed_says_why(name: str, said: str, form: str) -> None:
    """My pull request's preview failed: the comment names the cause, the log has it whole, and nothing is offered."""
    found = run(text(name, form), "--format", "text")
    assert found.exit_code == 1
    assert said in found.stdout
    assert "hunter2" not in found.stdout
    assert "preview failed" not in found.stdout.partition("\n")[2]
    assert "--allow" not in found.stdout
    assert found.stderr
    assert name != "raises" or "ValueError: boom hunter2" in found.stderr


def test_a_provider_that_has_no_token_is_shown() -> None:
    """The plugin's own complaint is meant for people, too."""
    provider = "urn:pulumi:dev::shop::pulumi:providers:prisma::default"
    error = {"severity": "error", "urn": provider, "message": "error: There is no token. Log in."}
    assert "There is no token. Log in." in run(document(diagnostics=[error])).stdout


def test_the_log_gives_a_job_no_orders_and_no_passwords() -> None:
    """What a program printed when it failed stands in the log, where it may neither command nor give away."""
    error = {"severity": "error", "message": "error: ::error::x\n##[group]y\x1b[2J postgresql://me:hunter2@db"}
    said = run(document(diagnostics=[error])).stderr
    assert "hunter2" not in said
    assert not any(part in said for part in ("\n::", "##[", "\x1b"))


@pytest.mark.parametrize("host", ["dynamic", "plugin"])
def test_a_renamed_environment_has_one_advice_in_either_form(host: str) -> None:
    """I renamed an environment: one alias, on the environment, with the line to paste; both forms say the same."""
    said = [run(text(f"environment_renamed_{host}", form), "--format", "text").stdout for form in BOTH]
    assert said[0] == said[1]
    assert "Environment staging is deleted, and Environment stage is made" in said[0]
    assert said[0].count("aliases=") == 1
    assert 'opts=pulumi.ResourceOptions(aliases=[pulumi.Alias(name="staging")])' in said[0]
    assert "! deleted   Environment" not in said[0]


def test_a_failure_without_a_cause_says_where_the_cause_may_be() -> None:
    """A plain document of a violated policy says only that the preview failed."""
    error = {"severity": "error", "message": "error: preview failed\n"}
    assert "PULUMI_ENABLE_STREAMING_JSON_PREVIEW" in run(document(diagnostics=[error])).stdout


def test_a_violated_policy_is_named() -> None:
    """A mandatory policy ends a preview that went well otherwise: it is named, with what it violates; advice is not."""
    lines = stream({"op": "same", "urn": urn("Database", "orders"), "newState": {}}).splitlines()
    event = {"message": "No databases.", "policyName": "none", "policyPackName": "acme"}
    event["resourceUrn"] = urn("Database", "orders")
    for level, status in (("mandatory", 1), ("advisory", 0)):
        policy = json.dumps({"policyEvent": {**event, "enforcementLevel": level}})
        found = run("\n".join([*lines[:-1], policy, lines[-1]]))
        assert found.exit_code == status
        assert ("Policy acme/none is violated by Database orders: No databases." in found.stdout) is bool(status)


@pytest.mark.parametrize(
    "event",
    ['{"resOpFailedEvent": {}}', '{"summaryEvent": {"maybeCorrupt": true}}', '{"summaryEvent": {"result": "failed"}}'],
)
def test_events_of_a_failure_are_believed(event: str) -> None:
    """Whatever else they say."""
    end = "" if "summaryEvent" in event else '\n{"summaryEvent": {"result": "succeeded"}}'
    assert run('{"preludeEvent": {}}\n' + event + end).exit_code == 1


@pytest.mark.parametrize("form", FORMATS)
def test_a_status_of_the_preview_is_believed(form: str) -> None:
    """The preview ended badly and its document is clean, as with a policy: that is never green, and is said."""
    clean = stream({"op": "same", "urn": urn("Database", "orders"), "newState": {}})
    assert run(clean, "--status", "0", "--format", form).exit_code == 0
    failed = run(clean, "--status", "255", "--allow", "changes", "--format", form)
    assert failed.exit_code == 1
    assert "ended with status 255" in failed.stdout
    known = run(text("raises", "json"), "--status", "255")
    assert "ended with status" not in known.stdout


_DELETE = f'{{"op": "delete", "urn": "{urn("Database", "orders")}", %s}}'


@pytest.mark.parametrize(
    "broken",
    [
        '{"steps": ' + "[" * 200_000 + "]" * 200_000 + ', "changeSummary": {}}',
        '{"steps": [], "changeSummary": ' + '{"a":' * 200_000,
        "[" * 200_000,
        *(
            f'{{"steps": [{step}], "changeSummary": {{}}}}'
            for step in ("1", "null", '"x"', "[]", '{"op": 1, "urn": 2}')
        ),
        *(
            f'{{"steps": [{_DELETE % part}], "changeSummary": {{"delete": 1}}}}'
            for part in (
                '"oldState": 1',
                '"oldState": {"id": 1}',
                '"oldState": {"inputs": []}',
                '"replaceReasons": [1]',
            )
        ),
        *(
            f'{{"steps": [], "changeSummary": {count}}}'
            for count in ("[]", "1", '{"delete": "x"}', '{"delete": 1e999}')
        ),
        *(f'{{"steps": [], "changeSummary": {{}}, "diagnostics": {found}}}' for found in ("1", "[1]", "{}")),
        '{"preludeEvent": {}}\n{"resourcePreEvent": 1}\n{"summaryEvent": {}}',
        '{"preludeEvent": {}, "sequence": 0}\n{"summaryEvent": {}, "sequence": "1"}',
        "\x00" * 10,
        document({"op": "same", "urn": urn("Database", "a")}) + "\n[1]",
    ],
    ids=lambda broken: broken[:60],
)
@pytest.mark.parametrize("form", FORMATS)
def test_what_is_broken_is_one_sentence(broken: str, form: str) -> None:
    """Wrong types, nested too deep, or something else: status 1, a report that takes the old one's place, no crash."""
    found = run(broken, "--format", form)
    assert found.exit_code == 1
    assert found.stdout
    assert isinstance(found.exception, SystemExit)


@pytest.mark.parametrize("between", ["", " ", "\n"])
def test_two_documents_in_one_file_are_refused(between: str) -> None:
    """However they are written one after the other: a deletion in the second must not go unseen."""
    quiet = document({"op": "same", "urn": urn("Database", "orders")})
    gone = document({"op": "delete", "urn": urn("Database", "orders"), "oldState": {"id": "db_1"}})
    for first, second in ((quiet, gone), (gone, quiet)):
        assert run(first + between + second).exit_code == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_document_may_be_in_any_encoding_of_unicode(encoding: str) -> None:
    """I wrote it with the `>` of a shell on Windows, which makes UTF-16 of it: the deletion is seen all the same."""
    gone = document({"op": "delete", "urn": urn("Database", "orders"), "oldState": {"id": "db_1"}})
    found = run(gone.replace("\n", "\r\n").encode(encoding), "--format", "text")
    assert found.exit_code == 20
    assert "Database orders (db_1)" in found.stdout


def test_a_replacement_that_an_option_asks_for_names_options() -> None:
    """I set replacement_trigger, and no property differs: the review says that an option may have asked for it."""
    state = {"id": "db_1", "inputs": {"name": "orders"}}
    step = {"op": "replace", "urn": urn("Database", "orders"), "oldState": state, "newState": state}
    found = run(document(step), "--format", "text")
    assert found.exit_code == 20
    assert "An option such as replacement_trigger" in found.stdout
