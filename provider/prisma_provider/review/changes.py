"""Which properties of a step differ: what is live, what was declared before, what is declared now.

The dynamic host gives the engine no detail. What differs is then in the step's states and, where somebody changed
the live object meanwhile, only in the line that the provider says of it (`prisma_provider.diff.Change`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from prisma_provider.api.ids import bare_id
from prisma_provider.review.plan import Plan, State, Step
from prisma_provider.review.values import UNKNOWN_MARK, is_masked

_NOT_SET: Final = "not set"
_FIELD = re.compile(r"[:;] (\w+) is ")
_TRIGGER = "rotationTrigger"
_VALUE = "value"
_MAY_SEND = ": its value is only known"
_SENDS = (": gets the value", _MAY_SEND)
"""How the provider says of an environment variable that its value is sent, which no preview shows."""

PATCHED = ("name", "gitName", "isDefault", "branchId", "branchGitName")
FIXED = ("projectId", "databaseId", "workspaceId", "region", "source", "key", "variableClass")
SETTINGS = (
    "backupId",
    "sourceDatabaseId",
    "confirmDatabaseName",
    "allowReplace",
    "forceDestroy",
    "keepPrevious",
    "adopt",
)
SHOWN = (*PATCHED, *FIXED, *SETTINGS, "status")
"""The properties that a report may show; none of them is a secret."""


@dataclass(frozen=True)
class Seen:
    """One property that differs."""

    field: str
    before: Any
    """What it is live, as far as the preview tells."""
    after: Any
    """What is declared."""
    by_hand: bool = False
    """Live is not what was declared before: another hand changed it."""
    edited: bool = True
    """The declaration differs from the one before."""

    @property
    def is_sent(self) -> bool:
        """Whether a PATCH closes it: what is not declared is not managed, and what is so already is only recorded."""
        return self.field in PATCHED and self.after is not None and not same(self.before, self.after)


def seen(step: Step, plan: Plan) -> dict[str, Seen]:
    """Everything that differs in an update, a replacement or an adoption, by its name in the API."""
    if adopted(step):
        return {field: Seen(field, *values) for field, values in _told(step, plan).items() if field in PATCHED}
    if step.old is None or step.new is None:
        return {}
    told = _told(step, plan)
    fields = dict.fromkeys((*_edited(step.refreshed or step.old, step.new), *told, *step.detailed, *step.reasons))
    found = {field: _seen(field, step, step.old, step.new, told) for field in fields if field in (*SHOWN, _TRIGGER)}
    return found | ({_VALUE: _sent(step, plan, told)} if _sends_value(step, plan, told) else {})


def _sends_value(step: Step, plan: Plan, told: Mapping[str, tuple[Any, Any]]) -> bool:
    """Whether an update sends the value of an environment variable."""
    if step.kind != "EnvironmentVariable" or step.op != "update":
        return False
    return _VALUE in (*told, *step.detailed) or any(line.startswith(_SENDS) for line in _lines(step, plan))


def _sent(step: Step, plan: Plan, told: Mapping[str, tuple[Any, Any]]) -> Seen:
    """That it is sent, or may be, and whether another hand has written it; never the value."""
    unknown = any(line.startswith(_MAY_SEND) for line in _lines(step, plan))
    after = UNKNOWN_MARK if unknown else "another"
    return Seen(_VALUE, None, after, by_hand=_VALUE in told, edited=_VALUE not in told)


def restores(step: Step, plan: Plan) -> bool:
    """Whether an update of a Restore overwrites: another backup is given, or another database."""
    differs = seen(step, plan)
    other = differs.get("databaseId")
    return "backupId" in differs or (other is not None and not same(other.before, other.after))


def adopted(step: Step) -> str | None:
    """The id of the object that a creation takes over instead of making one."""
    adopt = step.new.inputs.get("adopt") if step.op == "create" and step.new else None
    return adopt if isinstance(adopt, str) and adopt != UNKNOWN_MARK else None


def stays(step: Step) -> bool:
    """Whether the object of a deletion or replacement lives on: a token that is kept, a variable left to Prisma."""
    old = step.old or State()
    if step.kind == "ServiceToken":
        replaced = step.op == "replace" or step.pending
        return replaced and bool((step.new or old).inputs.get("keepPrevious"))
    left = old.outputs.get("isManagedBySystem") and old.inputs.get("adopt") is False
    return step.kind == "EnvironmentVariable" and bool(left)


def previous_token(step: Step) -> str | None:
    """The id of the service token that the rotation before left valid: it goes with this one."""
    found = (step.old or State()).outputs.get("previousId") if step.kind == "ServiceToken" else None
    return found if isinstance(found, str) else None


def is_gone(step: Step, plan: Plan) -> bool:
    """Whether the provider found the object of this step gone, now or in the refresh of this very preview."""
    if step.op == "create":
        return step.refreshed is not None
    return plan.is_gone(step.old.id if step.old else None)


def _edited(old: State, new: State) -> Iterator[str]:
    for field in (*SHOWN, _TRIGGER):
        earlier, now = old.inputs.get(field), new.inputs.get(field)
        # Of what is hidden the worst is taken: another backup overwrites data, another trigger locks a password out.
        if (earlier or None) != (now or None) or (is_masked(now) and field in ("backupId", _TRIGGER)):
            yield field


def _seen(field: str, step: Step, old: State, new: State, told: Mapping[str, tuple[Any, Any]]) -> Seen:
    earlier = (step.refreshed or old).inputs.get(field)
    now = new.inputs.get(field)
    if field == _TRIGGER:
        return Seen(field, None, None if now is None else "another", edited=earlier != now)
    live, declared = told.get(field, (old.get(field), now))
    if is_masked(earlier) or is_masked(now):
        live, declared = earlier, now  # whatever a line says of it: somebody wants it hidden
    edited = (earlier or None) != (now or None)
    return Seen(field, live, declared, by_hand=_by_hand(field, step, live, edited, field in told), edited=edited)


def _by_hand(field: str, step: Step, live: Any, edited: bool, told: bool) -> bool:
    """Drift: nobody edited the declaration and live differs from it, or live is not what state had."""
    if not told or field == "status":
        return False
    recorded = (step.refreshed or step.old or State()).get(field)
    return not edited or (recorded is not None and not same(recorded, live))


def same(one: Any, other: Any) -> bool:
    if isinstance(one, str) and isinstance(other, str):
        return bare_id(one) == bare_id(other)
    return bool(one == other)


def _lines(step: Step, plan: Plan) -> Sequence[str]:
    """What the provider said of this object, without its title."""
    mine = adopted(step) or (step.old.id if step.old else None)
    return plan.said_of.get(mine, ()) if mine else ()


def _told(step: Step, plan: Plan) -> dict[str, tuple[Any, Any]]:
    """The live and the declared value of each property that the provider said differs."""
    found: dict[str, tuple[Any, Any]] = {}
    for line in _lines(step, plan):
        if line.startswith(": "):
            found |= {field: (live, declared) for field, live, declared in told_by(line)}
    return found


def told_by(line: str) -> Iterator[tuple[str, Any, Any]]:
    """Reads `: name is "a" live, "b" declared; …`, as a Change is spelled; ends where it does not fit."""
    place = 0
    while match := _FIELD.match(line, place):
        live = _value(line, match.end(), " live, ")
        declared = _value(line, live[1], " declared") if live else None
        if live is None or declared is None:
            return
        yield match[1], live[0], declared[0]
        place = declared[1]


def _value(line: str, start: int, end: str) -> tuple[Any, int] | None:
    """The value that stands here, and where what follows it ends."""
    if line.startswith(_NOT_SET + end, start):
        return None, start + len(_NOT_SET) + len(end)
    try:
        value, stop = json.JSONDecoder().raw_decode(line, start)
    except ValueError:
        return None
    return (value, stop + len(end)) if line.startswith(end, stop) else None
