"""What differs between a declaration and what is live, as values: computed purely, shown, then applied."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Final, Literal, final

from prisma_provider.text import snake

Kind = Literal["patch", "replace", "output", "once", "setting"]
"""What a field is to its resource.

`patch` is changed in place; `replace` cannot be changed; `output` is the service's; `once` is a secret that only
create and rotate give, carried on from the old state; `setting` is between the user and us: nothing is sent.
"""

How = Literal[
    "patch",
    "replace",
    "recreate",
    "wait",
    "record",
    "rotate",
    "restore",
    "migrate",
    "write",
    "renew",
    "make",
    "delete",
    "release",
]
"""How a difference is closed.

`patch` in place; `replace` by another object; `recreate`, since it is gone; `wait`, nothing to send, it happens by
itself; `record`, only our state is behind; `rotate`, with new secrets; `restore`, with the data of a backup;
`migrate`, by the user's own tool; `write`, by a value that is sent and never shown; `renew`, by another object with a
new secret. Of one database of a set: `make` it, `delete` it, or `release` it, which forgets it.
"""


@final
class Unknown:
    """A value that Pulumi will only know after the update."""

    def __repr__(self) -> str:
        return "known after the update"


UNKNOWN: Final = Unknown()


@dataclass(frozen=True)
class Field:
    """How a property of a resource behaves: its name in the API, its kind, and what makes two of its values the same.

    `read` says where a live object holds it, as a path of attributes (`project.id`): under its own name, where nothing
    is given; None is: no object holds it. A response may lack what is `kept`: then it is what state holds.
    """

    name: str
    kind: Kind
    same: Callable[[Any, Any], bool] = lambda one, other: bool(one == other)
    read: str | None = ""
    kept: bool = False
    by_key: bool = False
    """It has a value for each database of a set: those that stay are known in a preview."""
    repeats: str = ""
    """The input that it says again: where that is a secret, it is one, too."""

    @property
    def is_held(self) -> bool:
        """Whether a live object holds it."""
        return self.kind in ("patch", "replace", "output") and self.read is not None

    @property
    def path(self) -> str:
        """Where a live object holds it."""
        return self.read or snake(self.name)

    def of(self, found: object, state: Mapping[str, Any]) -> Any:
        """Its value, as an object holds it."""
        value = attrgetter(self.path)(found)
        return state.get(self.name) if value is None and self.kept else value


def outputs(fields: Collection[Field], found: object, state: Mapping[str, Any]) -> dict[str, Any]:
    """The whole state of a resource: what was declared or recorded, and on top of it what its object holds."""
    return {**state, **{field.name: field.of(found, state) for field in fields if field.is_held}}


@dataclass(frozen=True)
class Change:
    """One difference and how it is closed."""

    field: str
    live: Any
    declared: Any
    how: How

    def __str__(self) -> str:
        if self.declared is UNKNOWN:
            return f"{self.field} is {_shown(self.live)} live, and the declared one is only known after the update"
        return f"{self.field} is {_shown(self.live)} live, {_shown(self.declared)} declared"


def _shown(value: Any) -> str:
    return "not set" if value is None else json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True)
class Diff:
    """All differences of one resource; empty means that nothing is to be done."""

    changes: tuple[Change, ...] = ()
    words: tuple[str, ...] = ()
    """What is said of it, where the changes are those of many objects."""

    def __bool__(self) -> bool:
        return bool(self.changes)

    def of(self, *hows: How) -> tuple[Change, ...]:
        """The changes that are closed in one of these ways."""
        return tuple(change for change in self.changes if change.how in hows)

    def replaces(self) -> list[str]:
        """The fields that only another object can satisfy."""
        return [change.field for change in self.of("replace", "recreate", "renew")]

    def patches(self) -> tuple[dict[str, Any], ...]:
        """The PATCH bodies that close it, in an order the API takes: a move to another branch goes alone."""
        together = {change.field: change.declared for change in self.of("patch")}
        move: dict[str, Any] = {name: together.pop(name) for name in ("branchId", "branchGitName") if name in together}
        return tuple(body for body in (together, move) if body)


GONE: Final = Diff((Change("id", None, "an object", "recreate"),))
"""The object does not exist any more and is made again."""

PROJECT_GONE: Final = Diff((Change("id", None, "an object in its project", "recreate"),))
"""Neither the object nor its project is found: nobody can tell whether the project was deleted."""


_WHOLE_PROPERTY = re.compile(r'\.?(?:(?P<name>[^.\[\]"]+)|\["(?P<quoted>[^"]*)"\]|\[\*\])')
"""A path of Pulumi's that is one property as a whole. Of a part of one the engine itself keeps the old value."""


def ignores(paths: Iterable[str] | None, *names: str) -> bool:
    """Whether `ignore_changes` covers one of these properties: by its name, by its path (`["name"]`), or by `*`."""
    found = [_WHOLE_PROPERTY.fullmatch(path) for path in paths or ()]
    covered = {match["name"] or match["quoted"] or "*" for match in found if match}
    return not covered.isdisjoint(("*", *names))


def diff(
    fields: Collection[Field],
    declared: Mapping[str, Any],
    live: Mapping[str, Any],
    *,
    ignored: Collection[str] = (),
) -> Diff:
    """Compare what is declared with what is live.

    A field that is not declared is not managed, nor is one that is ignored (`ignore_changes`). An unknown value
    differs from everything where only another object could satisfy it, and is passed over where a PATCH can.
    """
    changes = []
    for field in fields:
        if field.kind not in ("patch", "replace") or field.name in ignored:
            continue
        want, have = declared.get(field.name), live.get(field.name)
        if want is None or (want is UNKNOWN and field.kind == "patch"):
            continue
        if want is UNKNOWN or not field.same(have, want):
            changes.append(Change(field.name, have, want, "patch" if field.kind == "patch" else "replace"))
    return Diff(tuple(changes))


def behind(fields: Collection[Field], recorded: Mapping[str, Any], live: Mapping[str, Any]) -> Diff:
    """Where live agrees with the declaration and our record does not: an update that sends nothing."""
    return Diff(
        tuple(
            Change(field.name, live.get(field.name), recorded.get(field.name), "record")
            for field in fields
            if field.kind == "patch"
            and field.name in recorded
            and not field.same(live.get(field.name), recorded[field.name])
        )
    )


def settings_changed(fields: Collection[Field], recorded: Mapping[str, Any], declared: Mapping[str, Any]) -> Diff:
    """Settings that differ from those recorded; false and not given are the same, and the unknown may differ."""
    return Diff(
        tuple(
            Change(field.name, recorded.get(field.name), declared.get(field.name), "record")
            for field in fields
            if field.kind == "setting"
            and not field.same(recorded.get(field.name) or None, declared.get(field.name) or None)
        )
    )


def postponed(fields: Iterable[Field], declared: Mapping[str, Any], found: Diff) -> list[str]:
    """What may be changed in place by a value that is only known after the update; `found` shows nothing of it."""
    shown = {change.field for change in found.changes}
    names = [field.name for field in fields if field.kind == "patch" and declared.get(field.name) is UNKNOWN]
    return [name for name in names if name not in shown and not ignores(declared.get("ignoreChanges"), name)]


def _writing(change: Change) -> str:
    """Why a value is sent; the value itself is in no change."""
    if change.declared is UNKNOWN:
        return ": its value is only known after the update, and is sent if it is another one."
    if change.live == change.declared:
        return ": gets the value that the program declares now."
    return f": {change}. Request: PATCH, which puts back what the program declares."


_WITH_PROJECT = (
    "is gone: the project was deleted, or transferred to another workspace, which Prisma's API does not tell apart. It "
    "will be made again, empty. If the project was transferred, take it and what is in it out of the stack first: "
    "pulumi state delete --target-dependents URN"
)


def explain(title: str, found: Diff) -> Iterator[str]:
    """What an engine cannot show: the live value beside the declared one, and what will be sent."""
    if found.words:
        yield from found.words
        return
    if found.of("recreate"):
        yield f"{title} {_WITH_PROJECT if found == PROJECT_GONE else 'is gone: it will be made again.'}"
        return
    differences = found.of("patch", "replace", "wait")
    known = [str(change) for change in differences if change.declared is not UNKNOWN]
    if known:
        sent = "" if found.replaces() else ", then ".join(f"PATCH {json.dumps(body)}" for body in found.patches())
        yield f"{title}: {'; '.join(known)}." + (f" Request: {sent}." if sent else "")
    for change in differences:
        if change.declared is UNKNOWN:
            yield f"{title}: {change}. If that is another one, a new object is made, and this one is deleted."
    if found.of("rotate"):
        yield f"{title}: gets a new password in place; the old one is locked out."
    if found.of("renew"):
        yield f"{title}: another one is made, with a new value."
    for change in found.of("write"):
        yield f"{title}{_writing(change)}"
    if found and found.of("record") == found.changes:
        fields = ", ".join(change.field for change in found.changes)
        yield f"{title}: nothing is sent; only Pulumi's record of {fields} changes."
    if found.of("migrate"):
        yield f"{title}: its command will run."
    for change in found.of("restore"):
        yield f"{title}: will be restored from backup {change.declared}; ALL ITS DATA since then is lost."
