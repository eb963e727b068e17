"""What this run did and was asked for: what no service can tell, and safety needs to know.

A run is one process of a provider: one preview, or one update.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from prisma_provider.models import bare_id


@dataclass(frozen=True)
class Recorded:
    """What the stack's state holds: the ids of its objects, and the inputs of creations that it saw only begin.

    Those of this very run are among them, as long as they are under way.
    """

    ids: frozenset[str] = frozenset()
    begun: tuple[Mapping[str, Any], ...] = ()
    ignored: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The property paths of `ignoreChanges`, by the id of their object."""

    def holds(self, object_id: str) -> bool:
        """Whether an object is one of this stack's."""
        return bare_id(object_id) in self.ids

    def began(self, fits: Callable[[Mapping[str, Any]], bool]) -> int:
        """How many creations with inputs like these it saw only begin."""
        return sum(1 for inputs in self.begun if fits(inputs))


class Run:
    """Shared by all threads of a run."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._alone: dict[tuple[str, ...], Lock] = {}
        self._default_claims: dict[str, tuple[str, str]] = {}
        self._claimed: set[str] = set()
        self._returned: set[str] = set()
        self._made: set[str] = set()
        self._under_way: Counter[tuple[str, ...]] = Counter()
        self._asked_to_delete: set[str] = set()
        self._logical_ids: set[str] = set()

    @contextmanager
    def alone(self, *key: str) -> Iterator[None]:
        """One thread at a time for this key."""
        with self._lock:
            lock = self._alone.setdefault(key, Lock())
        with lock:
            yield

    def claim(self, object_id: str) -> bool:
        """Take an existing object for one resource; False where another has taken it in this run."""
        with self._lock:
            if bare_id(object_id) in self._claimed:
                return False
            self._claimed.add(bare_id(object_id))
            return True

    def claim_default(self, project_id: str, key: str, title: str) -> str | None:
        """Ask for the default flag of a project; the title of another that asked for it in this run, if there is."""
        with self._lock:
            holder, held_by = self._default_claims.setdefault(bare_id(project_id), (key, title))
        return None if holder == key else held_by

    def returned(self, object_id: str) -> None:
        """A create of this process answers with this id: from now on it is not deleted by this process."""
        self._returned.add(bare_id(object_id))

    def was_returned(self, object_id: str) -> bool:
        """Whether a create of this process answered with this id."""
        return bare_id(object_id) in self._returned

    def made(self, object_id: str) -> None:
        """This process made it: nobody else has put anything into it."""
        self._made.add(bare_id(object_id))

    def was_made(self, object_id: str) -> bool:
        """Whether this process made it, and did not take it over."""
        return bare_id(object_id) in self._made

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

    def count_under_way(self, *key: str) -> int:
        """How many creations of this key are under way in this process."""
        return self._under_way[key]

    def delete_asked(self, database_id: str) -> None:
        """The program wants this database deleted: its project may go with it in it."""
        self._asked_to_delete.add(bare_id(database_id))

    @property
    def deletes(self) -> bool:
        """Whether this run has deleted databases."""
        return bool(self._asked_to_delete)

    def was_delete_asked(self, database_id: str) -> bool:
        """Whether the program wanted this database deleted in this run."""
        return bare_id(database_id) in self._asked_to_delete

    def declare(self, logical_id: str) -> None:
        """A resource of this run goes by this logicalId: an object that has it is no leftover."""
        self._logical_ids.add(logical_id)

    def is_declared(self, logical_id: str) -> bool:
        """Whether a resource of this run goes by this logicalId."""
        return logical_id in self._logical_ids
