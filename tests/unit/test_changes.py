"""Changing and deleting: what the service refuses, and how often it is asked."""

from __future__ import annotations

import pytest

from prisma_provider import errors
from prisma_provider.diff import Change, Diff, Field
from prisma_provider.handlers.changes import compare, delete, demotion, patch, rotation, went_away
from unit.service import Service, refusal


@pytest.mark.parametrize("kind", [errors.Unauthorized, errors.NotFound, errors.PlanLimit])
def test_what_is_no_matter_of_the_body_is_said_as_it_is(kind: type[errors.Rejected]) -> None:
    """A token that is not valid, an object that is gone and a plan's limit are not blamed on what was asked for."""

    def send(_: object) -> None:
        raise kind("The very words.", hint="the very hint.")

    with pytest.raises(kind, match=r"^The very words\.\n.*the very hint\.$"):
        patch("it", {"name": "x"}, send)


@pytest.mark.parametrize(("status", "kind"), [(401, errors.Unauthorized), (403, errors.Forbidden)])
def test_patience_is_for_what_may_change(service: Service, status: int, kind: type[errors.Rejected]) -> None:
    """A deletion that waits for others to be seen does not ask again where the token is what is wrong."""
    home = service.project()["id"]
    service.fail("DELETE", "/v1/projects/.*", refusal(status, "no"), times=-1)
    live = service.live()
    with pytest.raises(kind):
        delete(live, "project", home, {}, live.client.delete_project, patiently=True)
    assert len(service.sent("DELETE")) == 1


def test_what_is_gone_is_not_asked_for_again(service: Service) -> None:
    """What is gone already is done at the first answer, in the workspace that held it, and in no other."""
    live = service.live()
    delete(live, "project", "proj_9", {"workspaceId": "wksp_1"}, live.client.delete_project, patiently=True)
    assert len(service.sent("DELETE")) == 1
    with pytest.raises(errors.ConfigurationError, match="wksp_2"):
        delete(live, "project", "proj_9", {"workspaceId": "wksp_2"}, live.client.delete_project)


def test_without_patience_it_is_asked_once(service: Service) -> None:
    """A conflict is an error at once; of what holds others it is said what to do."""
    home = service.project()["id"]
    service.fail("DELETE", "/v1/(projects|databases)/.*", refusal(409, "in use"), times=-1)
    live = service.live()
    for what, hint in (
        ("project", "Delete what it still holds"),
        ("branch", "Delete what"),
        ("database", "See Prisma"),
    ):
        with pytest.raises(errors.Conflict, match=f"in use\n.*it is kept\\. {hint}"):
            delete(live, what, home, {}, live.client.delete_project)
    assert len(service.sent("DELETE")) == 3


def test_what_a_trigger_and_a_flag_mean() -> None:
    """A trigger that was set rotates, one that was taken away does not; a flag that is taken away waits."""
    assert rotation(Change("rotationTrigger", None, "1", "record")).how == "rotate"
    assert rotation(Change("rotationTrigger", "1", None, "record")).how == "record"
    assert rotation(Change("name", None, "1", "patch")).how == "patch"
    assert demotion(Change("isDefault", True, False, "patch")).how == "wait"
    assert demotion(Change("isDefault", False, True, "patch")).how == "patch"
    assert demotion(Change("isDefault", True, False, "record")).how == "record"
    assert demotion(Change("name", True, False, "patch")).how == "patch"


def test_both_values_of_a_change_stay() -> None:
    """Whatever closes a difference: what is live and what is declared are not exchanged."""
    assert rotation(Change("rotationTrigger", "1", "2", "record")) == Change("rotationTrigger", "1", "2", "rotate")
    assert demotion(Change("isDefault", True, False, "patch")) == Change("isDefault", True, False, "wait")


def test_a_refused_patch_says_what_was_asked() -> None:
    """What the service says stands below what was asked for; where it says nothing, its status does."""
    hint = "What to do: nothing was lost; correct the program, or the token's access, and run `pulumi up` again"
    for error, body, expected in (
        (errors.Rejected("It is refused.", said="no ö"), {"name": "ö"}, 'Prisma refused to change name="ö" of it.'),
        (errors.Forbidden("No access."), {"name": "x"}, 'No access. Asked for was name="x".'),
    ):

        def send(_: object, error: errors.Rejected = error) -> None:
            raise error

        with pytest.raises(type(error)) as refused:
            patch("it", body, send)
        assert (refused.value.what, refused.value.said) == (expected, error.said)
        assert str(refused.value).endswith(f"{hint}.")
        with pytest.raises(type(error), match="is_default out, which then stays as it is"):
            patch("it", {**body, "isDefault": True}, send)


def test_the_hint_of_a_refused_deletion_is_kept(service: Service) -> None:
    """An error that says what to do itself is not given another way out."""

    def send(_: str) -> None:
        raise errors.Rejected("It is refused.", hint="wait a day")

    with pytest.raises(errors.Rejected, match="wait a day") as error:
        delete(service.live(), "project", "proj_1", {}, send)
    assert "it is kept" not in str(error.value)


def test_what_went_away_is_named() -> None:
    """What was deleted in the meantime is named, with what to do."""
    assert str(went_away("database", "db_1")).startswith("The database db_1 was deleted in the meantime")


def test_a_record_that_is_behind_is_reported() -> None:
    """Where the program and the service agree and only state is behind, that is one change, and nothing to send."""
    fields = (Field("name", "patch"), Field("region", "replace"), Field("adopt", "setting"))
    found = compare(fields, {"name": "old"}, {"name": "new"}, {"name": "new"})
    assert found == Diff((Change("name", "new", "old", "record"),))
    assert not compare(fields, {"name": "old"}, {"name": "new", "ignoreChanges": ["name"]}, {"name": "new"})
    assert not compare(fields, {}, {"name": "new"}, {"name": "new"})
