"""A model of Pulumi's engine and of the world around it, for `test_ownership_model.py`: no sockets, no clock, no CLI.

`Engine` calls the handlers as the real engine does (step_generator.go, step.go of 3.259): Check, Diff, a second Check
without old inputs before a replacement, Create with its pending operation in state, deletions in the order of the
dependencies, none for what has `retain_on_delete` or `deleted_with`. `World` holds several stacks, some in a second
backend that the first one does not see, on one service; it judges each deletion that reaches the service.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from prisma_provider.api import requests
from prisma_provider.api.client import Client
from prisma_provider.diff import UNKNOWN, Diff
from prisma_provider.errors import PrismaError
from prisma_provider.handlers import HANDLERS, check, default_flag
from prisma_provider.handlers.inputs import Properties
from prisma_provider.keys import is_deleted_with_project, stem
from prisma_provider.live import Live
from prisma_provider.live.intents import Intents
from prisma_provider.live.run import working_on
from prisma_provider.live.state import Entry, Recorded
from prisma_provider.network.retries import time_limit
from prisma_provider.network.waits import Waits
from prisma_provider.plugin import reading
from prisma_provider.settings import Settings, Token
from unit.service import Service

KINDS = ("Project", "Branch", "Database", "Connection")
"""In the order of what is made before what; deleted in the other one."""

SPOTS = ("before", "after", "unrecorded")
"""Where a run is killed: before a request is sent, after the service acted, after the answer and before the record."""


class Killed(BaseException):
    """The run ends here: nothing after it happens."""


class Refused(Exception):
    """The run ended with an error of the provider, or of the engine before it asked the provider."""


@dataclass(frozen=True)
class Declared:
    """A resource of a program. `home` is the project or database that it is in: its first argument, or an id."""

    kind: str
    name: str
    home: str = ""
    adopt: str | bool | None = None
    default: bool | None = None
    branch: str | None = None
    git_name: str | None = None
    allow_replace: bool = False
    force: bool = False
    retain: bool = False
    deleted_with: bool = False
    """`deleted_with` its home."""
    trigger: int = 0
    alias: str | None = None
    delete_first: bool = False


@dataclass
class Held:
    """A resource of state; `replaced` is the `delete: true` half of a replacement."""

    kind: str
    slot: str
    object_id: str
    inputs: Properties
    outputs: Properties
    declared: Declared
    homes: tuple[str, ...] = ()
    replaced: bool = False
    may_go: bool = False
    """Its replacement was allowed, or there was nothing left of it."""

    @property
    def owns(self) -> bool:
        """Whether the object is this resource's: it is not one that it had, nor a branch that it only uses."""
        return not self.replaced and self.outputs.get("owned") is not False

    @property
    def key(self) -> tuple[str, str]:
        """What is its URN, without the stack."""
        return self.kind, self.slot


@dataclass
class Stack:
    """A stack: its program, its state, and the creations that state saw only begin."""

    name: str
    backend: str
    program: dict[str, Declared] = field(default_factory=dict)
    held: list[Held] = field(default_factory=list)
    begun: list[Held] = field(default_factory=list)

    def urn(self, kind: str, slot: str) -> str:
        """The URN of a resource."""
        return f"urn:pulumi:{self.name}::shop::prisma:index:{kind}::{slot}"

    def recorded(self) -> Recorded:
        """What an export of it shows."""
        held = tuple(self._entry(each) for each in self.held)
        return Recorded(held, tuple(self._entry(each) for each in self.begun), self.name)

    def _entry(self, held: Held) -> Entry:
        declared = held.declared
        deleted_with = self.urn("Project", declared.home) if declared.deleted_with else ""
        return Entry(self.urn(*held.key), held.object_id, held.inputs, held.replaced, declared.retain, deleted_with)


class Memory(Intents):
    """The notes of one machine, by the clock of the world."""

    def __init__(self, clock: Callable[[], float]) -> None:
        super().__init__()
        self._clock = clock
        self._notes: dict[tuple[str, ...], tuple[float, frozenset[str]]] = {}

    def left(self, *key: str, within: float = float("inf")) -> frozenset[str] | None:
        """As in a folder."""
        written, before = self._notes.get(key, (float("-inf"), frozenset()))
        return before if self._clock() - written <= within and key in self._notes else None

    def all_left(self, *beginning: str) -> list[tuple[str, ...]]:
        """As in a folder."""
        return sorted(key for key in self._notes if key[: len(beginning)] == beginning)

    def remember(self, *key: str, before: Iterable[str] = ()) -> None:
        """As in a folder."""
        self._notes[key] = (self._clock(), frozenset(before))

    def forget(self, *key: str) -> None:
        """As in a folder."""
        self._notes.pop(key, None)


def without_threads(patch: pytest.MonkeyPatch) -> None:
    """Requests are answered where they are sent, and nobody waits: a run is the same every time, and quick."""
    patch.setattr(Waits, "answer", lambda self, work, ends, *, to_the_end: work())
    patch.setattr(requests, "version", lambda name: "0")
    patch.setattr(default_flag, "DEMOTION_PATIENCE", 0.0)


class QuietLive(Live):
    """Nothing is read ahead: the order of requests is the same in every run."""

    def prefetch_databases(self, project_id: str) -> None:
        """Not here."""

    def _ahead(self, read: Callable[[], Any]) -> None:
        pass


class Cloud(Service):
    """The service, with a clock, with branches that are there, and with what goes when something else goes."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
        self.kill: tuple[int, str] | None = None
        self.dead = False
        self.lost: int | None = None
        self.removed: Callable[[str, dict[str, Any], bool], None] = lambda kind, each, direct: None

    def project(self, name: str = "shop", **more: Any) -> dict[str, Any]:
        """A project, made now."""
        return super().project(name, **{"createdAt": self._created(), **more})

    def database(self, project_id: str, name: str = "orders", **more: Any) -> dict[str, Any]:
        """A database, made now, on the default branch where none is named."""
        if more.get("branchId") in (None, "br_1"):
            own = [each for each in self.branches.values() if each["project"]["id"] == project_id]
            default = next((each for each in own if each["isDefault"]), None) or self.branch(project_id, "main")
            more["branchId"] = default["id"]
        return super().database(project_id, name, **{"createdAt": self._created(), **more})

    def connection(self, database_id: str, name: str = "web", **more: Any) -> dict[str, Any]:
        """A connection, made now."""
        return super().connection(database_id, name, **{"createdAt": self._created(), **more})

    def _created(self) -> str:
        return datetime.fromtimestamp(self.seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.seconds += 1
        self.now = datetime.fromtimestamp(self.seconds, UTC).strftime("%a, %d %b %Y %H:%M:%S GMT")
        if self.dead or self._dies("before"):
            raise Killed
        answer = super()._answer(request)
        if self._dies("after", counted=True):
            raise Killed
        if self.lost is not None:
            self.lost -= 1
            if self.lost < 0:
                self.lost = None
                raise httpx.ReadError("the answer was lost")
        return answer

    def _dies(self, spot: str, *, counted: bool = False) -> bool:
        if self.kill is None:
            return False
        left, where = self.kill
        self.dead = where == spot and left == 0
        if counted:
            self.kill = (left - 1, where)
        return self.dead

    def _one(
        self, kind: str, objects: dict[str, dict[str, Any]], object_id: str, method: str, verb: str, body: Any
    ) -> httpx.Response:
        found = objects[object_id]
        answer = super()._one(kind, objects, object_id, method, verb, body)
        if method == "DELETE" and answer.status_code < 300:
            self.removed(kind, found, True)
            self.sweep(kind, found)
        return answer

    def sweep(self, kind: str, gone: dict[str, Any]) -> None:
        """What was in it is gone, too."""
        parts = {"projects": ("databases", "branches"), "databases": ("connections",)}.get(kind, ())
        for part in parts:
            objects: dict[str, dict[str, Any]] = getattr(self, part)
            for each in [e for e in objects.values() if e[kind.removesuffix("s")]["id"] == gone["id"]]:
                del objects[each["id"]]
                self.removed(part, each, False)
                self.sweep(part, each)

    def all(self, kind: str) -> dict[str, dict[str, Any]]:
        """The objects of a kind."""
        found: dict[str, dict[str, Any]] = getattr(self, {"Branch": "branches"}.get(kind, f"{kind.lower()}s"))
        return found


@dataclass
class Run:
    """What one run of the engine does: whom a deletion that reaches the service is judged by."""

    stack: Stack
    readable: bool
    destroys: bool = False
    condemned: list[Held] = field(default_factory=list)
    current: Held | None = None
    created: list[Held] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)


class World:
    """Stacks, a service, and who holds what; `faults` are sentences about what should not have happened."""

    def __init__(self) -> None:
        self.cloud = Cloud()
        self.cloud.removed = self._judge
        self.stacks: list[Stack] = [Stack("dev", "A")]
        self.machines = {name: Memory(lambda: self.cloud.seconds) for name in ("laptop", "runner")}
        self.faults: list[str] = []
        self.shared: set[str] = set()
        """What the user's own word, an id, gave to two: nobody could see that."""
        self.condemned: dict[str, str] = {}
        """Databases that may go with their project, and whether a later run must know: `known`, or `unknown`."""
        self.run: Run | None = None
        self.notes: list[str] = []

    def _judge(self, kind: str, gone: dict[str, Any], direct: bool) -> None:
        run = self.run
        if run is None or (kind == "connections" and not direct) or (kind == "branches" and not direct):
            return
        current = run.current
        assert current is not None
        object_id = gone["id"]
        forced = not direct and bool(current.outputs.get("forceDestroy"))
        if forced or object_id in self.shared:
            return
        what = f"{object_id} ({gone.get('name')}), deleted for {current.slot} of {run.stack.name}@{run.stack.backend}"
        holders = [(s, h) for s in self.stacks for h in s.held if h.object_id == object_id and h.owns]
        for stack, held in holders:
            mine = stack is run.stack
            if mine and any(held is each for each in run.condemned):
                if held.declared.retain:
                    self.faults.append(f"{what}: {held.slot} has retain_on_delete")
                continue
            if mine and not run.readable and held.slot not in run.shown:
                continue
            self.faults.append(f"{what}: held by {held.slot} of {stack.name}@{stack.backend}")
        if not direct and not holders and not self._goes(gone):
            self.faults.append(f"{what}: nobody asked for that")
        goes = run.destroys or any(each.key == current.key and not each.replaced for each in run.condemned)
        if direct and current.kind in ("Database", "Project") and current.replaced and not (current.may_go or goes):
            self.faults.append(f"{what}: its replacement was not allowed")
        if direct and current.kind == "Database" and not current.replaced:
            self._judge_twin(run, gone, what)

    def _goes(self, gone: dict[str, Any]) -> bool:
        return gone["id"] in self.condemned or is_deleted_with_project(gone["logicalId"])

    def _judge_twin(self, run: Run, gone: dict[str, Any], what: str) -> None:
        for made in run.created:
            twin = self.cloud.databases.get(made.object_id)
            if twin is None or made.kind != "Database" or made.inputs.get("adopt") is not None:
                continue
            if made.key == (run.current and run.current.key):
                continue
            if all(twin[name] == gone[name] for name in ("name", "branchId")) and twin["project"] == gone["project"]:
                self.faults.append(f"{what}: {made.slot} is the same under another first argument")

    # what a stack holds

    def record(self, run: Run, held: Held) -> None:
        """A create has answered: state has it."""
        taken = held.declared.adopt not in (None, False)
        for stack in self.stacks:
            for other in stack.held:
                if (other.kind, other.object_id) != (held.kind, held.object_id) or not (other.owns and held.owns):
                    continue
                if stack is run.stack and other.key == held.key:
                    continue
                mine, seen = stack is run.stack, stack.backend == run.stack.backend and run.readable
                if mine and other.slot not in run.shown:
                    continue  # it moves, as far as this run can know; what both declare is refused when it is shown
                leftover = held.declared.adopt is True and held.kind == "Database"
                if seen or not taken or (leftover and run.readable and self._is_in_use(held.object_id)):
                    self.faults.append(
                        f"{held.slot} of {run.stack.name} takes {held.object_id}, which {other.slot} of "
                        f"{stack.name}@{stack.backend} holds"
                    )
                self.shared.add(held.object_id)
        self.condemned.pop(held.object_id, None)
        run.stack.held.append(held)
        run.created.append(held)

    def _is_in_use(self, database_id: str) -> bool:
        """Whether a database looks like no leftover: it has a connection beside its default one, or is old."""
        database = self.cloud.databases[database_id]
        others = [each for each in self.cloud.connections.values() if each["database"]["id"] == database_id]
        age = self.cloud.seconds - datetime.fromisoformat(database["createdAt"]).timestamp()
        return len(others) > 1 or age > 3600

    def forgotten(self, run: Run, held: Held) -> None:
        """A deletion has ended well: state has it no more."""
        run.stack.held = [each for each in run.stack.held if each is not held]
        if held.kind != "Database" or held.object_id not in self.cloud.databases or held.declared.retain:
            return
        home = self.cloud.databases[held.object_id]["project"]["id"]
        # Two resources have it only after a run without a preview.
        twice = any(h is not held and h.object_id == held.object_id for h in (*run.condemned, *run.stack.held))
        projects = [h for h in run.stack.held if h.kind == "Project" and h.object_id == home]
        # Of one that is destroyed by `--target` it looks as if the project went, too.
        if any(h in run.condemned or h.slot not in run.shown for h in projects):
            self.condemned[held.object_id] = "unknown" if twice or not run.readable else "known"

    def seen_by(self, stack: Stack) -> tuple[Recorded, ...]:
        """The other stacks of the project in the same backend."""
        return tuple(s.recorded() for s in self.stacks if s is not stack and s.backend == stack.backend and s.held)


@dataclass
class Engine:
    """One command on one stack: it is asked for nothing twice."""

    world: World
    stack: Stack
    machine: str = "laptop"
    readable: bool = True
    kill: tuple[int, str] | None = None
    lose: int | None = None
    """The answer to the n-th request is lost."""
    chance: random.Random = field(default_factory=lambda: random.Random(0))

    # commands

    def up(self, *, preview: bool = False, replaced: Iterable[str] = ()) -> None:
        """`pulumi up`, which previews first, or not (`--skip-preview`)."""
        if preview:
            with self._running():
                self._program(frozenset(replaced), preview=True)
        with self._running(kill=True) as run:
            self._program(frozenset(replaced), preview=False)
            keys = {(declared.kind, slot) for slot, declared in self.stack.program.items()}
            run.condemned += [each for each in self.stack.held if each.replaced or each.key not in keys]
            self._delete_all(run)

    def destroy(self, target: str | None = None) -> None:
        """`pulumi destroy`, of all or of one resource and what depends on it."""
        with self._running(kill=True) as run:
            run.destroys = target is None
            run.condemned += [each for each in self.stack.held if target is None or self._depends(each, target)]
            self._delete_all(run)

    def refresh(self) -> None:
        """`pulumi refresh --clear-pending-creates`."""
        with self._running(kill=True):
            for held in list(self.stack.held):
                with self._working(held.kind, held.slot):
                    seen = reading.refresh(self._live, held.kind, held.object_id, held.outputs, held.inputs)
                if seen is None:
                    self.stack.held.remove(held)
                else:
                    held.inputs, held.outputs = seen.inputs, seen.outputs
            self.stack.begun.clear()

    def take_in(self, slot: str, kind: str, object_id: str) -> None:
        """`pulumi import`, and what it prints is put into the program."""
        if any(each.key == (kind, slot) for each in self.stack.held):
            raise Refused("the engine: there is such a resource")
        with self._running(kill=True) as run, self._working(kind, slot):
            seen = reading.imported(self._live, kind, object_id)
            home = str(seen.inputs.get("projectId") or seen.inputs.get("databaseId") or "")
            home = next((h.slot for h in self.stack.held if h.object_id == home), home)
            name = seen.inputs.get("name") or seen.inputs["gitName"]
            declared = Declared(kind, name, home, adopt=object_id)
            held = Held(kind, slot, seen.object_id, seen.inputs, seen.outputs, declared, self._homes(declared))
            self.world.record(run, held)
            held.declared = self.stack.program[slot] = replace(declared, adopt=None)

    # how a run goes

    @contextmanager
    def _running(self, *, kill: bool = False) -> Iterator[Run]:
        """One process of the provider."""
        cloud = self.world.cloud
        cloud.dead, cloud.kill, cloud.lost = False, self.kill if kill else None, self.lose if kill else None
        asking = Client(
            Settings(Token("secret-token", "the test"), "http://127.0.0.1:1", retry_limit=5.0),
            transport=httpx.MockTransport(cloud._answer),
            sleep=lambda seconds: None,
        )
        self._live = QuietLive(
            asking,
            note=self.world.notes.append,
            recorded=lambda: self.stack.recorded() if self.readable else Recorded(problem="no `pulumi` on PATH"),
            others=lambda: self.world.seen_by(self.stack) if self.readable else (),
            intents=self.world.machines[self.machine],
        )
        self.run = self.world.run = Run(self.stack, self.readable)
        try:
            yield self.run
        except PrismaError as error:
            raise Refused(str(error)) from error
        finally:
            cloud.kill, cloud.lost, cloud.dead, self.world.run = None, None, False, None
            asking.close()

    @contextmanager
    def _working(self, kind: str, slot: str) -> Iterator[None]:
        with working_on(self.stack.urn(kind, slot)), time_limit(600):
            yield

    def _program(self, replaced: frozenset[str], *, preview: bool) -> None:
        """What the program declares, one after the other; in a preview nothing is made."""
        ids: dict[str, Any] = {}
        aliased: set[tuple[str, str]] = set()
        for kind in KINDS:
            slots = [slot for slot, declared in self.stack.program.items() if declared.kind == kind]
            self.chance.shuffle(slots)
            for slot in slots:
                self.run.shown.add(slot)
                old = self._old(kind, slot, aliased)
                ids[slot] = self._register(slot, old, ids, slot in replaced, preview)

    def _old(self, kind: str, slot: str, aliased: set[tuple[str, str]]) -> Held | None:
        alias = self.stack.program[slot].alias
        for name in (slot, alias):
            for held in self.stack.held:
                if held.key == (kind, name) and not held.replaced:
                    if name == alias and (alias in self.stack.program or held.key in aliased):
                        raise Refused(f"the engine: {alias} is declared, too")
                    aliased.add(held.key)
                    return held
        return None

    def _register(self, slot: str, old: Held | None, ids: dict[str, Any], replaced: bool, preview: bool) -> Any:
        declared = self.stack.program[slot]
        news = self._news(slot, declared, ids)
        with self._working(declared.kind, slot):
            inputs = self._check(declared.kind, old.inputs if old and not replaced else {}, news)
            if old is None:
                return UNKNOWN if preview else self._create(slot, declared, inputs)
            found, gone = Diff(), False
            again = replaced or old.declared.trigger != declared.trigger
            if not again:
                found = HANDLERS[declared.kind].diff(self._live, old.object_id, old.outputs, inputs)
                again, gone = bool(found.replaces()), bool(found.of("recreate"))
            if again and not replaced:
                inputs = self._check(declared.kind, {}, news)
            if preview:
                return UNKNOWN if again else old.object_id
            if again:
                blind = replaced and not self.readable  # `--replace` shows a provider no old state at all
                old.may_go = gone or blind or declared.allow_replace or not self._lives(old)
                return self._replace(slot, old, declared, inputs)
            if found:
                old.outputs = HANDLERS[declared.kind].update(self._live, old.object_id, old.outputs, inputs)
            old.slot, old.inputs, old.declared, old.homes = slot, inputs, declared, self._homes(declared)
            return old.object_id

    def _lives(self, held: Held) -> bool:
        return held.object_id in self.world.cloud.all(held.kind)

    def _replace(self, slot: str, old: Held, declared: Declared, inputs: Properties) -> str:
        old.slot = slot
        if declared.delete_first:
            old.replaced = True
            self.run.condemned.append(old)
            self._delete(self.run, old)
            self.run.condemned.remove(old)
            return self._create(slot, declared, inputs)
        return self._create(slot, declared, inputs, old)

    def _create(self, slot: str, declared: Declared, inputs: Properties, old: Held | None = None) -> str:
        begun = Held(declared.kind, slot, "", inputs, {}, declared, self._homes(declared))
        self.stack.begun.append(begun)
        try:
            object_id, outputs = HANDLERS[declared.kind].create(self._live, inputs)
        except PrismaError:
            self.stack.begun.remove(begun)
            raise
        self._die_unrecorded()
        self.stack.begun.remove(begun)
        if old is not None:
            old.replaced = True
        self.world.record(self.run, replace(begun, object_id=object_id, outputs=outputs))
        return object_id

    def _die_unrecorded(self) -> None:
        if self.kill is not None and self.kill[1] == "unrecorded" and self.world.cloud.kill is not None:
            self.kill = (self.kill[0] - 1, "unrecorded")
            if self.kill[0] < 0:
                raise Killed

    def _check(self, kind: str, olds: Properties, news: Properties) -> Properties:
        checked = check(self._live, kind, olds, news)
        for problem in checked.problems:
            raise problem
        return checked.inputs

    def _news(self, slot: str, declared: Declared, ids: dict[str, Any]) -> Properties:
        def reference(name: str | None) -> Any:
            return ids.get(name, name) if name else None

        home = reference(declared.home)
        inputs: Properties = {
            "Project": {"name": declared.name, "forceDestroy": declared.force, "allowReplace": declared.allow_replace},
            "Branch": {"gitName": declared.name, "projectId": home},
            "Database": {
                "name": declared.name,
                "projectId": home,
                "isDefault": declared.default,
                "branchId": reference(declared.branch),
                "branchGitName": declared.git_name,
                "allowReplace": declared.allow_replace,
                "deletedWith": home if declared.deleted_with and not declared.retain else None,
            },
            "Connection": {"name": declared.name, "databaseId": home},
        }[declared.kind]
        identity = stem(slot, "organization", "shop", self.stack.name, f"dynamic/prisma:{declared.kind}")
        return {
            name: value
            for name, value in {**inputs, "adopt": declared.adopt, "identity": identity}.items()
            if value is not None
        }

    def _homes(self, declared: Declared) -> tuple[str, ...]:
        return tuple(name for name in (declared.home, declared.branch) if name)

    # deletions

    def _depends(self, held: Held, target: str) -> bool:
        if held.slot == target:
            return True
        return any(home != held.slot and self._slot_depends(home, target) for home in held.homes)

    def _slot_depends(self, slot: str, target: str) -> bool:
        return any(self._depends(each, target) for each in self.stack.held if each.slot == slot)

    def _delete_all(self, run: Run) -> None:
        """Together what depends on nothing that is deleted, too; first what depends on most."""
        depths: dict[int, list[Held]] = {}
        for held in run.condemned:
            depths.setdefault(self._depth(run, held), []).append(held)
        for depth in sorted(depths, reverse=True):
            problems = [problem for held in self._shuffled(depths[depth]) if (problem := self._tried(run, held))]
            for problem in problems:
                raise problem

    def _shuffled(self, together: list[Held]) -> list[Held]:
        self.chance.shuffle(together)
        return together

    def _tried(self, run: Run, held: Held) -> PrismaError | None:
        """What is deleted in parallel comes to its end, whatever becomes of the others."""
        try:
            self._delete(run, held)
        except PrismaError as error:
            return error
        return None

    def _depth(self, run: Run, held: Held) -> int:
        homes = [each for each in run.condemned if each.slot in held.homes and each is not held]
        return 1 + max((self._depth(run, each) for each in homes), default=0)

    def _delete(self, run: Run, held: Held) -> None:
        run.current = held
        with_home = held.declared.deleted_with and self._home_goes(run, held.declared.home)
        if not held.declared.retain and not with_home:
            with self._working(held.kind, held.slot):
                HANDLERS[held.kind].delete(self._live, held.object_id, held.outputs)
            self._die_unrecorded()
        self.world.forgotten(run, held)
        run.current = None

    def _home_goes(self, run: Run, home: str) -> bool:
        """Whether the project is deleted; one of `.get` is, where everything is destroyed."""
        if home.startswith("proj_"):
            return run.destroys
        return any(each.kind == "Project" and each.slot == home for each in run.condemned)
