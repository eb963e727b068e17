"""A Diff as the engine takes it: which properties, and what happens to each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pulumi.runtime.proto import provider_pb2

from prisma_provider.diff import Change, Diff
from prisma_provider.members import key_in, name_of

_Entry = provider_pb2.PropertyDiff


def response(found: Diff, olds: Mapping[str, Any], news: Mapping[str, Any]) -> provider_pb2.DiffResponse:
    """The response to Diff; `olds` are old outputs, `news` the declared inputs.

    A replacement is made before the old object goes: names need not be unique.
    """
    if not found:
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)
    changes = {_shown_as(change, news): _entry(change, olds) for change in found.changes}
    return provider_pb2.DiffResponse(
        changes=provider_pb2.DiffResponse.DIFF_SOME,
        replaces=found.replaces(),
        diffs=list(dict.fromkeys(name_of(path) for path in changes)),
        detailedDiff=changes,
        hasDetailedDiff=True,
    )


def _shown_as(change: Change, news: Mapping[str, Any]) -> str:
    """A branch that is declared by its name is compared by its id."""
    by_name = change.field == "branchId" and news.get("branchId") is None and "branchGitName" in news
    return "branchGitName" if by_name else change.field


def _entry(change: Change, olds: Mapping[str, Any]) -> _Entry:
    kinds = (_Entry.UPDATE, _Entry.ADD, _Entry.DELETE)
    if change.how in ("replace", "recreate", "renew"):
        kinds = (_Entry.UPDATE_REPLACE, _Entry.ADD_REPLACE, _Entry.DELETE_REPLACE)
    update, add, delete = kinds
    if change.how in ("make", "delete", "release"):
        return _Entry(kind=add if change.how == "make" else delete, inputDiff=True)
    if key_in(change.field) is not None:
        return _Entry(kind=update, inputDiff=False)
    kind = update
    if change.how != "recreate" and olds.get(change.field) is None:
        kind = add
    elif change.declared is None:
        kind = delete
    return _Entry(kind=kind, inputDiff=change.how in ("record", "rotate", "renew", "restore"))
