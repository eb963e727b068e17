"""Whatever programs, stacks, kills and strangers do: no object is deleted that somebody else holds."""

from __future__ import annotations

import os
import random
from dataclasses import replace
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, example, given, settings

from prisma_provider.keys import is_deleted_with_project
from unit.ownership_world import SPOTS, Declared, Engine, Held, Killed, Refused, Stack, World, without_threads

NAMES = ("orders", "sales")
DATABASES = ("orders", "sales", "stock")
CONNECTIONS = ("web", "job")
BRANCHES = ("pr", "next")
SLOTS = ("shop", *BRANCHES, *DATABASES, *CONNECTIONS)
FEW = st.integers(0, 3)

Event = tuple[Any, ...]


def flag(*others: Any) -> st.SearchStrategy[Any]:
    """Mostly not given."""
    return st.sampled_from((*(None,) * 3, *others))


def rarely() -> st.SearchStrategy[bool]:
    return st.sampled_from((False, False, False, True))


def said(name: str, *values: Any) -> st.SearchStrategy[tuple[str, Any]]:
    """One thing that is said of a resource; a number stands for the id of something that is there."""
    return st.tuples(st.just(name), st.sampled_from(values))


DECLARED = st.lists(
    st.one_of(
        said("adopt", 0, 1, 2, True, False, None),
        said("adopt", 0, 1, 2, True),
        said("name", *NAMES),
        said("default", True, True, False, None),
        said("deleted_with", True, True, False),
        said("retain", True, True, False),
        said("trigger", 0, 1),
        said("allow_replace", True, False),
        said("branch", *BRANCHES, None),
        said("git_name", "pr-1", "main", None),
        said("home", "shop", *DATABASES, 0, 1),
        said("force", True, False),
        said("delete_first", True, False),
    ),
    max_size=2,
).map(dict)
ANY = ("name", "home", "adopt", "retain", "trigger", "delete_first")
ARGUMENTS = {
    "Project": ("name", "adopt", "allow_replace", "force", "trigger"),
    "Branch": ANY,
    "Database": (*ANY, "default", "branch", "git_name", "allow_replace", "deleted_with"),
    "Connection": ANY,
}
"""What can be said of each kind."""
STACK = st.sampled_from((0, 0, 0, 1, 2))
RUN = st.lists(
    st.one_of(
        st.tuples(st.just("chance"), st.integers(0, 5)),
        st.tuples(st.just("kill"), st.tuples(st.integers(0, 9), st.sampled_from(SPOTS))),
        st.tuples(st.just("lose"), st.integers(0, 9)),
        said("machine", "runner"),
        said("readable", False),
    ),
    max_size=1,
).map(dict)
"""The order of what is parallel, and what goes wrong."""
EDIT = st.one_of(
    st.tuples(st.just("declare"), st.sampled_from(DATABASES), DECLARED),
    st.tuples(st.just("declare"), st.sampled_from(SLOTS), DECLARED),
    st.tuples(st.just("drop"), st.sampled_from(SLOTS)),
    st.tuples(st.just("call"), st.sampled_from(DATABASES), st.sampled_from(DATABASES), st.booleans()),
    st.tuples(st.just("call"), st.sampled_from(SLOTS), st.sampled_from(SLOTS), st.booleans()),
)
UP = st.tuples(
    st.just("up"),
    STACK,
    st.lists(EDIT, max_size=3),
    RUN,
    rarely(),
    st.one_of(st.just([]), st.just([]), st.lists(st.sampled_from(SLOTS), min_size=1, max_size=1)),
)
EVENTS = st.one_of(
    *[UP] * 12,
    st.tuples(st.just("destroy"), STACK, RUN, st.one_of(st.none(), st.sampled_from(SLOTS))),
    st.tuples(st.just("refresh"), STACK, RUN),
    st.tuples(st.just("take in"), STACK, RUN, st.sampled_from(SLOTS), FEW),
    st.tuples(st.just("rename"), STACK, st.sampled_from(("dev", "demo"))),
    st.tuples(st.just("another stack"), st.sampled_from(("dev", "pr")), st.sampled_from("AB"), st.booleans()),
    st.tuples(st.just("forget"), STACK, st.one_of(st.none(), st.sampled_from(SLOTS))),
    st.tuples(st.just("stranger makes"), st.sampled_from(("database", "default", "web", "job")), FEW),
    st.tuples(st.just("stranger deletes"), st.sampled_from(("Database", "Connection", "Branch", "Project")), FEW),
    st.tuples(st.just("hours pass")),
)


class Story:
    """Events, and what has to hold after each of them."""

    def __init__(self) -> None:
        self.world = World()
        self.stack(0).program |= {
            "shop": Declared("Project", "shop"),
            "orders": Declared("Database", "orders", "shop"),
            "web": Declared("Connection", "web", "orders"),
        }
        self.told: list[str] = []
        Engine(self.world, self.stack(0)).up()

    def stack(self, number: int) -> Stack:
        return self.world.stacks[number % len(self.world.stacks)]

    def happens(self, event: Event) -> None:
        what, *more = event
        getattr(self, what.replace(" ", "_"))(*more)
        assert not self.world.faults, self.world.faults

    # programs

    def declare(self, stack: Stack, slot: str, given: dict[str, Any]) -> None:
        """A resource of the program is written, or edited."""
        kind = kind_of(slot)
        declared = stack.program.get(slot) or Declared(kind, slot)
        given = {name: value for name, value in given.items() if name in ARGUMENTS[kind]}
        if isinstance(given.get("home"), int):
            given["home"] = self._some({"Connection": "Database"}.get(kind, "Project"), given["home"])
        if type(given.get("adopt")) is int:
            given["adopt"] = self._some(kind, given["adopt"]) or None
        declared = replace(declared, **given)
        if kind in ("Branch", "Database") and not declared.home.startswith("proj_"):
            shared = (d.home for d in stack.program.values() if d.home.startswith("proj_"))
            declared = replace(declared, home="shop" if "shop" in stack.program else next(shared, ""))
        if declared.home.startswith("proj_"):
            declared = replace(declared, deleted_with=False)
        if kind == "Connection" and not declared.home.startswith("db_") and declared.home not in DATABASES:
            declared = replace(declared, home=next((s for s in DATABASES if s in stack.program), ""))
        if kind == "Database" and declared.branch:
            declared = replace(declared, git_name=None)
        stack.program[slot] = declared

    def _some(self, kind: str, number: int) -> str:
        ids = list(self.world.cloud.all(kind))
        return ids[number % len(ids)] if ids else ""

    def drop(self, stack: Stack, slot: str) -> None:
        """A resource is taken out of the program, and with it what is in it."""
        stack.program.pop(slot, None)
        for name in [name for name, declared in stack.program.items() if slot in (declared.home, declared.branch)]:
            self.drop(stack, name)

    def call(self, stack: Stack, slot: str, other: str, aliased: bool) -> None:
        """A resource gets another first argument, with the alias that keeps it, or without."""
        program = stack.program
        if slot not in program or other in program or kind_of(slot) != kind_of(other):
            return
        program[other] = replace(program.pop(slot), alias=slot if aliased else None)
        for name, declared in program.items():
            program[name] = replace(
                declared,
                home=other if declared.home == slot else declared.home,
                branch=other if declared.branch == slot else declared.branch,
            )

    def _is_whole(self, program: dict[str, Declared]) -> bool:
        """Whether what its resources refer to is declared: Python says so otherwise, before Pulumi is asked."""
        cloud = self.world.cloud
        there = {"", *program, *cloud.projects, *cloud.databases}
        return all(
            {d.home, d.branch or ""} <= there and (d.kind == "Project" or d.home != "") for d in program.values()
        )

    # commands

    def _run(self, number: int, given: dict[str, Any]) -> Engine:
        chance = random.Random(given.get("chance", 0))
        return Engine(self.world, self.stack(number), **{**given, "chance": chance})

    def up(self, number: int, edits: list[Event], given: dict[str, Any], preview: bool, replaced: list[str]) -> None:
        """The program is edited, and `pulumi up`."""
        engine = self._run(number, given)
        for what, *more in edits:
            getattr(self, what)(engine.stack, *more)
        if not self._is_whole(engine.stack.program):
            return
        if not self._ends_well(lambda: engine.up(preview=preview, replaced=replaced)):
            return
        self._holds_once(engine.stack)
        if not self._is_whole(engine.stack.program):
            return  # it names by its id what it has just deleted
        before = len(self.world.cloud.sent())
        Engine(self.world, engine.stack).up()
        sent = self.world.cloud.sent()[before:]
        assert not sent, f"a second up sends {sent}"

    def _ends_well(self, command: Any) -> bool:
        try:
            command()
        except Refused as error:
            self.told.append(str(error))
            return False
        except Killed:
            return False
        return True

    def _holds_once(self, stack: Stack) -> None:
        ids = [(h.kind, h.object_id) for h in stack.held if h.object_id not in self.world.shared and h.owns]
        assert len(ids) == len(set(ids)), f"{stack.name} holds an object twice: {ids}"

    def destroy(self, number: int, given: dict[str, Any], target: str | None) -> None:
        engine = self._run(number, given)
        asked = list(engine.stack.held)
        if self._ends_well(lambda: engine.destroy(target)) and target is None:
            assert not engine.stack.held
            self._is_gone(asked)

    def _is_gone(self, asked: list[Held]) -> None:
        for held in asked:
            there = self.world.cloud.all(held.kind).get(held.object_id)
            elsewhere = any(h.object_id == held.object_id for s in self.world.stacks for h in s.held)
            if there is None or held.declared.retain or elsewhere or held.kind == "Branch":
                continue
            if held.kind == "Database" and (there["isDefault"] or held.declared.deleted_with):
                continue  # it goes with its project
            if held.kind == "Connection" and there["database"]["id"] in self.world.condemned:
                continue
            raise AssertionError(f"{held.slot} ({held.object_id}) was destroyed, and is there: {self.told[-3:]}")

    def refresh(self, number: int, given: dict[str, Any]) -> None:
        self._ends_well(self._run(number, given).refresh)

    def take_in(self, number: int, given: dict[str, Any], slot: str, which: int) -> None:
        engine, kind = self._run(number, given), kind_of(slot)
        object_id = self._some(kind, which)
        if object_id and slot not in engine.stack.program:
            self._ends_well(lambda: engine.take_in(slot, kind, object_id))

    # stacks

    def rename(self, number: int, name: str) -> None:
        """`pulumi stack rename`."""
        stack = self.stack(number)
        if not self._is_taken(name, stack.backend):
            stack.name = name

    def _is_taken(self, name: str, backend: str) -> bool:
        return any(s.name == name and s.backend == backend for s in self.world.stacks)

    def another_stack(self, name: str, backend: str, shares: bool) -> None:
        """Another stack, of the same program, with a project of its own or in that of the first."""
        if self._is_taken(name, backend) or len(self.world.stacks) == 3:
            return
        first = self.stack(0)
        new = Stack(name, backend, dict(first.program))
        if shares and (home := next((h.object_id for h in first.held if h.kind == "Project"), "")):
            new.program.pop("shop", None)
            for slot, declared in new.program.items():
                if declared.home == "shop":
                    new.program[slot] = replace(declared, home=home, deleted_with=False)
        self.world.stacks.append(new)

    def forget(self, number: int, slot: str | None) -> None:
        """State is lost, or `pulumi state delete` makes it forget one."""
        stack = self.stack(number)
        if slot is None:
            stack.held, stack.begun = [], []
        elif not any(slot in h.homes for h in stack.held):
            stack.held = [h for h in stack.held if h.slot != slot]

    # the world

    def stranger_makes(self, what: str, which: int) -> None:
        cloud = self.world.cloud
        if what in ("database", "default"):
            if home := self._some("Project", which):
                cloud.database(home, "orders", isDefault=what == "default")
        elif database_id := self._some("Database", which):
            cloud.connection(database_id, what)

    def stranger_deletes(self, kind: str, which: int) -> None:
        cloud, objects = self.world.cloud, self.world.cloud.all(kind)
        object_id = self._some(kind, which)
        if not object_id or (kind == "Database" and objects[object_id]["isDefault"]):
            return
        if kind == "Branch" and any(d["branchId"] == object_id for d in cloud.databases.values()):
            return
        gone = objects.pop(object_id)
        cloud.sweep({"Branch": "branches"}.get(kind, f"{kind.lower()}s"), gone)

    def hours_pass(self) -> None:
        self.world.cloud.seconds += 7200

    # the end

    def ends(self) -> None:
        """Once its causes are gone, everything can be destroyed."""
        for _ in range(4):
            self._tidy()
            for number in range(len(self.world.stacks)):
                self.destroy(number, {}, None)
                assert not self.world.faults, self.world.faults
        left = [(s.name, h.slot, h.object_id) for s in self.world.stacks for h in s.held]
        assert not left, f"{left} cannot be destroyed: {self.told[-3:]}"

    def _tidy(self) -> None:
        """A maintainer deletes what no stack holds; a default database needs a project that may go with it."""
        cloud = self.world.cloud
        held = {h.object_id for s in self.world.stacks for h in s.held}
        for object_id, each in list(cloud.databases.items()):
            home = each["project"]["id"]
            if object_id in held or self.world.condemned.get(object_id) == "known":
                continue
            if not each["isDefault"]:
                del cloud.databases[object_id]
                cloud.sweep("databases", each)
            elif not is_deleted_with_project(each["logicalId"]):
                for holder in (h for s in self.world.stacks for h in s.held if h.object_id == home):
                    holder.inputs["forceDestroy"] = holder.outputs["forceDestroy"] = True


def kind_of(slot: str) -> str:
    """The kind of resource that goes by this first argument."""
    kinds = {"shop": "Project", **dict.fromkeys(BRANCHES, "Branch"), **dict.fromkeys(DATABASES, "Database")}
    return kinds.get(slot, "Connection")


def up(*edits: Event, stack: int = 0, preview: bool = False, replaced: str = "", **run: Any) -> Event:
    """`pulumi up`, after these edits of the program."""
    return ("up", stack, list(edits), run, preview, [replaced] if replaced else [])


def of(slot: str, **given: Any) -> Event:
    """This is said of a resource."""
    return ("declare", slot, given)


DESTROY: Event = ("destroy", 0, {}, None)
SHARING = ("another stack", "pr", "A", True)
STORIES = [
    [up(of("stock", adopt=0), preview=True), ("take in", 0, {}, "stock", 0)],
    [up(of("stock", adopt=0), chance=2), up(("drop", "stock"))],
    [up(("drop", "orders"), of("stock", adopt=0, name="orders"))],
    [up(of("orders", adopt=0, trigger=1, allow_replace=True)), up()],
    [up(of("orders", adopt=0, trigger=1, allow_replace=True), kill=(3, "before")), up(), up()],
    [up(of("stock")), up(of("orders", adopt=1, trigger=1))],
    [up(of("stock", home=0)), up(("drop", "shop"))],
    [up(of("orders", retain=True)), DESTROY],
    [up(of("orders", retain=True, deleted_with=True)), DESTROY],
    [up(of("orders", deleted_with=True)), up(of("stock", retain=True)), DESTROY],
    [up(of("next"), of("orders", branch="next", deleted_with=True)), DESTROY],
    [up(of("orders", trigger=1)), up(of("orders", trigger=0), replaced="orders")],
    [up(("call", "orders", "sales", False)), up(("call", "orders", "sales", False), preview=True)],
    [SHARING, up(of("stock", adopt=0), stack=1), DESTROY],
    [SHARING, ("up", 1, [], {}, False, []), ("stranger makes", "database", 0), DESTROY],
    [("another stack", "dev", "B", True), up(of("orders", adopt=True), stack=1)],
    [("hours pass",), ("another stack", "dev", "B", True), up(of("orders", adopt=True), stack=1)],
    [("rename", 0, "demo"), ("another stack", "dev", "A", True), up(of("orders", adopt=True), stack=1)],
    [up(of("next", name="pr-1")), SHARING, up(of("next", adopt=True), stack=1), ("destroy", 1, {}, None)],
    [up(of("orders", default=True), of("stock")), *[("destroy", 0, {"kill": (n, "before")}, None) for n in (1, 4, 7)]],
    [up(of("orders", default=True)), up(("drop", "orders")), ("hours pass",), DESTROY],
    *[[up(of("stock"), kill=(n, "after")), up(), up(of("stock", adopt=True)), DESTROY] for n in (2, 3)],
    *[[up(of("job"), kill=(n, "after")), up(), up(of("job", adopt=True)), DESTROY] for n in (3, 4, 5)],
    [("stranger makes", "default", 0), DESTROY, ("stranger makes", "web", 1), DESTROY],
    [up(of("orders", git_name="main")), ("refresh", 0, {})],
]
"""What went wrong before, here or with somebody."""


def each_story(test: Any) -> Any:
    """What is tried first, in every run."""
    for story in STORIES:
        test = example(story)(test)
    return test


EXAMPLES = int(os.environ.get("OWNERSHIP_EXAMPLES", "50"))


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="OWNERSHIP_EXAMPLES" not in os.environ,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@each_story
@given(events=st.lists(EVENTS, min_size=5, max_size=16))
def test_whatever_happens(events: list[Event]) -> None:
    """Whatever my programs, colleagues and networks do: nothing is deleted that somebody else holds."""
    with pytest.MonkeyPatch.context() as patch:
        without_threads(patch)
        story = Story()
        for event in events:
            story.happens(event)
        story.ends()
