"""`ignoreChanges` that only the engine knows of: a resource transform runs there, and tells a dynamic provider nothing.

The engine records it in state with the resource, and hands an ignored input over as it was. So where an input is as it
was, and live differs from it, state is asked whether that difference is to stay: once in a run, and in no other case.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from threading import Lock
from typing import Any

from prisma_provider.diff import Diff, ignores
from prisma_provider.errors import Refused
from prisma_provider.models import bare_id
from prisma_provider.run import Recorded

Bag = dict[str, Any]
Compare = Callable[[Bag, Bag], Diff]


class Ignoring:
    """What one run knows of it. `recorded` reads the stack's state."""

    def __init__(self, recorded: Callable[[], Recorded]) -> None:
        self._read = recorded
        self._lock = Lock()
        self._recorded: Recorded | None = None
        self._unchanged: dict[str, frozenset[str]] = {}
        self._found: dict[str, tuple[str, ...]] = {}

    def checked(self, olds: Bag, inputs: Bag) -> None:
        """A check has seen these old inputs and left these new ones."""
        same = frozenset(name for name, value in inputs.items() if name in olds and olds[name] == value)
        self._unchanged[_key(inputs)] = same

    def diff(self, object_id: str, olds: Bag, news: Bag, compare: Compare) -> Diff:
        """The differences that are to be closed; what state says to ignore is not among them."""
        try:
            found: Diff | Refused = compare(olds, news)
        except Refused as refused:
            found = refused
        if self._is_doubtful(found, news) and self._asked(object_id, olds):
            return compare(*self.told(object_id, olds, news))
        if isinstance(found, Refused):
            raise found
        return found

    def told(self, object_id: str, olds: Bag, news: Bag) -> tuple[Bag, Bag]:
        """Old outputs and new inputs with what state says to ignore; on both sides, since it is no change."""
        more = self._found.get(object_id)
        if not more:
            return olds, news
        return _with(olds, more), _with(news, more)

    def _is_doubtful(self, found: Diff | Refused, news: Bag) -> bool:
        """Whether something is to be done about what the program did not change."""
        unchanged = self._unchanged.get(_key(news), frozenset())
        if isinstance(found, Refused):
            return unchanged >= news.keys()
        return any(change.field in unchanged for change in found.of("patch", "replace", "wait"))

    def _asked(self, object_id: str, olds: Bag) -> bool:
        """Whether state says to ignore something of it that our own options, which are in `olds`, did not say."""
        recorded = self._state().ignored.get(bare_id(object_id), ())
        self._found[object_id] = tuple(path for path in recorded if not ignores(olds.get("ignoreChanges"), path))
        return bool(self._found[object_id])

    def _state(self) -> Recorded:
        with self._lock:
            self._recorded = self._recorded or self._read()
            return self._recorded


def _with(bag: Bag, more: tuple[str, ...]) -> Bag:
    return {**bag, "ignoreChanges": [*(bag.get("ignoreChanges") or ()), *more]}


def _key(inputs: Bag) -> str:
    """What a check left is what the diff after it is given: that is how the two are known to belong together."""
    return json.dumps(inputs, sort_keys=True, default=str)
