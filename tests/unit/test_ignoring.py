"""What a resource transform says to ignore: the engine alone knows of it, and state holds it."""

from __future__ import annotations

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from prisma_provider import dynamic as host
from prisma_provider.diff import ignores
from prisma_provider.live import state
from prisma_provider.live.state import Entry, Recorded
from unit.service import Service
from unit.test_dynamic import DATABASE, REFERENCE, process

__all__ = ["process"]


URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/prisma:Database::orders"


class Stack:
    """A database of a stack, renamed by hand, and the state that is asked about it."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.asked = 0
        self.paths: tuple[str, ...] = ("name",)
        self.inputs = self.check({}, name="orders", projectId=service.project()["id"])
        request = SimpleNamespace(urn=URN)  # noqa: F841  Pulumi's host has it there
        made = DATABASE.create(self.inputs)
        assert made.outs is not None
        self.id, self.outputs = made.id, {**REFERENCE, **made.outs}
        self.drift(name="console")

    def check(self, olds: dict[str, Any], **news: Any) -> dict[str, Any]:
        request = SimpleNamespace(urn=URN)  # noqa: F841
        checked = DATABASE.check(olds, {**REFERENCE, "identity": f"orders-{'0' * 16}", **news})
        assert not checked.failures
        return {**REFERENCE, **checked.inputs}

    def drift(self, **live: Any) -> None:
        """Another hand changes it, and a new process of the provider begins."""
        self.service.databases[self.id].update(live)
        process = host._Process()
        process._live = self.service.live()
        process._live._read_state = self._recorded
        host._process = process

    def _recorded(self) -> Recorded:
        self.asked += 1
        return Recorded((Entry(URN, self.id, ignored=self.paths),))

    def changes(self, **news: Any) -> bool:
        """Whether an `up` with these inputs would do something."""
        given = {"projectId": self.inputs["projectId"], "name": "orders", **news}
        self.news = self.check(self.inputs, **given)
        request = SimpleNamespace(urn=URN)  # noqa: F841
        return bool(DATABASE.diff(self.id, self.outputs, self.news).changes)


@pytest.fixture
def stack(process: Service) -> Iterator[Stack]:
    yield Stack(process)


def test_what_options_and_a_transform_ignore_both_stay(stack: Stack) -> None:
    """My own ignore_changes counts beside that of a transform: neither drift is put back."""
    own = {"isDefault": False, "ignoreChanges": ["name"]}
    stack.inputs |= own
    stack.outputs |= own
    stack.paths = ("name", "branchId")
    stack.inputs["branchId"] = stack.outputs["branchId"]
    stack.drift(branchId="br_2")
    assert not stack.changes(**own, branchId=stack.inputs["branchId"])
    assert stack.asked == 1


@pytest.mark.parametrize(
    ("path", "declared", "live"),
    [
        ("isDefault", {"isDefault": False}, {"isDefault": True}),
        ("region", {"region": "eu-central-1", "allowReplace": True}, {"region": {"id": "us-east-1", "name": "x"}}),
    ],
)
def test_every_kind_of_drift_stays(stack: Stack, path: str, declared: dict[str, Any], live: dict[str, Any]) -> None:
    """A flag that would be waited for and a region that would replace it stay, where a transform says so."""
    stack.inputs |= declared
    stack.outputs |= declared
    stack.paths = (path,)
    stack.drift(name="orders", **live)
    assert not stack.changes(**declared)
    stack.paths = ()
    stack.drift()
    assert stack.changes(**declared)


def test_a_drift_that_state_says_to_ignore_stays(stack: Stack) -> None:
    """A name given by hand stays where a transform says so; state is asked once in a run, whatever the drifts."""
    assert not stack.changes()
    assert not stack.changes()
    assert stack.asked == 1
    stack.paths = ("*",)
    stack.drift()
    assert not stack.changes()
    assert not stack.service.sent("PATCH")


def test_after_a_refresh_it_stays_as_well(stack: Stack) -> None:
    """A refresh has recorded the name that was given by hand: the program still did not change it."""
    stack.outputs = {**stack.outputs, "name": "console"}
    assert not stack.changes()


def test_what_the_program_changes_is_never_asked_about(stack: Stack) -> None:
    """A rename in the program is sent, and asks no state: it costs what it did; nor does an unchanged preview ask."""
    stack.drift(name="orders")
    assert not stack.changes()
    assert stack.changes(name="sales")
    assert stack.asked == 0


def test_a_drift_that_nobody_ignores_is_put_back(stack: Stack) -> None:
    """Where state says to ignore something else, or nothing, the name is put back as always."""
    for stack.paths in (), ("region", "source.databaseId"):
        stack.drift()
        assert stack.changes()


def test_what_the_program_said_itself_counts_at_once(stack: Stack) -> None:
    """ignore_changes taken out of the program counts in this run: that state still holds it is no reason to wait."""
    stack.outputs = {**stack.outputs, "ignoreChanges": ["name"]}
    assert stack.changes()
    request = SimpleNamespace(urn=URN)  # noqa: F841
    DATABASE.update(stack.id, stack.outputs, stack.news)
    assert [body for _, _, body in stack.service.sent("PATCH")] == [{"name": "orders"}]


def test_what_else_differs_is_sent_alone(stack: Stack) -> None:
    """A flag changes while the name is ignored: one PATCH of the flag; state holds no option that is not ours."""
    assert stack.changes(isDefault=True)
    request = SimpleNamespace(urn=URN)  # noqa: F841
    outs = DATABASE.update(stack.id, stack.outputs, stack.news).outs
    assert outs is not None
    assert [body for _, _, body in stack.service.sent("PATCH")] == [{"isDefault": True}]
    assert outs["ignoreChanges"] is None


def test_a_replacement_that_i_allow_goes_beside_what_is_ignored(stack: Stack) -> None:
    """Another region with allow_replace=True replaces it, though a transform says to leave its name alone."""
    assert stack.changes(region="us-east-1", allowReplace=True)
    assert stack.asked == 1


def test_a_move_that_is_ignored_is_not_refused(stack: Stack) -> None:
    """A database that was moved to another project by hand, which a transform says to ignore, stops nothing."""
    home = stack.service.project()
    stack.paths = ("projectId", "name")
    stack.drift(project={"id": home["id"], "name": "p"})
    assert not stack.changes()
    stack.paths = ()
    stack.drift()
    with pytest.raises(Exception, match="not replaced"):
        stack.changes()
    stack.drift()
    asked = stack.asked
    with pytest.raises(Exception, match="not replaced"):
        stack.changes(name="sales", region="us-east-1")
    assert stack.asked == asked


def test_state_tells_what_is_ignored() -> None:
    """An export names the paths of each object."""
    database = {"type": "prisma:index:Database", "urn": URN, "id": "db_1"}
    held = [{**database, "ignoreChanges": ["name"]}, {**database, "urn": f"{URN}2", "id": "db_2"}]
    assert [entry.ignored for entry in state.read({"resources": held}).entries] == [("name",), ()]


@pytest.mark.parametrize("path", ["name", ".name", '["name"]', "*", "[*]", '["*"]'])
def test_paths_are_the_engine_s(path: str) -> None:
    """ignore_changes takes property paths as the engine does."""
    assert ignores(["region", path], "name", "other")


@pytest.mark.parametrize("path", ["names", "name.of", "name[0]", 'name["of"]', "source.*", ""])
def test_a_path_of_something_else_does_not_cover_a_name(path: str) -> None:
    """A path of another property, or of a part of one, is none of the name; nor is none at all."""
    assert not ignores([path], "name")
    assert not ignores(None, "name")
