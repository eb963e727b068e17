"""Whether a deletion may reach an object, and whether the object is still the resource's own."""

from __future__ import annotations

from prisma_provider.api.ids import same_id
from prisma_provider.api.models import Database
from prisma_provider.errors import Refused, capital
from prisma_provider.keys import is_ours, key_of
from prisma_provider.live import Live
from prisma_provider.live.run import resource
from prisma_provider.live.state import named
from prisma_provider.network.clock import seconds_of
from prisma_provider.ownership.values import Inputs, adopting, forgetting, has_by_state
from prisma_provider.text import words

SAME_MOMENT = 1.0
"""Seconds between two times that a service may write for one creation."""


def stays(live: Live, kind: str, object_id: str) -> bool:
    """Whether the object must stay, since another resource holds it: a note says so, nothing is sent."""
    if live.run.was_returned(object_id):
        live.note(f"{words(kind)} {object_id} was adopted in this run: it is kept.")
        return True
    again = _is_held_again(live, kind, object_id)
    # First, and then the look at others: of two that are deleted at the same time, one sees the other at least.
    live.run.deleting()
    if again:
        live.note(f"{words(kind)} {object_id} is kept: its resource took it again when it was replaced.")
        return True
    holder = live.run.holder(kind, object_id) or _other_holder(live, kind, object_id)
    if holder is None or holder == resource():
        return False
    live.note(f"{words(kind)} {object_id} is kept: {named(holder)} of this stack holds it, too.")
    return True


def _other_holder(live: Live, kind: str, object_id: str) -> str | None:
    """Another resource by which state, as it was before the first deletion of this run, holds the object."""
    recorded = live.recorded()
    if recorded.problem:
        live.note(
            f"The state of this stack cannot be read ({recorded.problem}): whether another resource of it holds what "
            "is deleted could not be looked up."
        )
    if not resource():
        return None
    holders = (entry.urn for entry in recorded.holders(kind, object_id))
    return next((urn for urn in holders if not live.run.is_deleting(urn)), None)


def _is_held_again(live: Live, kind: str, object_id: str) -> bool:
    """Whether a resource holds what it held before its replacement: it was replaced with `adopt=` of its own object.

    The program may not say `adopt=` any more. The engine asks for the deletion of both halves where both are to go:
    then the second one is done.
    """
    if live.run.is_deleting(resource()):
        return False
    halves = live.recorded().replaced(kind, object_id)
    return has_by_state(live, kind, object_id) and any(entry.urn == resource() for entry in halves)


def refuse_another(title: str, recorded: Inputs, found: Inputs) -> None:
    """Refuse to delete an object that is not the one that state describes: a response may have named another's id.

    What it belongs to, when it was made, and what cannot be renamed are compared, as far as both are known.
    """
    for name in ("projectId", "databaseId", "gitName", "key"):
        if None not in (recorded.get(name), found.get(name)) and not same_id(recorded[name], found[name]):
            raise _another(title, name, recorded[name], found[name])
    made, seen = seconds_of(recorded.get("createdAt")), seconds_of(found.get("createdAt"))
    if made is not None and seen is not None and abs(made - seen) > SAME_MOMENT:
        raise _another(title, "createdAt", recorded["createdAt"], found["createdAt"])


def _another(title: str, name: str, recorded: object, found: object) -> Refused:
    return Refused(
        f"{capital(title)} is not deleted: its {name} is {found}, and state says {recorded}. The id in state is that "
        "of another object.",
        hint=f"nothing was sent. Make Pulumi forget it ({forgetting(resource() or 'URN')}), and look in Prisma Console "
        "for what was made.",
    )


def is_lost(olds: Inputs, logical_id: str | None) -> bool:
    """Whether another resource has put its own key on the object since: then it is not this one's any more."""
    before = olds.get("logicalId")
    return is_ours(before) and is_ours(logical_id) and key_of(logical_id) != key_of(before)


def refuse_lost(database: Database, olds: Inputs) -> None:
    """Refuse to change what another resource has taken over."""
    if is_lost(olds, database.logical_id):
        raise Refused(
            f"{database.title} is not this resource's any more: another one has taken it over, and gave it the key "
            f"{database.logical_id}.",
            hint=f"to take it again, make Pulumi forget it ({forgetting(resource() or 'URN')}) and declare "
            f"{adopting(database.id)}; or take it out of the program: it is left alone then. Nothing was changed.",
        )


def recorded_key(olds: Inputs, logical_id: str | None) -> str | None:
    """The key as it stands in state: that of the object, unless it was lost to another since."""
    if logical_id is None or is_lost(olds, logical_id):
        before = olds.get("logicalId")
        return None if before is None else str(before)
    return key_of(logical_id)
