"""Holding an object, and taking one that exists: adoption and import."""

from __future__ import annotations

from prisma_provider.api.ids import same_id
from prisma_provider.errors import Refused, capital
from prisma_provider.live import Live
from prisma_provider.live.run import resource
from prisma_provider.live.state import named
from prisma_provider.members import member, released
from prisma_provider.ownership.values import Inputs, alias, forgetting, is_shown


def hold(live: Live, kind: str, object_id: str, title: str, news: Inputs) -> None:
    """The resource that is worked on has this object by its state. Refused where another one takes it in this run."""
    adopt = news.get("adopt")
    if isinstance(adopt, str) and not same_id(adopt, object_id):
        raise Refused(
            f'This resource is {title} already; adopt="{adopt}" names another one.',
            hint="declare another resource for that one, or correct adopt=….",
        )
    refuse_second(live.run.hold(kind, object_id), title)


def take(live: Live, kind: str, object_id: str, title: str) -> None:
    """An existing object for the resource that is worked on; Refused where another is seen to hold it.

    What this stack holds under a resource that the program does not declare any more may move to this one.
    """
    refuse_second(live.run.hold(kind, object_id), title)
    for entry in live.recorded().holders(kind, object_id):
        if entry.urn != resource() and (is_shown(live, entry) or _deletes(live, entry.urn)):
            refuse_second(entry.urn, title)
    _refuse_of_other_stack(live, kind, object_id, title)


def former_holder(live: Live, kind: str, object_id: str) -> str | None:
    """The resource that gives the object up: it has it by state, and this run was not shown it so far."""
    others = (entry for entry in live.recorded().holders(kind, object_id) if entry.urn != resource())
    return next((entry.urn for entry in others if not is_shown(live, entry) and not member(entry.urn)), None)


def _deletes(live: Live, urn: str) -> bool:
    """Whether a set that the program declares does not let this one of its databases go to another resource."""
    of = member(urn)
    inputs = live.run.inputs(of.of) if of else None
    return of is not None and inputs is not None and of.key not in released(inputs)


def refuse_held(live: Live, kind: str, object_id: str, title: str) -> None:
    """Refuse what this stack holds under another resource, whether the program still declares that or not."""
    for entry in live.recorded().holders(kind, object_id):
        if entry.urn != resource():
            refuse_second(entry.urn, title)
    refuse_second(live.run.hold(kind, object_id), title)


def take_import(live: Live, kind: str, object_id: str, title: str) -> None:
    """The same for an import, which shows no program: whatever this stack holds already is refused."""
    refuse_held(live, kind, object_id, title)
    _refuse_of_other_stack(live, kind, object_id, title)


def refuse_second(holder: str | None, title: str) -> None:
    if holder is None:
        return
    raise Refused(
        f"{capital(title)} is held by {named(holder)} of this stack already: what two resources hold is changed and "
        "deleted by either.",
        hint=f"use the outputs of {named(holder)}; or {_how_to_move(holder)}. Nothing was changed.",
    )


def _how_to_move(holder: str) -> str:
    """How what another resource of this stack holds comes to the one that is worked on."""
    of = member(holder)
    if of is not None:
        return f'take the key "{of.key}" out of {named(of.of)}, and name it in its release=["{of.key}"]'
    if member(resource()) is not None:
        return f"take {named(holder)} out of the program: it moves to this one then"
    return f"to give it another name in the program, take that one out and declare {alias(holder, resource())} here"


def _refuse_of_other_stack(live: Live, kind: str, object_id: str, title: str) -> None:
    for other in live.others():
        for entry in other.holders(kind, object_id):
            raise Refused(
                f"{capital(title)} is held by {named(entry.urn)} of stack {other.stack}.",
                hint="one stack should hold it. To move it here, make that one forget it first, which deletes "
                f"nothing: {forgetting(entry.urn, other.stack)}. Nothing was changed.",
            )
