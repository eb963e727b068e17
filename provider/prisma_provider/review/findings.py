"""One step of a plan, and what it means for people: a finding, or several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from prisma_provider.members import SET
from prisma_provider.review.changes import PATCHED, Seen, adopted, is_gone, previous_token, restores, seen, stays
from prisma_provider.review.defaults import Defaults
from prisma_provider.review.plan import KNOWN, QUIET, Plan, State, Step
from prisma_provider.review.sets import is_readable
from prisma_provider.review.values import UNKNOWN_MARK, origin, shown

Kind = Literal[
    "created",
    "adopted",
    "renamed",
    "promoted",
    "demoted",
    "moved",
    "rotated",
    "restored",
    "replaced",
    "deleted",
    "forgotten",
    "waits",
    "changed",
]
Loss = Literal["data", "credentials"]

KEPT = (
    "It lives on with its data as the default database of its project, which Prisma deletes only with the project; "
    "Pulumi forgets it. If another one is made the default before that, it is deleted with its data."
)
RECORDED = "Nothing is sent: only what Pulumi records of it changes."
PENDING = "An earlier replacement did not delete it; the next `pulumi up` does. "
TAKEN = (
    "This run adopts it, and deletes it then under its old name: take that one out of state before, by "
    "`pulumi state delete`, which deletes nothing in Prisma."
)
UNRELEASED = "This run adopts it elsewhere as well: name its key in the set's release=[…], and it is not deleted."
FOREIGN = "Its data may be lost: it is of another provider."
UNTYPED = "It may hold data: its type does not say, and its code is the program's own."
ACCESS = {
    "Connection": "Whoever uses its credentials is locked out.",
    "ServiceToken": "Whoever uses this token is locked out.",
}
"""What lets somebody in, and what its deletion means."""
LIVES_ON = {
    "EnvironmentVariable": "It lives on: Prisma manages it, and it was not taken over.",
    "ServiceToken": "It stays valid until the next rotation.",
}
"""What lives on, though Pulumi deletes its resource."""
HOLDS_DATA = ("Project", "Database", SET)
"""What has data: deleted or replaced, it is lost."""


@dataclass(frozen=True)
class Finding:
    """One thing that would happen to one resource."""

    kind: Kind
    step: Step
    before: str | None = None
    after: str | None = None
    note: str | None = None
    """One or two sentences of what it means, in words of ours alone: values stand in `before` and `after`."""
    loses: Loss | None = None
    lives_on: bool = False
    """Its data is lost only if more happens than the preview shows: a check asks, and nobody is alarmed."""
    other: bool = False
    """It belongs to another provider than Prisma's: its data may be lost."""
    drift: bool = False
    """Another hand changed it: this puts it back to what is declared."""

    @property
    def title(self) -> str:
        """What it is: its kind and its name in Pulumi."""
        return f"{self.step.noun} {self.step.name}"

    @property
    def known_as(self) -> str | None:
        """Its name in Prisma, where that is another one, and its id."""
        state = self.step.old or self.step.new or State()
        name = shown(state.get("name") or state.get("gitName") or state.get("key") or self.step.name)
        return ", ".join(each for each in (name if name != self.step.name else "", state.id or "") if each) or None

    @property
    def id(self) -> str | None:
        """Its id, where it has one yet."""
        return _id(self.step)

    @property
    def label(self) -> str:
        """How it is named to `--allow`."""
        return f"{self.step.noun}:{self.step.name}"


def findings(step: Step, plan: Plan, defaults: Defaults) -> Iterator[Finding]:
    """What a step means; nothing for one that leaves things as they are."""
    if step.op in QUIET:
        return
    if step.op not in KNOWN:
        yield _unknown(step)
    elif step.kind == "Restore":
        yield from _restore(step, plan)
    elif step.kind == "Migration":
        yield _migration(step)
    elif step.kind == SET and not is_readable(step):
        yield _unreadable(step)
    elif step.op == "create":
        yield _replacement(step, plan) if is_gone(step, plan) else _creation(step)
        yield from (_edit(step, change) for change in seen(step, plan).values() if adopted(step) and change.is_sent)
    elif step.op == "update":
        yield from _update(step, plan)
    elif step.op == "replace":
        yield _replacement(step, plan)
    elif step.op == "delete":
        yield _deletion(step, defaults)
    else:
        yield Finding("adopted", step, after=_id(step), note="It is imported: nothing is sent.")


def foreign(step: Step, *, prisma: bool) -> Finding:
    """What it means that a resource goes which holds data and is of another package, Prisma's or not."""
    old = step.old or State()
    if old.external or (old.retained and step.op == "delete"):
        return Finding("forgotten", step, note="It lives on: only Pulumi forgets it.", other=not prisma)
    lost = "All its data is lost." if prisma else UNTYPED if step.is_untyped else FOREIGN
    begin = PENDING if step.pending else ""
    kind: Kind = "deleted" if step.op == "delete" else "replaced" if step.op == "replace" else "changed"
    return Finding(kind, step, note=begin + lost, loses="data", other=not prisma)


def _unknown(step: Step) -> Finding:
    note = "This operation is not known to the review, which takes it for the worst."
    loses: Loss = "data" if step.kind in (*HOLDS_DATA, "Restore") else "credentials"
    return Finding("changed", step, after=step.op, note=note, loses=loses)


def _unreadable(step: Step) -> Finding:
    """A set whose keys are secret, or depend on another resource: what it deletes cannot be seen."""
    may_delete = any(state.inputs.get("allowDelete") for state in (step.old, step.new) if state)
    note = "Which databases it declares cannot be seen here." + (
        " It has allow_delete: the data of those that it does not declare any more is lost." if may_delete else ""
    )
    return Finding("changed", step, note=note, loses="data" if may_delete and step.op != "create" else None)


def _creation(step: Step) -> Finding:
    new = step.new or State()
    adopt, name = new.inputs.get("adopt"), shown(new.get("name") or new.get("gitName") or new.get("key"))
    variable = step.kind == "EnvironmentVariable"
    if isinstance(adopt, str):
        taken = "It exists: Pulumi takes it over" + (", and replaces its value." if variable else ".")
        return Finding("adopted", step, after=shown(adopt), note=taken)
    left = "Where one is there, it is taken over" if variable else "Where an interrupted run left it behind, that one"
    note = left + (", and its value replaced." if variable else " is taken.") if adopt else None
    if variable and adopt is False:
        note = "Where Prisma manages one already, nothing is sent: that stays as it is."
    return Finding("created", step, before=origin(new.inputs.get("source")), after=name, note=note)


def _deletion(step: Step, defaults: Defaults) -> Finding:
    old = step.old or State()
    if old.retained or old.external:
        return Finding("forgotten", step, note="It lives on in Prisma: only Pulumi forgets it.")
    begin = PENDING if step.pending else ""
    if stays(step):
        return Finding("forgotten", step, note=LIVES_ON[str(step.kind)] + _of_previous(step))
    if step.kind in ACCESS:
        note = begin + ACCESS[step.kind] + _of_previous(step)
        return Finding("deleted", step, note=note, loses="credentials")
    if step.kind == "EnvironmentVariable":
        return Finding("deleted", step, note=begin + "A running service keeps it until its next deployment.")
    if step.kind == "Project":
        return Finding("deleted", step, note=begin + _lost_with_project(old), loses="data")
    if step.kind == "Database" and defaults.lives_on(step):
        return Finding("forgotten", step, note=KEPT, loses="data", lives_on=True)
    if step.kind == "Database":
        return Finding("deleted", step, note=begin + "All its data is lost.", loses="data")
    return Finding("deleted", step, note=begin.strip() or None)


def _lost_with_project(project: State) -> str:
    return "Every database in it is lost with it." + (
        " It has force_destroy: also those that this program does not hold." if project.get("forceDestroy") else ""
    )


def _replacement(step: Step, plan: Plan) -> Finding:
    old, gone = step.old or State(), is_gone(step, plan)
    differs = list(seen(step, plan).values())
    because = [change for change in differs if change.field in step.reasons]
    values = [change for change in because if change.field != "rotationTrigger"]  # whose value nobody wants to read
    return Finding(
        "created" if step.op == "create" else "replaced",
        step,
        before=", ".join(f"{change.field} {shown(change.before)}" for change in values) or None,
        after=", ".join(f"{change.field} {shown(change.after)}" for change in values) or None,
        note=_replaced_note(step, old, gone=gone, asked=not because) + _unless_same(because),
        loses=None if gone and step.kind == "ServiceToken" else _replaced_loses(step),
        drift=gone,
    )


def _unless_same(because: Sequence[Seen]) -> str:
    maybe = because and all(change.after == UNKNOWN_MARK for change in because)
    return " If it turns out to be the same, nothing is replaced." if maybe else ""


def _replaced_loses(step: Step) -> Loss | None:
    if step.kind in HOLDS_DATA:
        return "data"
    return "credentials" if step.kind in ACCESS and (previous_token(step) or not stays(step)) else None


def _of_previous(step: Step) -> str:
    return " The one that the rotation before left valid is revoked." if previous_token(step) else ""


_REPLACED = {
    "EnvironmentVariable": "Another one is made, and this one deleted. No data of a database is touched.",
    "ServiceToken": "Another one with a new value takes its place; whoever uses the old one is locked out.",
}
"""What a replacement means that loses no data."""
_KEPT = {
    "EnvironmentVariable": "Another one is made; this one lives on, since Prisma manages it.",
    "ServiceToken": "Another one is made; this one stays valid until the next rotation.",
}
"""The same, where the old one lives on."""


def _replaced_note(step: Step, old: State, *, gone: bool, asked: bool) -> str:
    begin = "An option such as replacement_trigger, `--replace`, a taint or a dependency asks for it. " if asked else ""
    if step.kind in _REPLACED:
        if gone:
            return "It is gone, deleted by another hand: another one is made." + _of_previous(step)
        return begin + (_KEPT if stays(step) else _REPLACED)[step.kind] + _of_previous(step)
    if gone:
        return "It is gone, deleted by another hand, with all that was in it: another one is made."
    if step.kind == "Connection":
        return begin + "Another one with new credentials takes its place; whoever uses the old ones is locked out."
    if step.kind == "Branch":
        return begin + "Another branch takes its place."
    if old.retained:
        return begin + "An empty one takes its place; this one lives on in Prisma, and Pulumi forgets it."
    return begin + f"Another {str(step.kind).lower()} takes its place: all data of this one is lost."


def _restore(step: Step, plan: Plan) -> Iterator[Finding]:
    """A restore is an event: made, or given another backup, it overwrites; deleted, it undoes nothing."""
    new = step.new or State()
    if step.op == "delete":
        yield Finding("forgotten", step, note="Nothing is sent: the data stays what it is.")
    elif step.op == "update" and not restores(step, plan):
        yield Finding("changed", step, note=RECORDED)
    elif step.op == "create" and new.inputs.get("adopt") is True:
        yield Finding("adopted", step, note="It is recorded as done: nothing is sent.")
    else:
        yield _restored(step, new)


def _restored(step: Step, new: State) -> Finding:
    target = f'database "{shown(new.inputs.get("confirmDatabaseName"))}" ({shown(new.inputs.get("databaseId"))})'
    note = "All data of this database that was written since the backup is lost."
    return Finding("restored", step, shown(new.inputs.get("backupId")), target, note, "data")


def _migration(step: Step) -> Finding:
    """A migration is an event, too; what its SQL does, only a rehearsal tells."""
    if step.op == "delete":
        return Finding("forgotten", step, note="Nothing is sent: the schema stays what it is.")
    note = "Its command may run; what it does to the data shows `pulumi-prisma rehearse`, on a copy."
    return Finding("created" if step.op == "create" else "changed", step, note=note)


def _update(step: Step, plan: Plan) -> Iterator[Finding]:
    found = [_edit(step, change) for change in seen(step, plan).values()]
    if not found:
        yield Finding("changed", step, note=RECORDED)
    yield from found


def _edit(step: Step, change: Seen) -> Finding:
    kind, note = _meaning(step, change)
    before, after = (None, None) if kind in ("changed", "rotated") else (shown(change.before), shown(change.after))
    if change.by_hand and change.edited:
        note = "Another hand had changed it meanwhile."
    loses: Loss | None = "credentials" if kind == "rotated" else None
    return Finding(kind, step, before, after, note, loses, drift=change.by_hand and not change.edited)


def _meaning(step: Step, change: Seen) -> tuple[Kind, str | None]:
    """The word for a change of this property, and what is to be said of it."""
    if change.field in PATCHED and not change.is_sent:
        managed = change.after is not None
        return "changed", RECORDED if managed else f"{change.field} is not managed any more."
    match change.field:
        case "name" | "gitName":
            return "renamed", None
        case "branchId" | "branchGitName":
            return "moved", None
        case "isDefault" if change.after is False:
            return "demoted", "It waits until another one is promoted: no request takes the flag away."
        case "isDefault":
            return (
                "promoted",
                f"It becomes the default {str(step.kind).lower()}; the one that is so now loses the flag.",
            )
        case "rotationTrigger" if change.after is not None:
            return "rotated", "It gets a new password; whoever uses the old one is locked out."
        case "value" if change.after == UNKNOWN_MARK:
            return "changed", "Its value is only known after the update, and is sent if it is another one."
        case "value":
            return "changed", "Its value is sent; a running service sees it with its next deployment."
        case "status":
            return "waits", "The next `pulumi up` waits until it is ready."
        case "allowReplace" if change.after:
            return "changed", "From now on a change of project, region or source replaces it, and its data is lost."
        case "forceDestroy" if change.after:
            return "changed", "From now on its deletion destroys also databases that this program does not hold."
    return "changed", f"{change.field} changes; nothing is sent."


def _id(step: Step) -> str | None:
    return (step.old.id if step.old else None) or (step.new.id if step.new else None)
