"""What Pulumi's engine does with a program, as far as the handlers see it; without Pulumi, over real HTTP.

It checks, diffs, creates, updates, replaces (new before old) and deletes, four at once, as the dynamic host does.
State is what it was told; a run that fails keeps what had succeeded.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from local_server import LocalServer
from prisma_provider.api.client import Client
from prisma_provider.handlers import HANDLERS
from prisma_provider.keys import stem
from prisma_provider.live import Live
from prisma_provider.live.state import Entry, Recorded
from prisma_provider.network.retries import time_limit
from prisma_provider.settings import Settings, Token

ORDER = (("Project",), ("Branch",), ("Database",), ("Connection", "Restore"))
"""What is made before what; deleted in the other order."""
LANES = 4


@dataclass(frozen=True)
class Ref:
    """The id of another resource of the program."""

    name: str


@dataclass(frozen=True)
class Declared:
    """A resource of a program."""

    kind: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True)
class Held:
    """A resource of state."""

    kind: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


@dataclass
class Engine:
    """A stack: its state, and runs that bring the service to what is declared."""

    server: LocalServer
    token: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    state: dict[str, Held] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def up(self, program: Mapping[str, Declared], seed: int = 0) -> None:
        """Apply a program in an order that the seed chooses; what goes wrong is raised at the end."""
        client = self.client()
        urn = "urn:pulumi:dev::shop::prisma:index:{}::{}"
        held = Recorded(tuple(Entry(urn.format(each.kind, name), each.id) for name, each in self.state.items()))
        live = Live(client, note=self.notes.append, recorded=lambda: held)
        chance = random.Random(seed)
        old: list[Held] = []
        try:
            for kinds in ORDER:
                names = [name for name, declared in program.items() if declared.kind in kinds]
                self._each(names, chance, lambda name: self._apply(live, name, program[name], old))
            old += [self.state[name] for name in self.state if name not in program]
            for kinds in reversed(ORDER):
                self._each([each for each in old if each.kind in kinds], chance, lambda each: self._delete(live, each))
        finally:
            live.close()

    def client(self) -> Client:
        """A client as a new process has it."""
        given = {"request_timeout": 5.0, "retry_limit": 10.0, **self.settings}
        return Client(Settings(Token(self.token, "the test"), self.server.url, **given))

    def _apply(self, live: Live, name: str, declared: Declared, old: list[Held]) -> None:
        handler, held = HANDLERS[declared.kind], self.state.get(name)
        news = {key: self._value(value) for key, value in declared.inputs.items()}
        news["identity"] = stem(name, declared.kind)
        inputs = self._checked(live, declared.kind, held.inputs if held else {}, news)
        if held is None:
            self.state[name] = Held(declared.kind, *_created(handler.create(live, inputs), inputs))
            return
        found = handler.diff(live, held.id, held.outputs, inputs)
        if found.replaces():
            inputs = self._checked(live, declared.kind, {}, news)
            old.append(held)
            self.state[name] = Held(declared.kind, *_created(handler.create(live, inputs), inputs))
        elif found:
            outputs = handler.update(live, held.id, held.outputs, inputs)
            self.state[name] = Held(declared.kind, held.id, inputs, outputs)

    def _delete(self, live: Live, held: Held) -> None:
        HANDLERS[held.kind].delete(live, held.id, held.outputs)
        for name in [name for name, each in self.state.items() if each is held]:
            del self.state[name]

    def _checked(self, live: Live, kind: str, olds: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
        checked = HANDLERS[kind].check(live, olds, news)
        assert not checked.problems, checked.problems
        return checked.inputs

    def _value(self, value: Any) -> Any:
        if isinstance(value, Ref):
            return self.state[value.name].id
        return {key: self._value(each) for key, each in value.items()} if isinstance(value, Mapping) else value

    def _each(self, items: Iterable[Any], chance: random.Random, act: Callable[[Any], None]) -> None:
        shuffled = list(items)
        chance.shuffle(shuffled)

        def limited(item: Any) -> None:
            with time_limit(60):
                act(item)

        with ThreadPoolExecutor(LANES) as lanes:
            under_way = [lanes.submit(limited, item) for item in shuffled]
        for each in under_way:
            each.result()


def _created(made: tuple[str, dict[str, Any]], inputs: dict[str, Any]) -> tuple[str, dict[str, Any], dict[str, Any]]:
    object_id, outputs = made
    return object_id, inputs, outputs
