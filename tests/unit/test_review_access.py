"""Reviews of environment variables and service tokens: nobody's data, but somebody's access; and no value is shown."""

from __future__ import annotations

from typing import Any

import pytest

from prisma_provider.reporting import Verdict
from prisma_provider.review.calls import calls
from prisma_provider.review.plan import Plan, State, Step
from prisma_provider.review.report import FORMATS
from prisma_provider.review.review import Review, review
from prisma_provider.review.values import UNKNOWN_MARK

VALUE = "hunter2"
OURS = ("pulumi-python:dynamic/prisma:", "prisma:index:")
NOTHING = Plan("shop/dev", ())
HOSTS = pytest.mark.parametrize("host", OURS)


def step(op: str, host: str, kind: str, **more: Any) -> Step:
    """A step of a preview; a value stands in it in clear, as in no preview of Pulumi's."""
    before, after = more.pop("before", {}), more.pop("after", {})
    names = {"key": "DATABASE_URL", "value": VALUE, "variableClass": "preview", "projectId": "proj_1"}
    if kind == "ServiceToken":
        names = {"name": "ci", "value": VALUE, "workspaceId": "wksp_1"}
    old = State("envvar_1", {**names, **before}, {**names, **before}) if op != "create" else None
    new = State("envvar_1", {**names, **after}) if op != "delete" else None
    return Step(op, f"urn:pulumi:dev::shop::{host}{kind}::it", old, new, **more)


def reviewed(*steps: Step, said: tuple[str, ...] = ()) -> Review:
    """The review; in none of its forms is the value."""
    found = review(Plan("shop/dev", steps, said))
    for form in FORMATS.values():
        assert VALUE not in str(form(found, ()))
    assert found.verdict(()) in (Verdict.CHANGES, Verdict.SAFE)
    return found


@HOSTS
def test_a_service_token_that_goes_locks_somebody_out(host: str) -> None:
    """Deleted or rotated: access is lost, and no data; with keep_previous nobody's is."""
    (gone,) = reviewed(step("delete", host, "ServiceToken")).findings
    assert (gone.loses, gone.note) == ("credentials", "Whoever uses this token is locked out.")
    rotated = step("replace", host, "ServiceToken", after={"rotationTrigger": "2"}, reasons=("rotationTrigger",))
    (new,) = reviewed(rotated).findings
    assert new.loses == "credentials" and "locked out" in str(new.note)
    assert (new.before, new.after) == (None, None)
    kept = step("replace", host, "ServiceToken", after={"rotationTrigger": "2", "keepPrevious": True})
    (new,) = reviewed(kept).findings
    assert new.loses is None and "stays valid" in str(new.note)


def test_a_connection_to_a_database_that_is_not_known_yet() -> None:
    """A set in YAML that gets a key: its ids are only known after the update, and the comment does not cry wolf."""
    old, new = State("con_1", {"databaseId": "db_1"}), State("con_1", {"databaseId": UNKNOWN_MARK})
    urn = "urn:pulumi:dev::shop::prisma:index:Connection::web"
    (found,) = reviewed(Step("replace", urn, old, new, reasons=("databaseId",))).findings
    assert str(found.note).endswith("If it turns out to be the same, nothing is replaced.")
    other = State("con_1", {"databaseId": "db_2"})
    (found,) = reviewed(Step("replace", urn, old, other, reasons=("databaseId",))).findings
    assert str(found.note).endswith("is locked out.")


@HOSTS
def test_a_variable_is_no_data(host: str) -> None:
    """Made, deleted, replaced: named by its key, and nothing is lost."""
    (made,) = reviewed(step("create", host, "EnvironmentVariable", after={"adopt": True})).findings
    assert made.after is not None and "DATABASE_URL" in made.after and "value replaced" in str(made.note)
    (gone,) = reviewed(step("delete", host, "EnvironmentVariable")).findings
    assert gone.loses is None and "next deployment" in str(gone.note)
    other = step("replace", host, "EnvironmentVariable", after={"key": "DIRECT_URL"}, reasons=("key",))
    (new,) = reviewed(other).findings
    assert new.loses is None and "DIRECT_URL" in str(new.after)


@pytest.mark.parametrize(
    ("line", "detailed", "drift"),
    [
        ('environment variable "DATABASE_URL" (envvar_1): gets the value that the program declares now.', (), False),
        ('environment variable "DATABASE_URL" (envvar_1): its value is only known after the update, and …', (), False),
        (
            'environment variable "DATABASE_URL" (envvar_1): value is "written elsewhere at 2026" live, "[secret]" '
            "declared. Request: PATCH, which puts back what the program declares.",
            (),
            True,
        ),
        ("", ("value",), False),
    ],
)
def test_a_value_that_is_sent_is_a_change(line: str, detailed: tuple[str, ...], drift: bool) -> None:
    """However the host says it: one PATCH, and whether another hand had written it."""
    update = step("update", OURS[bool(detailed)], "EnvironmentVariable", detailed=detailed)
    found = reviewed(update, said=(line,) if line else ())
    (change,) = found.findings
    assert (change.kind, change.drift) == ("changed", drift)
    assert "is sent" in str(change.note)
    assert ("if it is another one" in str(change.note)) == ("only known" in line)


@HOSTS
def test_the_token_before_the_last_is_named(host: str) -> None:
    """keep_previous: a rotation revokes the one before, and keeps this one; a deletion revokes both."""
    held = {"rotationTrigger": "1", "keepPrevious": True, "previousId": "itgr_0"}
    tokens = "/v1/workspaces/wksp_1/service-tokens"
    kept = step("replace", host, "ServiceToken", before=held, after={**held, "rotationTrigger": "2"})
    (new,) = reviewed(kept).findings
    assert (
        new.loses == "credentials"
        and "stays valid" in str(new.note)
        and "before left valid is revoked" in str(new.note)
    )
    assert list(calls(kept, NOTHING)) == [f"POST {tokens}", f"DELETE {tokens}/itgr_0"]
    ends = step("replace", host, "ServiceToken", before=held, after={"rotationTrigger": "2"})
    gone = step("delete", host, "ServiceToken", before=held)
    for each in (ends, gone):
        assert list(calls(each, NOTHING))[-2:] == [f"DELETE {tokens}/itgr_0", f"DELETE {tokens}/envvar_1"]
        assert "before left valid is revoked" in str(reviewed(each).findings[0].note)
    first = step("replace", host, "ServiceToken", after={"rotationTrigger": "2", "keepPrevious": True})
    assert list(calls(first, NOTHING)) == [f"POST {tokens}"]
    undone = step("delete", host, "ServiceToken", before={"keepPrevious": True}, pending=True)
    (left,) = reviewed(undone).findings
    assert (left.kind, left.loses) == ("forgotten", None) and not list(calls(undone, NOTHING))


@HOSTS
def test_what_is_left_to_prisma_stays(host: str) -> None:
    """adopt=False: what Prisma manages is not deleted, and what the creation does is said with its condition."""
    held = {"adopt": False, "isManagedBySystem": True}
    gone = step("delete", host, "EnvironmentVariable", before=held)
    (left,) = reviewed(gone).findings
    assert left.kind == "forgotten" and "lives on" in str(left.note) and not list(calls(gone, NOTHING))
    other = step("replace", host, "EnvironmentVariable", before=held, after={"key": "OTHER"}, reasons=("key",))
    assert "this one lives on" in str(reviewed(other).findings[0].note)
    assert list(calls(other, NOTHING)) == ["POST /v1/environment-variables"]
    (made,) = reviewed(step("create", host, "EnvironmentVariable", after={"adopt": False})).findings
    assert "nothing is sent" in str(made.note)
