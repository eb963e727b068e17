"""A new object in the place of one that lives: a replacement, or a resource under another first argument."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from prisma_provider.api.ids import same_id
from prisma_provider.api.models import Database, Project
from prisma_provider.errors import Refused, capital
from prisma_provider.keys import key_of, stem_of
from prisma_provider.live import Live
from prisma_provider.live.run import Made, resource
from prisma_provider.live.state import Entry, kind_of, named
from prisma_provider.members import member, resource_of
from prisma_provider.ownership.values import Inputs, Keyed, Object, alias, has_by_state, is_declared, is_shown


def refuse_replacement(live: Live, news: Inputs, existing: Iterable[Keyed], what: str) -> None:
    """Refuse to make the resource that is worked on while the object that it has lives, unless `allowReplace` is set.

    The engine checks a resource that it replaces a second time, without its old inputs (`replacement_trigger`,
    `replace_with`, `replace_on_changes`, another provider); one that is tainted or named by `--replace`, only so. It
    asks for no diff then. A predecessor that is gone, or that this run made or deletes, is none.
    """
    if news.get("allowReplace"):
        return
    alive = [each for each in existing if not _is_of_this_run(live, each) and not same_id(news.get("adopt"), each.id)]
    known = [each for each in alive if _is_known_predecessor(live, each)]
    for predecessor in known or [each for each in alive if _is_recorded_predecessor(live, each, news)]:
        raise not_replaced(predecessor.title, what)


def is_replacement(live: Live) -> bool:
    """Whether this run was shown the resource that is worked on with old inputs, and now without."""
    return live.run.old_inputs(resource()) is not None


def _is_of_this_run(live: Live, each: Keyed) -> bool:
    return live.run.was_returned(each.id) or live.run.was_delete_asked(each.id)


def _is_known_predecessor(live: Live, each: Keyed) -> bool:
    """Whether this run was shown that the resource has this object."""
    if live.run.holder(kind_of(resource()), each.id) == resource():
        return True
    before = live.run.old_inputs(resource()) or {}
    return same_id(each.id, before.get("adopt")) or key_of(each.logical_id) == before.get("logicalId", "")


def _is_recorded_predecessor(live: Live, each: Keyed, news: Inputs) -> bool:
    """Whether state says so; it is asked where the resource is replaced, or where name or key are those of the new."""
    alike = each.name == news.get("name") or stem_of(each.logical_id) == stem_of(news.get("logicalId"))
    if not alike and not is_replacement(live):
        return False
    return has_by_state(live, kind_of(resource()), each.id)


def not_replaced(title: str, what: str) -> Refused:
    """A replacement that the program does not allow."""
    return Refused(
        f"{capital(title)} is not replaced: a replacement is a new, empty {what}, and all data of this "
        "one would be lost. It was asked for by an option (replacement_trigger, replace_on_changes, replace_with, "
        "another provider), by --replace or by pulumi state taint.",
        hint=f"take the option back, or run `pulumi state untaint`{_or_allow(what)}. Nothing was changed.",
    )


def _or_allow(what: str) -> str:
    """How a replacement is allowed; a set is never replaced, and its databases go by key alone."""
    return "" if member(resource()) else f"; or, if the data may go, set allow_replace=True on this {what}"


# the first argument


def refuse_renamed_identity(live: Live, news: Inputs, there: Collection[Database], branch_id: object) -> None:
    """Refuse a new database that is one that this stack has, under another first argument.

    The first argument is a resource's identity to Pulumi: with another one it makes a new database and deletes the old
    one. Name, project and branch show that it is the same; where one of them differs as well, it is a note. State is
    asked where the service has such a database, among those of the project, that this run was not shown so far.
    """
    if news.get("adopt") is False or not resource():
        return
    default = next((each.branch_id for each in there if each.is_default), None)
    branch = branch_id or default
    pairs = _unseen(live, "Database", there)
    for each, entry in pairs:
        if each.name == news["name"] and (not branch or same_id(each.branch_id, branch)):
            raise _same_pair(live, each, entry.urn, resource(), f"{named(resource())} is new", "project and branch")
    _note_unseen(live, pairs)


def refuse_renamed_project(live: Live, news: Inputs, existing: Callable[[], Iterable[Project]]) -> None:
    """The same for a project, which takes its databases along: they are not seen in a project that is not made yet."""
    if news.get("adopt") is False or isinstance(news.get("adopt"), str) or not resource():
        return
    same = [each for each in existing() if each.name == news["name"]]
    for each, entry in _unseen(live, "Project", same):
        raise _same_pair(live, each, entry.urn, resource(), f"{named(resource())} is new", "workspace")


def _unseen(live: Live, kind: str, there: Iterable[Object]) -> list[tuple[Object, Entry]]:
    """What this stack's state holds of these objects, and this run was not shown so far."""
    unseen = [each for each in there if not _was_seen(live, kind, each)]
    pairs = [(each, entry) for each in unseen for entry in live.recorded().holders(kind, each.id)]
    return [(each, entry) for each, entry in pairs if not _entry_was_seen(live, entry)]


def _was_seen(live: Live, kind: str, each: Keyed) -> bool:
    """Whether this run was shown it as the object of a resource, made it, or deletes it."""
    return (
        live.run.is_declared(key_of(each.logical_id) or "")
        or live.run.holder(kind, each.id) is not None
        or live.run.was_made(each.id)
        or _is_of_this_run(live, each)
    )


def _entry_was_seen(live: Live, entry: Entry) -> bool:
    declared = live.run.is_declared(str(entry.inputs.get("logicalId")))
    return entry.urn == resource() or declared or is_shown(live, entry)


def _same_pair(live: Live, each: Keyed, urn: str, new: str, what: str, where: str) -> Refused:
    kind = kind_of(urn).lower()
    identity = f"The first argument is a resource's identity: with another one Pulumi makes a new, empty {kind}"
    if member(urn) or member(new):
        identity = "First argument and key are a database's identity: with others Pulumi makes a new, empty one"
    apart = f"give {named(new)} another name" if member(new) else f"declare adopt=False on {named(new)}"
    return Refused(
        f"{what}, and {each.title} of {named(urn)} has the same name, {where}. {identity} and deletes that one with "
        "its data.",
        hint=f"to keep that one, declare {_keeping(live, each, urn, new)}; if {named(new)} is meant to be another "
        f"one, {apart}: what the program does not declare any more is then deleted. Nothing was changed.",
    )


def _keeping(live: Live, each: Keyed, urn: str, new: str) -> str:
    """How the resource `new` comes by the object of `urn`: a set has the databases of another set, or takes one."""
    of, to = member(urn), member(new)
    if _is_renamed(live, urn, new):
        return f"{alias(urn, new)} on {named(resource_of(new))}"
    taking = f'adopt={{"{to.key}": "{each.id}"}}' if to else f'adopt="{each.id}"'
    released = f' and release=["{of.key}"] on {named(of.of)}' if of else ""
    return f"{taking} on {named(resource_of(new))}{released}"


def _is_renamed(live: Live, urn: str, new: str) -> bool:
    """Whether one may be the other under another first argument: of two sets, that the program declares only one."""
    of, to = member(urn), member(new)
    if of is None or to is None:
        return of is to
    return of.key == to.key and live.run.inputs(of.of) is None and not live.run.old_inputs(to.of)


def _note_unseen(live: Live, pairs: Sequence[tuple[Keyed, Entry]]) -> None:
    # What a set does not declare any more is refused, or asked for by name.
    alone = [(each, entry) for each, entry in pairs if member(entry.urn) is None]
    if not alone:
        return
    names = ", ".join(f"{named(entry.urn)} ({each.id})" for each, entry in alone[:3])
    each, entry = alone[0]
    live.note(
        f"{named(resource())} is new. If it is {names} under another first argument, keep that one with "
        f"{_keeping(live, each, entry.urn, resource())}: what the program does not declare any more is "
        "deleted with its data."
    )


def refuse_deletion(live: Live, found: Keyed, what: str) -> None:
    """Refuse to delete what lives and was not meant to go: what a resource had before a replacement that is not
    allowed, and a database that this run made again under another first argument."""
    if is_declared(live) and not (live.run.inputs(resource()) or {}).get("allowReplace"):
        raise not_replaced(found.title, what)
    if not isinstance(found, Database):
        return
    for made in live.run.all_made():
        if _is_same_again(live, made, found):
            what = f"{named(made.urn)} ({made.object_id}) was made by this run"
            raise _same_pair(live, found, resource(), made.urn, what, "project and branch")


def _is_same_again(live: Live, made: Made, found: Database) -> bool:
    if made.urn == resource() or made.inputs.get("adopt") is False or made.inputs.get("name") != found.name:
        return False
    if not same_id(made.inputs.get("projectId"), found.project.id):
        return False
    twin = live.database(made.object_id, found.project.id)
    return twin is not None and same_id(twin.branch_id, found.branch_id)
