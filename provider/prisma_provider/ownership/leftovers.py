"""What an interrupted run left behind: made, and not recorded."""

from __future__ import annotations

from collections.abc import Iterable

from prisma_provider.api.ids import bare_id, same_id
from prisma_provider.api.models import Branch, Database
from prisma_provider.errors import Refused, capital
from prisma_provider.keys import key_of, stem_of
from prisma_provider.live import Live
from prisma_provider.live.run import resource
from prisma_provider.members import member
from prisma_provider.ownership.taking import refuse_second
from prisma_provider.ownership.values import Inputs, Keyed, Object, adopting, or_another

YOUNG = 3600.0
"""Seconds for which an object without any other sign of an owner may be a leftover of the run before."""


def leftover(live: Live, kind: str, news: Inputs, existing: Iterable[Object]) -> Object | None:
    """What a run before this one made for this resource and did not record; Refused where that is not to be taken.

    Such an object has a key of this resource, and neither this run nor the stack's state knows of it. It is taken by
    `adopt=True` only.
    """
    mine = stem_of(news["logicalId"])
    alike = [
        each
        for each in existing
        if (mine and stem_of(each.logical_id) == mine and _is_left(live, key_of(each.logical_id), news["logicalId"]))
        or _began_before_a_rename(live, kind, each, news)
    ]
    left = [each for each in alike if not live.recorded().holds(each.id)]
    if not left:
        return None
    names = ", ".join(each.title for each in left)
    if news.get("adopt") is False:
        live.note(f"{names} is left alone, as adopt=False says: another one is made.")
        return None
    if news.get("adopt") is not True or len(left) > 1:
        raise _is_there(names, left)
    doubt = "" if _has_proof(live, kind, left[0]) else _doubt(live, kind, left[0])
    if doubt:
        raise Refused(
            f"{capital(left[0].title)} may be another's: {doubt}. Its key names this resource; but that of an earlier "
            "stack of this name, which was renamed or keeps its state elsewhere, is the same.",
            hint=f"if it is yours, declare {adopting(left[0].id)} to take it over with its data; if not, {or_another()}"
            "give this one another name in the program. Nothing was made.",
        )
    refuse_second(live.run.hold(kind, left[0].id), left[0].title)
    live.note(f"{left[0].title} was made by an interrupted run of this resource and is used again.")
    return left[0]


def _is_left(live: Live, key: str | None, own: str) -> bool:
    """Whether an object of this key is none of this run's. Its own key is none: nothing was sent yet."""
    return key == own or not live.run.is_declared(key or "")


def _began_before_a_rename(live: Live, kind: str, each: Keyed, news: Inputs) -> bool:
    """Whether state saw the creation of this object of the same name begin, when the stack still had another name."""
    if each.name != news.get("name") or stem_of(each.logical_id) in (None, stem_of(news["logicalId"])):
        return False
    key = key_of(each.logical_id)
    return not live.run.is_declared(key or "") and bool(live.recorded().began(kind, logicalId=key))


def _is_there(names: str, left: list[Object]) -> Refused:
    taking = "adopt=True" if len(left) == 1 else f"{adopting(left[0].id)} (or another of them)"
    return Refused(
        f"A resource of this name in a stack of this name made {names} before: a run of it was interrupted, its state "
        "is lost, it took it out of the program while Prisma kept it, or the stack was renamed; or another stack of "
        "this name did, which keeps its state elsewhere.",
        hint=f"if it is yours, declare {taking} to take it over with its data, {or_another()}"
        "delete it in Prisma Console; if it is another's, give your stack another name. Nothing was made.",
    )


def creation_key(live: Live, logical_id: str | None) -> tuple[str, ...]:
    """The name of the note on this machine that a creation with this key was begun."""
    return ("creation", live.client.settings.base_url, key_of(logical_id) or "")


def was_taken(live: Live, logical_id: str | None) -> None:
    """An object is recorded from now on: a note that its creation was begun is no proof for another stack."""
    live.intents.forget(*creation_key(live, logical_id))


def _has_proof(live: Live, kind: str, each: Keyed) -> bool:
    """Whether this stack's state, or a note on this machine, saw the creation with exactly this key begin."""
    began = live.recorded().began(kind, logicalId=key_of(each.logical_id)) or _began_in_set(live, kind)
    return bool(began) or live.intents.left(*creation_key(live, each.logical_id)) is not None


def set_key(live: Live, urn: str) -> tuple[str, ...]:
    """The name of the note on this machine that the databases of a set were being made."""
    return ("set", live.client.settings.base_url, urn)


def _began_in_set(live: Live, kind: str) -> bool:
    """Whether state, or a note on this machine, saw the set begin to make it: the keys of databases are in neither."""
    one = member(resource())
    if one is None:
        return False
    if live.intents.left(*set_key(live, one.of)) is not None:
        return True
    return any(each.urn == resource() for each in live.recorded().began(kind))


def _doubt(live: Live, kind: str, each: Keyed) -> str:
    """Why an object whose creation nobody saw begin may be another's; empty where nothing says so.

    Nobody has asked for it (`adopt=True`) where it is one of a set: then that nobody saw it is doubt enough.
    """
    if member(resource()) is not None:
        return "neither the state of this stack nor this machine saw its creation begin"
    if live.recorded().problem:
        return f"the state of this stack cannot be read ({live.recorded().problem})"
    if isinstance(each, Database):
        used = [c for c in each.connections if not same_id(c.id, each.default_connection_id)]
        if used:
            return f'it has connection "{used[0].name}"'
    elif live.databases_or_none(each.id):
        return "it holds databases"
    age = live.client.age(each.created_at)
    if age is None or age > YOUNG:
        return "it is older than an hour"
    stacks = [other.stack for other in live.others() if other.holders(kind, each.id)]
    return f"stack {stacks[0]} holds it" if stacks else ""


def branch_key(live: Live, project_id: str, git_name: str) -> tuple[str, ...]:
    """The name of the note on this machine that the creation of a branch was begun."""
    return ("branch", live.client.settings.base_url, bare_id(project_id), git_name)


def owns_branch(live: Live, branch: Branch, news: Inputs) -> bool:
    """Whether a branch that was there is this stack's; one that nobody here made is used, and stays.

    It is, where the program names its id, where this run made it for a database, and where state or a note on this
    machine saw its creation begin. Branches bear no key.
    """
    if isinstance(news.get("adopt"), str) or live.run.was_made(branch.id):
        return True
    if live.intents.left(*branch_key(live, news["projectId"], news["gitName"])) is not None:
        return True
    key = ("branch", bare_id(news["projectId"]), news["gitName"])
    return live.begun_before("Branch", *key, projectId=news["projectId"], gitName=news["gitName"])
