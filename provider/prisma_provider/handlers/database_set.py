"""DatabaseSet: many databases of one project as one resource, each known by a key.

Each member is compared, made, changed and deleted by the handler of Database, as if it were a resource beneath the
set (`prisma_provider.members`): what holds for a Database holds for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from typing import Any, TypeVar

from prisma_provider import members, ownership
from prisma_provider.api.ids import same_id
from prisma_provider.api.models import Database
from prisma_provider.diff import UNKNOWN, Change, Diff, Field, settings_changed
from prisma_provider.errors import InvalidInput, PrismaError, Refused
from prisma_provider.handlers.creation import nothing_to_adopt, tell_changes, tell_taken
from prisma_provider.handlers.database import DatabaseHandler, check_new, check_source, live_database, same_source
from prisma_provider.handlers.inputs import (
    OPTIONS,
    Checked,
    Properties,
    check_flag,
    check_id,
    check_region,
    check_there,
    known,
    select,
    with_logical_id,
)
from prisma_provider.handlers.many import Outcome, side_by_side
from prisma_provider.handlers.placement import INHERIT
from prisma_provider.handlers.set_changes import SHOWN, Alike, Changes, deletion_refused, listed
from prisma_provider.handlers.set_inputs import as_mapping, check_by_key
from prisma_provider.keys import free_logical_id, key_of, stem_of
from prisma_provider.live import Live
from prisma_provider.live.run import resource, working_on
from prisma_provider.network.retries import time_left, time_limit
from prisma_provider.text import name as shown_name

T = TypeVar("T")
Taken = tuple[Database, Diff]
"""A database that is taken over, and what is changed of it by that."""

_URLS = ("databaseUrls", "directUrls")


class DatabaseSetHandler:
    """Makes, renames, moves and deletes the databases of a set, side by side."""

    model = Database
    fields = (
        Field("projectId", "replace", same_id, read=None),
        Field("databases", "patch", read=None),
        Field("region", "replace", read=None),
        Field("branchId", "patch", same_id, read=None),
        Field("source", "replace", same_source, read=None),
        Field("connections", "setting"),
        Field("rotationTriggers", "setting"),
        Field("allowDelete", "setting"),
        Field("adopt", "setting"),
        Field("release", "setting"),
        *OPTIONS,
        Field("ids", "output", read=None, by_key=True),
        Field("names", "output", read=None, by_key=True, repeats="databases"),
        Field("failed", "output", read=None, repeats="databases"),
        Field("statuses", "output", read=None),
        Field("logicalIds", "output", read=None, by_key=True),
        Field("createdAt", "output", read=None, by_key=True),
        Field("logicalId", "output", read=None),
        Field("workspaceId", "output", read=None),
        Field("databaseUrls", "once", by_key=True),
        Field("directUrls", "once", by_key=True),
    )

    def __init__(self, one: DatabaseHandler) -> None:
        self._one = one

    def check(self, live: Live, olds: Properties, news: Properties) -> Checked:
        """Databases by key, and what every Database is checked for."""
        news = {**news, "databases": as_mapping(news.get("databases"))}
        problems = (
            *check_id(news, "projectId", "proj", required=True),
            *check_region(live, olds, news, INHERIT),
            *check_id(news, "branchId", "br"),
            *check_source(news),
            *check_flag(news, "connections"),
            *check_flag(news, "allowDelete"),
            *check_by_key(self.fields, news),
        )
        inputs = select(self.fields, news)
        if problems:
            return Checked(inputs, problems)
        inputs = with_logical_id(live, olds, news, inputs, tuple)
        return Checked(inputs, tuple(self._check_members(live, olds, inputs)))

    def _check_members(self, live: Live, olds: Properties, inputs: Properties) -> Iterator[InvalidInput]:
        """Each member is declared in this run, and one that is new replaces nothing that lives."""
        alike = Alike(live.databases_or_none(inputs["projectId"]).values() if known(inputs["projectId"]) else ())
        if not alike:
            yield from check_there(live, olds, inputs, "projectId", live.project)
        before = members.names(olds)
        # What goes by another key of this set so far is refused by the comparison, which knows both.
        moved = {before[key] for key in before.keys() - members.names(inputs).keys()}
        taken: dict[str, Taken] = {}
        wrong: dict[str, PrismaError] = {}
        for key in members.names(inputs):
            with _working_on(key):
                old = members.inputs_of(olds, key) if key in before else {}
                live.run.checked(old, members.inputs_of(inputs, key))
                if old or not known(inputs["projectId"]):
                    continue
                new = self._new(live, inputs, key, alike)
                if olds and _is_recorded(live, new, alike):
                    continue
                try:
                    found = _check_taken(self._one, live, new)
                    if found is not None:
                        taken[key] = found
                    _check_member(live, new, Alike(()) if new["name"] in moved else alike)
                except (Refused, InvalidInput) as error:
                    wrong[key] = error
        if wrong:
            raise _refused(wrong)
        _tell_taken(live, taken)

    def _new(self, live: Live, inputs: Properties, key: str, alike: Alike) -> Properties:
        """The inputs of a member that is to be made, with a key that no database has."""
        found = members.inputs_of(inputs, key)
        stem = members.stem_of_member(stem_of(inputs["logicalId"]) or "", key)
        taken = {key_of(each.logical_id) for each in alike.of(stem, found["name"])}
        return {**found, "logicalId": free_logical_id(stem, taken.__contains__)}

    def diff(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Diff:
        """Against live, database by database; what would lose data is refused for the whole set."""
        if news.get("databases") is UNKNOWN:
            words = f"{_title()}: its databases are only known after the update."
            return Diff((Change("databases", olds.get("databases"), UNKNOWN, "record"),), (words,))
        found = self._changes(live, olds, news)
        found.refuse(news)
        # A trigger is of one database, and compared with it.
        of_the_set = [field for field in self.fields if field.name != "rotationTriggers"]
        return found.diff(olds, news, settings_changed(of_the_set, olds, news))

    def _changes(self, live: Live, olds: Properties, news: Properties) -> Changes:
        found = Changes(_title())
        declared, released = members.names(news), members.released(news)
        for key, object_id in members.by_key(olds, "ids").items():
            if key in declared:
                self._compare(live, found, key, olds, news)
            elif key in released:
                found.released[key] = object_id
            else:
                old = members.state_of(olds, key)
                database = live_database(live, object_id, old, old)
                if database is None:
                    found.lost[key] = object_id
                else:
                    found.removed[key] = database
        found.added += [key for key in declared if key not in found.kept and key not in found.gone]
        for key in found.added:
            _check_adoptable(live, members.inputs_of(news, key))
        return found

    def _compare(self, live: Live, found: Changes, key: str, olds: Properties, news: Properties) -> None:
        """A database that the set has, and declares."""
        old, new = members.state_of(olds, key), members.inputs_of(news, key)
        with _working_on(key):
            database = live_database(live, old["id"], old, new)
            if database is None:
                found.added.append(key)
                found.gone[key] = old["id"]
                return
            live.run.declare(key_of(database.logical_id) or "")
            found.kept[key] = database, self._one.compared(live, database, *_compared(old, new))

    def create(self, live: Live, news: Properties) -> tuple[str, Properties]:
        """Make all of them, or take those over that `adopt` names; what fails is in `failed`."""
        found = Changes(_title(), added=list(members.names(news)))
        return news["logicalId"], self._close(live, found, {}, news, time_left())

    def update(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Properties:
        """Make, change and delete what differs, side by side, and nothing else."""
        seconds = time_left()
        found = self._changes(live, olds, news)
        found.refuse(news)
        return self._close(live, found, olds, news, seconds)

    def _close(self, live: Live, found: Changes, olds: Properties, news: Properties, seconds: float) -> Properties:
        """New and changed ones first: what is deleted may be the only copy until then.

        Each has the time of the whole operation, `seconds`.
        """
        states = {key: members.state_of(olds, key) for key in (*found.kept, *found.removed)}
        jobs = self._jobs(live, found, news, states)
        begun = ownership.set_key(live, resource())
        if found.added:
            live.intents.remember(*begun)  # where only the provider is killed, Pulumi's state shows nothing of it
        made = _each(live, seconds, jobs, "created" if len(jobs) == len(found.added) else "done")
        states |= made.done
        gone: dict[str, Callable[[], None]] = {
            key: partial(self._one.delete, live, database.id, states[key]) for key, database in found.removed.items()
        }
        deleted = _each(live, seconds, gone, "deleted") if not made.left else Outcome[None](left=list(gone))
        for key in deleted.done:
            del states[key]
        _report(live, made, deleted, len(jobs) + len(gone))
        live.intents.forget(*begun)
        return self._outputs(live, news, olds, states, {**made.failed, **deleted.failed})

    def _jobs(
        self, live: Live, found: Changes, news: Properties, states: Mapping[str, Properties]
    ) -> dict[str, Callable[[], Properties]]:
        """What is to be made, and what differs."""
        alike = Alike(live.databases_or_none(news["projectId"]).values() if found.added else ())
        jobs: dict[str, Callable[[], Properties]] = {
            key: partial(self._create, live, news, key, alike) for key in found.added
        }
        for key, (database, differs) in found.kept.items():
            if differs:
                jobs[key] = partial(self._update, live, database.id, states[key], members.inputs_of(news, key))
        return jobs

    def _create(self, live: Live, news: Properties, key: str, alike: Alike) -> Properties:
        new = self._new(live, news, key, alike)
        live.run.declare(new["logicalId"])
        stem = stem_of(new["logicalId"]) or ""
        renew = bool(news.get("connections")) and new["adopt"] is True
        object_id, made = self._one.create_beside(live, new, lambda: alike.of(stem, new["name"]), renew=renew)
        return {**made, "id": object_id}

    def _update(self, live: Live, object_id: str, old: Properties, new: Properties) -> Properties:
        return {**self._one.update(live, object_id, *_compared(old, new)), "id": object_id}

    def read(self, live: Live, object_id: str, olds: Properties) -> Properties | None:
        """The databases of the set that are live; None where they are gone, and their project with them."""
        states = {}
        for key, member_id in members.by_key(olds, "ids").items():
            with _working_on(key):
                old = members.state_of(olds, key)
                seen = self._one.read(live, member_id, old)
                if seen is not None:
                    states[key] = {**seen, "id": member_id}
        if not states and live.project(olds["projectId"]) is None:
            return None
        found = self._outputs(live, olds, olds, states, {})
        return {**found, "databases": dict(found["names"]), "failed": olds.get("failed")}

    def delete(self, live: Live, object_id: str, olds: Properties) -> None:
        """Delete all of them with their data, where `allowDelete` was set before."""
        seconds = time_left()
        live.begin_deletions(olds.get("projectId"))
        there = {key: each for key in members.by_key(olds, "ids") if (each := self._there(live, olds, key)) is not None}
        if there and not olds.get("allowDelete"):
            raise deletion_refused(_title(), {key: each.name for key, each in there.items()}, _to_delete_or_keep())
        jobs: dict[str, Callable[[], None]] = {
            key: partial(self._one.delete, live, each.id, members.state_of(olds, key)) for key, each in there.items()
        }
        gone = _each(live, seconds, jobs, "deleted")
        if gone.failed:
            key, error = next(iter(gone.failed.items()))
            kept = f"{len(there) - len(gone.done):,} of {len(there):,}"
            raise PrismaError(
                f'{_title()}: {kept} databases were not deleted. "{shown_name(key)}": {error.what}',
                said=error.said,
                hint=error.hint or "run it again: it goes on with those that are left.",
            )

    def _there(self, live: Live, olds: Properties, key: str) -> Database | None:
        old = members.state_of(olds, key)
        return live.database(old["id"], old.get("projectId"), old.get("workspaceId"))

    def _outputs(
        self,
        live: Live,
        news: Properties,
        olds: Properties,
        states: Mapping[str, Properties],
        failed: Mapping[str, PrismaError],
    ) -> Properties:
        """The whole state of a set: what is declared, and of its databases those that are there, in declared order."""
        order = [key for key in chain(members.names(news), states) if key in states]
        found = members.state_by_key({key: states[key] for key in dict.fromkeys(order)})
        if not news.get("connections"):
            found = {name: value for name, value in found.items() if name not in _URLS}
        workspace = next((each["workspaceId"] for each in states.values() if each.get("workspaceId")), None)
        workspace = workspace or olds.get("workspaceId") or live.workspace_id_of(news["projectId"])
        reasons = {key: str(error).partition("\n")[0] for key, error in failed.items()}
        kept = {"workspaceId": workspace, "logicalId": news.get("logicalId") or olds.get("logicalId")}
        return {**news, **kept, **found, "failed": reasons}


def _title() -> str:
    """How messages name the set."""
    return ownership.named(resource()) if resource() else "the DatabaseSet"


def _to_delete_or_keep() -> str:
    """The ways out for a whole set."""
    return (
        "if the data may go, set allow_delete=True, run `pulumi up`, and delete the set after that; to keep the "
        f"databases and make Pulumi forget the set: pulumi state delete '{resource() or 'URN'}'. None of them was "
        "deleted."
    )


def _working_on(key: str) -> Any:
    """What is done inside is done for this member of the set that is worked on."""
    return working_on(members.urn_of(resource(), key) if resource() else "")


def _each(live: Live, seconds: float, jobs: Mapping[str, Callable[[], T]], doing: str) -> Outcome[T]:
    """Each job for its own member, and within a time limit of its own."""

    def alone(key: str, job: Callable[[], T]) -> T:
        with _working_on(key), time_limit(seconds):
            return job()

    wrapped = {key: partial(alone, key, job) for key, job in jobs.items()}
    return side_by_side(wrapped, lambda line: live.note(f"{_title()}: {line}"), doing)


def _report(live: Live, made: Outcome[Any], deleted: Outcome[Any], total: int) -> None:
    """What could not be done: state holds what was, and the next run goes on from there."""
    failed = {**made.failed, **deleted.failed}
    left = [*made.left, *deleted.left]
    if not failed:
        return
    lines = [f'"{shown_name(key)}": {error}' for key, error in list(failed.items())[:3]]
    more = f"\n  … and {len(failed) - 3:,} more, in the output `failed`" if len(failed) > 3 else ""
    not_begun = f" {len(left):,} were not begun: {listed(left)}." if left else ""
    live.problem(
        f"{_title()}: {len(failed):,} of {total:,} databases failed.{not_begun} What was done is recorded; the next "
        "`pulumi up` goes on with the rest.\n  " + "\n  ".join(lines) + more
    )


def _is_recorded(live: Live, new: Properties, alike: Alike) -> bool:
    """Whether the set has it by state: of an update that failed in part, the engine keeps the old inputs alone."""
    near = [each.id for each in alike.of(stem_of(new["logicalId"]) or "", new["name"])]
    adopted = [new["adopt"]] if isinstance(new["adopt"], str) else []
    return any(ownership.is_own(live, "Database", each) for each in (*near, *adopted))


def _refused(wrong: Mapping[str, PrismaError]) -> Refused:
    """The first one, and which others there are: what is to be done is mostly the same for all."""
    first, *others = wrong.values()
    more = f" {len(others):,} more of its keys are refused: {listed([*wrong][1:])}." if others else ""
    return Refused(first.what, said=first.said, hint=f"{first.hint}{more}")


def _check_member(live: Live, new: Properties, alike: Alike) -> None:
    stem = stem_of(new["logicalId"]) or ""
    check_new(live, {"branchId": alike.default_branch, **new}, alike.of(stem, new["name"]))


def _check_taken(one: DatabaseHandler, live: Live, new: Properties) -> Taken | None:
    """An existing database for a key, and what is changed of it; None where it is to be made."""
    database = _check_adoptable(live, new)
    if database is None:
        return None
    ownership.take(live, "Database", database.id, database.title)
    return database, one.agreed(live, database, new)


def _tell_taken(live: Live, taken: Mapping[str, Taken]) -> None:
    """What the comparison cannot say: a set that is new has none."""
    if len(taken) > SHOWN:
        live.note(f"{_title()}: {len(taken):,} databases are taken over, not made: {listed(taken)}.")
    else:
        for database, _ in taken.values():
            tell_taken(live, "Database", database.id, database.title)
    changed = [each for each in taken.values() if each[1]]
    for database, changes in changed[:SHOWN]:
        tell_changes(live, database.title, changes)
    if len(changed) > SHOWN:
        live.note(f"{_title()}: {len(changed):,} of these change in place.")


def _check_adoptable(live: Live, new: Properties) -> Database | None:
    """What `adopt` names, which must be there; None where it names nothing."""
    if not isinstance(new["adopt"], str) or not known(new["projectId"]):
        return None
    database = live.database(new["adopt"], new["projectId"])
    if database is None:
        raise nothing_to_adopt("database", new["adopt"])
    return database


def _compared(old: Properties, new: Properties) -> tuple[Properties, Properties]:
    """Without what is no change of a database that is there: the settings of the set, which it records itself."""
    adopt = new["adopt"] if isinstance(new["adopt"], str) else None
    same = {"adopt": adopt, **{option.name: new.get(option.name) for option in OPTIONS}}
    return {**old, **same}, {**new, **same}
