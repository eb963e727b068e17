"""Making a thing once, whatever is lost on the way: leftovers, adoption, answers that did not come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Protocol, TypeVar

from prisma_provider import errors
from prisma_provider.errors import InvalidInput, Refused
from prisma_provider.handlers.inputs import Bag
from prisma_provider.identity import stem_of
from prisma_provider.live import Live
from prisma_provider.models import same_id


class Titled(Protocol):
    """An object that messages can name."""

    @property
    def title(self) -> str: ...


class Named(Titled, Protocol):
    """An object that has a logicalId."""

    @property
    def id(self) -> str: ...
    @property
    def logical_id(self) -> str | None: ...


Made = TypeVar("Made", bound=Named)


def create_once(
    live: Live, logical_id: str, send: Callable[[], Made], find: Callable[[], Iterable[Made]]
) -> tuple[Made, bool]:
    """Send a create; where its answer is lost, look for the object before anything is sent again.

    The second value says whether the answer, and with it the secrets, was lost. Sending again is safe: the
    service makes one object for a logicalId and answers 409 for a second one, which is looked for in turn.
    """
    lost = False

    def attempt() -> tuple[Made, bool]:
        nonlocal lost
        try:
            return send(), False
        except (errors.LostAnswer, errors.Conflict) as error:
            lost = lost or isinstance(error, errors.LostAnswer)
            for found in listed(find):
                if found.logical_id == logical_id and not lost:
                    raise _made_elsewhere(found) from None
                if found.logical_id == logical_id:
                    return found, True
            if isinstance(error, errors.Conflict) and not lost:
                raise _Final(error) from None  # it clashes with something else: sending again changes nothing
            raise

    try:
        return live.client.retrying(errors.LostAnswer, errors.Conflict)(attempt)
    except _Final as final:
        raise final.error from None
    except errors.ApiError as error:
        if not lost:
            raise
        hint = (
            "it may have been made all the same: the next `pulumi up` looks for it first, and names it if it is there."
        )
        raise type(error)(error.what, said=error.said, hint=hint) from None


def _made_elsewhere(found: Named) -> Refused:
    """Nothing of ours was lost on the way, and yet its key is taken: by a run that went on beside this one."""
    return Refused(
        f"{found.title} was made meanwhile, under the very key of this resource: by another run of this stack, or by "
        "a stack of this name that keeps its state elsewhere.",
        hint="run `pulumi up` again, which says how to take it; if it is another's, give your stack another name. "
        "Nothing was made.",
    )


def listed(ask: Callable[[], Iterable[Made]]) -> Iterable[Made]:
    """What a list shows; nothing, where the service has no such list."""
    try:
        return ask()
    except errors.NotFound:
        return ()


def _is_left(live: Live, key: str | None, own: str) -> bool:
    """Whether an object of this key was left behind. One of our own key was, too: nothing was sent yet."""
    return key == own or not live.run.is_declared(key or "")


class _Final(Exception):
    """An error that is not to be tried again, whatever its kind."""

    def __init__(self, error: errors.ApiError) -> None:
        super().__init__()
        self.error = error


def to_adopt(live: Live, what: str, news: Bag, existing: Callable[[], Iterable[Named]]) -> str | None:
    """The id of the object to take instead of making one; None where one is to be made.

    An object that goes by this resource's stem, and that neither this run nor the stack's state knows of, was left
    behind by an interrupted run: it is taken if `adopt` is true, and named, before anything is sent, if it is not.
    (One that `pulumi up --replace` is about to replace is in state, and no run's `check` is told of it.)
    """
    adopt = news.get("adopt")
    if isinstance(adopt, str):
        return to_claim(live, what, adopt)
    mine = stem_of(news["logicalId"])
    left = [
        other
        for other in listed(existing)
        if mine and stem_of(other.logical_id) == mine and _is_left(live, other.logical_id, news["logicalId"])
    ]
    left = [other for other in left if not live.recorded().holds(other.id)]
    if not left:
        return None
    if adopt is False:
        live.note(
            f"{', '.join(other.title for other in left)} is left alone, as adopt=False says: another one is made."
        )
        return None
    if adopt is True and len(left) == 1:
        live.note(f"{left[0].title} bears the mark of this resource and is taken over; adopt=True has done its work.")
        return to_claim(live, what, left[0].id)
    names = ", ".join(other.title for other in left)
    taking = "adopt=True" if len(left) == 1 else f'adopt="{left[0].id}" (or another of them)'
    raise Refused(
        f"This very resource made {names} before: in a run that was interrupted, whose state is lost, or that took it "
        "out of the program while Prisma kept it; or another stack of this name did, which keeps its state elsewhere.",
        hint=f"if it is yours, declare {taking} to take it over with its data, adopt=False to have another one beside "
        "it, or delete it in Prisma Console; if it is another's, give your stack another name. Nothing was made.",
    )


def announce(
    live: Live, what: str, olds: Bag, news: Bag, find: Callable[[str], Titled | None]
) -> Iterator[InvalidInput]:
    """What a create will take over, said when it is checked: a preview calls no create, and shows one."""
    adopt = news.get("adopt")
    if olds or not isinstance(adopt, str):
        return
    found = find(adopt)
    if found is None:
        yield nothing_to_adopt(what, adopt)
    else:
        live.note(f"{found.title} is taken over, not made: what differs from the program is changed in place.")


def to_claim(live: Live, what: str, object_id: str) -> str:
    """Take an existing object for one resource; nothing is taken twice in a run."""
    if not live.run.claim(object_id):
        raise Refused(f"Two resources of this program take {what} {object_id}.", hint="let one of them take it.")
    return object_id


def nothing_to_adopt(what: str, object_id: str) -> InvalidInput:
    """The object that is to be adopted does not exist."""
    return InvalidInput(
        "adopt",
        f"There is no {what} {object_id} to adopt, or the token cannot see it.",
        hint=f"correct the id, or remove adopt=… to have a new {what} made.",
    )


def refuse_other_adoption(title: str, object_id: str, news: Bag) -> None:
    """`adopt` counts at creation; for a resource that has its object, another id would be ignored silently."""
    adopt = news.get("adopt")
    if isinstance(adopt, str) and not same_id(adopt, object_id):
        raise Refused(
            f'This resource is {title} already; adopt="{adopt}" names another one.',
            hint="declare another resource for that one, or correct adopt=….",
        )
