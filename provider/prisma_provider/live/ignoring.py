"""`ignoreChanges` that only the engine knows of: a resource transform runs there, unseen by a provider.

The engine records it in state with the resource, and hands an ignored input over as it was. So where an input is as it
was, and live differs from it, state is asked whether that difference is to stay: once in a run, and in no other case.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from prisma_provider.diff import Diff, ignores
from prisma_provider.errors import Refused
from prisma_provider.live import Live
from prisma_provider.live.run import resource
from prisma_provider.live.state import kind_of

Properties = dict[str, Any]
Compare = Callable[[Properties, Properties], Diff]


def diff(live: Live, object_id: str, olds: Properties, news: Properties, compare: Compare) -> Diff:
    """The differences that are to be closed; what state says to ignore is not among them."""
    try:
        found: Diff | Refused = compare(olds, news)
    except Refused as refused:
        found = refused
    if _is_doubtful(live, found, news):
        live.run.ignore(object_id, _recorded(live, object_id, olds))
        if live.run.ignored(object_id):
            return compare(*with_recorded(live, object_id, olds, news))
    if isinstance(found, Refused):
        raise found
    return found


def with_recorded(live: Live, object_id: str, olds: Properties, news: Properties) -> tuple[Properties, Properties]:
    """Old outputs and new inputs with what state says to ignore; on both sides, since it is no change."""
    more = live.run.ignored(object_id)
    return (_with(olds, more), _with(news, more)) if more else (olds, news)


def _is_doubtful(live: Live, found: Diff | Refused, news: Properties) -> bool:
    """Whether something is to be done about what the program did not change."""
    before = live.run.old_inputs(resource()) or {}
    unchanged = {name for name, value in news.items() if name in before and before[name] == value}
    if isinstance(found, Refused):
        return unchanged >= news.keys()
    return any(change.field in unchanged for change in found.of("patch", "replace", "wait", "write"))


def _recorded(live: Live, object_id: str, olds: Properties) -> tuple[str, ...]:
    """What state says to ignore of it, and our own options, which are in `olds`, did not say."""
    held = live.recorded().holders(kind_of(resource()), object_id)
    own = olds.get("ignoreChanges")
    return tuple(path for entry in held for path in entry.ignored if not ignores(own, path))


def _with(inputs: Properties, more: tuple[str, ...]) -> Properties:
    return {**inputs, "ignoreChanges": [*(inputs.get("ignoreChanges") or ()), *more]}
