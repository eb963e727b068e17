"""The calls that Pulumi's engine makes for one resource of a program, in the order in which it makes them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any, NamedTuple

from prisma_provider import handlers
from prisma_provider.diff import Diff
from prisma_provider.live import Live
from prisma_provider.live.state import Entry
from unit.service import Service, as_, handler, urn_of


class Had(NamedTuple):
    """What state holds of a resource."""

    object_id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]


def key(kind: str, name: str, nonce: int = 1) -> str:
    """A logicalId of the resource of this name."""
    return f"{stem(kind, name)}-{nonce:08x}"


def stem(kind: str, name: str) -> str:
    """What all logicalIds of the resource of this name share."""
    return f"{name}-{hashlib.sha256(kind.encode()).hexdigest()[:16]}"


def entry(kind: str, name: str, had: Had | str, **more: Any) -> Entry:
    """A resource of the stack's state, by what an earlier run had of it, or by an id alone."""
    if isinstance(had, str):
        return Entry(urn_of(kind, name), had, **more)
    return Entry(urn_of(kind, name), had.object_id, had.inputs, **more)


@dataclass(frozen=True)
class Resource:
    """One resource of the program, in one run."""

    live: Live
    kind: str = "Database"
    name: str = "orders"

    def check(self, olds: Had | None = None, /, **inputs: Any) -> dict[str, Any]:
        """Check, with the old inputs where the engine has them: the inputs, which must be without a problem."""
        with as_(self.kind, self.name):
            given = {"identity": stem(self.kind, self.name), **inputs}
            checked = handlers.check(self.live, self.kind, olds.inputs if olds else {}, given)
        assert not checked.problems, checked.problems
        return checked.inputs

    def create(self, **inputs: Any) -> Had:
        """What is new, or replaces what was there: Check without old inputs, and Create."""
        return self.made(self.check(**inputs))

    def made(self, news: dict[str, Any]) -> Had:
        """Create, after a check that went before."""
        with as_(self.kind, self.name):
            object_id, outputs = handler(self.kind).create(self.live, news)
        return Had(object_id, news, outputs)

    def diff(self, had: Had, /, **inputs: Any) -> Diff:
        """What is there: Check with the old inputs, and Diff."""
        news = self.check(had, **inputs)
        with as_(self.kind, self.name):
            return handler(self.kind).diff(self.live, had.object_id, had.outputs, news)

    def update(self, had: Had, /, **inputs: Any) -> Had:
        """What is there and differs: Check, Diff and Update."""
        news = self.check(had, **inputs)
        with as_(self.kind, self.name):
            return Had(had.object_id, news, handler(self.kind).update(self.live, had.object_id, had.outputs, news))

    def delete(self, had: Had) -> None:
        """What the program does not declare any more, or what was replaced: Delete."""
        with as_(self.kind, self.name):
            handler(self.kind).delete(self.live, had.object_id, had.outputs)


class World:
    """A project with one object of each kind that a stack may hold, and what is declared of each."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.project = str(service.project("shop")["id"])
        self.main = str(service.branch(self.project, "main")["id"])
        self.database = str(service.database(self.project, "orders", branchId=self.main)["id"])
        connection = service.connection(self.database, "web")
        self.connection = str(connection["id"])
        self.branch = str(service.branch(self.project, "feature")["id"])
        self.inputs: dict[str, dict[str, Any]] = {
            "Project": {"name": "shop"},
            "Database": {"projectId": self.project, "name": "orders"},
            "Branch": {"projectId": self.project, "gitName": "feature"},
            "Connection": {"databaseId": self.database, "name": "web"},
        }
        self.ids = {
            "Project": self.project,
            "Database": self.database,
            "Branch": self.branch,
            "Connection": self.connection,
        }

    def adopted(self, kind: str, name: str) -> Had:
        """The object of a kind, which an earlier run adopted under this name."""
        had = Resource(self.service.live(), kind, name).create(**self.inputs[kind], adopt=self.ids[kind])
        self.forget()
        return had

    def forget(self) -> None:
        """What was asked and said so far does not count."""
        self.service.log.clear()
        self.service.notes.clear()

    def lives(self, kind: str) -> bool:
        """Whether the object of a kind is still there."""
        places = {"Project": "projects", "Database": "databases", "Branch": "branches", "Connection": "connections"}
        return self.ids[kind] in getattr(self.service, places[kind])
