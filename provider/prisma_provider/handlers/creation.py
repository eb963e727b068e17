"""Making a thing once, whatever is lost on the way; or taking one that exists."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from prisma_provider import errors, ownership
from prisma_provider.diff import UNKNOWN, Diff, explain
from prisma_provider.errors import InvalidInput, Refused, capital
from prisma_provider.handlers.inputs import Properties
from prisma_provider.live import Live
from prisma_provider.live.run import resource
from prisma_provider.members import member
from prisma_provider.ownership import Keyed, Object
from prisma_provider.text import snake, words

TAKE_OUT = "adopt=True is not needed any more: where your program declares it, take it out now."
"""Said once in a run that has taken over what an interrupted one had left behind."""


class Titled(Protocol):
    """An object that messages can name."""

    @property
    def title(self) -> str: ...


Found = TypeVar("Found", bound=Titled)


def create_once(
    live: Live,
    logical_id: str,
    send: Callable[[], Object],
    find: Callable[[], Iterable[Object]],
    *,
    ask_less: Callable[[], bool] = lambda: False,
) -> Object:
    """Send a create; where its response is lost, look for the object before anything is sent again.

    With a response that was lost its secrets are, too: a list shows none. Sending again is safe: the service makes
    one object for a logicalId and responds with 409 for a second one, which is looked for in turn.
    Where a 409 is about something else, `ask_less` may take that out of what is sent; True is: send it again.
    """
    lost = False

    def attempt() -> Object:
        nonlocal lost
        try:
            return send()
        except (errors.LostResponse, errors.Conflict, errors.PlanLimit) as error:
            if isinstance(error, errors.PlanLimit) and not lost:
                raise
            # A limit that a second request meets may be full with what the first one made.
            lost = lost or isinstance(error, errors.LostResponse)
            for found in listed(find):
                if found.logical_id == logical_id and not lost:
                    raise _Final(_made_elsewhere(found)) from None
                if found.logical_id == logical_id:
                    return found
            if isinstance(error, errors.Conflict) and ask_less():
                return attempt()
            if not lost:
                raise _Final(error) from None  # it clashes with something else: sending again changes nothing
            raise

    key = ownership.creation_key(live, logical_id)
    live.intents.remember(*key)
    try:
        made = live.client.retrying(errors.LostResponse, errors.Conflict)(attempt)
    except _Final as final:
        live.intents.forget(*key)
        raise final.error from None
    except errors.ApiError as error:
        if not lost:
            live.intents.forget(*key)
            raise
        hint = (
            "it may have been made all the same: the next `pulumi up` looks for it first, and names it if it is there."
        )
        raise type(error)(error.what, said=error.said, hint=hint) from None
    live.intents.forget(*key)
    return made


def _made_elsewhere(found: Keyed) -> Refused:
    """Nothing of ours was lost on the way, and yet its key is taken: by a run that went on beside this one."""
    return Refused(
        f"{capital(found.title)} was made in the meantime, under the idempotency key of this resource: by another "
        "run of this stack, or by a stack of this name that keeps its state elsewhere.",
        hint="run `pulumi up` again, which says how to take it; if it is another's, give your stack another name. "
        "Nothing was made.",
    )


def listed(ask: Callable[[], Iterable[Object]]) -> Iterable[Object]:
    """What a list shows; nothing, where the service has no such list."""
    try:
        return ask()
    except errors.NotFound:
        return ()


class _Final(Exception):
    """An error that is not to be tried again, whatever its kind."""

    def __init__(self, error: errors.PrismaError) -> None:
        super().__init__()
        self.error = error


def to_adopt(live: Live, kind: str, news: Properties, existing: Callable[[], Iterable[Object]]) -> str | None:
    """The id of the object to take instead of making one; None where one is to be made."""
    adopt = news.get("adopt")
    if isinstance(adopt, str):
        ownership.take(live, kind, adopt, f"{words(kind)} {adopt}")
        return adopt
    left = ownership.leftover(live, kind, news, listed(existing))
    if left is None:
        return None
    if member(resource()) is None:  # nobody has declared it for a database of a set
        live.note(TAKE_OUT)
    return left.id


def check_adopted(
    live: Live,
    kind: str,
    olds: Properties,
    news: Properties,
    find: Callable[[str], Found | None],
    agreed: Callable[[Found], Diff],
) -> Iterator[InvalidInput]:
    """What a create will take over and change, said or refused when it is checked: a preview calls no create.

    `agreed` compares what is declared with what is live.
    """
    adopt = news.get("adopt")
    if olds or not isinstance(adopt, str):
        return
    found = find(adopt)
    if found is None:
        yield nothing_to_adopt(words(kind), adopt)
        return
    ownership.take(live, kind, adopt, found.title)
    changes = agreed(found)
    tell_taken(live, kind, adopt, found.title)
    tell_changes(live, found.title, changes)


def tell_taken(live: Live, kind: str, object_id: str, title: str) -> None:
    """That an object is adopted, and where it comes from: the plan lists that resource as deleted."""
    former = ownership.former_holder(live, kind, object_id)
    stays = f" Pulumi lists {ownership.named(former)} as deleted; the {words(kind)} stays." if former else ""
    live.note(f"{title} is taken over, not made.{stays}")


def tell_changes(live: Live, title: str, found: Diff) -> None:
    """What differs of an object that is taken over, as an update would show it."""
    for line in explain(title, found):
        live.note(line)


def agree(title: str, found: Diff) -> Diff:
    """What taking an object over changes; Refused for what cannot be changed. What is not known yet may be the same.

    What is only recorded is no change of the object.
    """
    differs = [change for change in found.changes if change.declared is not UNKNOWN and change.how != "record"]
    for change in differs:
        if change.how == "replace":
            raise Refused(
                f"{capital(title)} cannot be adopted: {change}.",
                hint=f"declare the {snake(change.field)} that it has, or take adopt=… out to have another one made. "
                "Nothing was changed.",
            )
    return Diff(tuple(differs))


def nothing_to_adopt(what: str, object_id: str) -> InvalidInput:
    """The object that is to be adopted does not exist."""
    return InvalidInput(
        "adopt",
        f"There is no {what} {object_id} to adopt, or the token cannot see it.",
        hint=f"correct the id, or remove adopt=… to have a new {what} made.",
    )
