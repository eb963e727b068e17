"""What this run did and was asked to do: no service knows it, and safety depends on it.

A run is one process of a provider: one preview, or one update.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from threading import Lock
from typing import Any

from prisma_provider.api.ids import bare_id

_resource: ContextVar[str] = ContextVar("resource", default="")


@contextmanager
def working_on(urn: str) -> Iterator[None]:
    """Everything inside is done for the resource with this URN; empty where the host does not know it."""
    token = _resource.set(urn)
    try:
        yield
    finally:
        _resource.reset(token)


def resource() -> str:
    """The URN of the resource that is worked on here; empty where it is not known."""
    return _resource.get()


@dataclass(frozen=True)
class Made:
    """An object that a create of this run made: its id, the resource it was made for, and the inputs."""

    object_id: str
    urn: str
    inputs: Mapping[str, Any]


class Run:
    """Shared by all threads of a run. Objects go by bare id, resources by URN."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._alone: dict[tuple[str, ...], Lock] = {}
        self._default_claims: dict[str, tuple[str, str]] = {}
        self._claimed: set[str] = set()
        self._holders: dict[tuple[str, str], str] = {}
        self._olds: dict[str, Mapping[str, Any]] = {}
        self._news: dict[str, Mapping[str, Any]] = {}
        self._returned: dict[str, str] = {}
        self._made: dict[str, Made] = {}
        self._under_way: Counter[tuple[str, ...]] = Counter()
        self._delete_asked: set[str] = set()
        self._deleting: set[str] = set()
        self._keys: set[str] = set()
        self._ignored: dict[str, tuple[str, ...]] = {}
        self._replaced: dict[str, str] = {}

    @contextmanager
    def alone(self, *key: str) -> Iterator[None]:
        """One thread at a time for this key."""
        with self._lock:
            lock = self._alone.setdefault(key, Lock())
        with lock:
            yield

    # what the program declares

    def checked(self, olds: Mapping[str, Any], news: Mapping[str, Any]) -> None:
        """The program declares the resource that is worked on; `olds` are its inputs of the last run, if it had one."""
        if resource():
            self._news[resource()] = news
            if olds:
                self._olds[resource()] = olds

    def inputs(self, urn: str) -> Mapping[str, Any] | None:
        """What the program declares of a resource, as far as this run was shown; None where it was not."""
        return self._news.get(urn)

    def old_inputs(self, urn: str) -> Mapping[str, Any] | None:
        """What a resource that this run was shown had as inputs before; None where it is new or was not shown."""
        return self._olds.get(urn)

    def ignore(self, object_id: str, paths: tuple[str, ...]) -> None:
        """State says to ignore what these property paths cover of an object."""
        self._ignored[bare_id(object_id)] = paths

    def ignored(self, object_id: str) -> tuple[str, ...]:
        """What state was seen to ignore of an object."""
        return self._ignored.get(bare_id(object_id), ())

    def declare(self, logical_id: str) -> None:
        """A resource of this run goes by this logicalId: an object that has it is no leftover."""
        self._keys.add(logical_id)

    def is_declared(self, logical_id: str) -> bool:
        """Whether a resource of this run goes by this logicalId."""
        return logical_id in self._keys

    def hold(self, kind: str, object_id: str) -> str | None:
        """The resource that is worked on has this object, or takes it; the URN of another that has it in this run."""
        if not resource():
            return None
        with self._lock:
            holder = self._holders.setdefault((kind, bare_id(object_id)), resource())
        return None if holder == resource() else holder

    def holder(self, kind: str, object_id: str) -> str | None:
        """The URN of the resource that has an object in this run."""
        return self._holders.get((kind, bare_id(object_id)))

    def claim(self, what: str) -> bool:
        """Take something for one resource; False where another has taken it in this run."""
        with self._lock:
            if what in self._claimed:
                return False
            self._claimed.add(what)
            return True

    def claim_default(self, project_id: str, key: str, title: str) -> str | None:
        """Ask for the default flag of a project; the title of another that asked for it in this run, if there is."""
        with self._lock:
            holder, held_by = self._default_claims.setdefault(bare_id(project_id), (key, title))
        return None if holder == key else held_by

    def replacing(self, object_id: str) -> None:
        """The resource that is worked on is to have another object in the place of this one."""
        self._replaced[resource()] = object_id

    def replaced_by(self, urn: str) -> str | None:
        """The object in whose place a resource gets another one, as far as this run was shown."""
        return self._replaced.get(urn)

    # what it made

    def returned(self, object_id: str) -> None:
        """A create of this process returns this id: from now on it is not deleted by this process."""
        self._returned[bare_id(object_id)] = resource()

    def was_returned(self, object_id: str) -> bool:
        """Whether a create of this process returned this id."""
        return bare_id(object_id) in self._returned

    def all_returned(self) -> list[str]:
        """The URNs of the resources whose creation this run has done, in this order."""
        return [*self._returned.values()]

    def made(self, object_id: str, inputs: Mapping[str, Any] | None = None) -> None:
        """This process made it: nobody else has put anything into it."""
        self._made[bare_id(object_id)] = Made(object_id, resource(), inputs or {})

    def was_made(self, object_id: str) -> bool:
        """Whether this process made it, and did not take it over."""
        return bare_id(object_id) in self._made

    def all_made(self) -> list[Made]:
        """Everything that this process made."""
        with self._lock:
            return list(self._made.values())

    @contextmanager
    def under_way(self, *key: str) -> Iterator[None]:
        """A creation of this key begins here, and ends."""
        with self._lock:
            self._under_way[key] += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way[key] -= 1

    def creations_under_way(self) -> Counter[tuple[str, ...]]:
        """How many creations of each key are under way in this process."""
        with self._lock:
            return Counter(self._under_way)

    # what it was asked to delete

    def deleting(self) -> None:
        """The resource that is worked on is deleted: it holds nothing any more."""
        self._deleting.add(resource())

    def is_deleting(self, urn: str) -> bool:
        """Whether this run was asked to delete a resource."""
        return urn in self._deleting

    def delete_asked(self, database_id: str) -> None:
        """The program wants this database deleted: its project may go with it in it."""
        self._delete_asked.add(bare_id(database_id))

    @property
    def deletes(self) -> bool:
        """Whether this run has deleted databases."""
        return bool(self._delete_asked)

    def was_delete_asked(self, database_id: str) -> bool:
        """Whether the program wanted this database deleted in this run."""
        return bare_id(database_id) in self._delete_asked
