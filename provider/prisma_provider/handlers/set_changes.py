"""What differs between the databases that a set declares and those that it has: by key, as values."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from prisma_provider import members
from prisma_provider.api.ids import bare_id
from prisma_provider.api.models import Database
from prisma_provider.diff import Change, Diff, explain
from prisma_provider.errors import Refused, capital
from prisma_provider.handlers.inputs import Properties
from prisma_provider.keys import stem_of
from prisma_provider.text import name, some_of

SHOWN = 10
"""How many databases a sentence names; the review names all that lose data."""

MOST_GONE = 500
"""How many a sentence names that another hand deleted: the review knows them by nothing else."""


@dataclass
class Changes:
    """The databases of a set by what becomes of them, each by its key.

    `kept` are live and declared, with what differs; `added` are to be made, `gone` of them again; `removed` are live
    and not declared any more; `released` are forgotten, and live on; `lost` are neither live nor declared.
    """

    title: str
    kept: dict[str, tuple[Database, Diff]] = field(default_factory=dict)
    added: list[str] = field(default_factory=list)
    gone: dict[str, str] = field(default_factory=dict)
    removed: dict[str, Database] = field(default_factory=dict)
    released: dict[str, str] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)

    def refuse(self, news: Properties) -> None:
        """Refuse what would lose data, for the whole set and before anything is sent."""
        self._refuse_replacement()
        self._refuse_other_key(news)
        if self.removed and not news.get("allowDelete"):
            raise deletion_refused(self.title, {key: each.name for key, each in self.removed.items()})

    def _refuse_replacement(self) -> None:
        replaced = {key: found.of("replace") for key, (_, found) in self.kept.items() if found.of("replace")}
        if replaced:
            change = next(iter(replaced.values()))[0]
            raise Refused(
                f"{capital(self.title)} is not changed: {change}, of {listed(replaced)}. That cannot be changed in "
                "place; other databases would be new and empty, and all data of these would be lost.",
                hint="put the old value back; or declare another DatabaseSet beside this one. Nothing was changed.",
            )

    def _refuse_other_key(self, news: Properties) -> None:
        """A key is an identity: the same name under another key is a new, empty database."""
        declared = {members.names(news)[key]: key for key in self.added}
        for key, database in self.removed.items():
            other = declared.get(database.name)
            if other is not None:
                raise Refused(
                    f'{capital(self.title)} has database "{name(database.name)}" as key "{key}", and declares it as '
                    f'"{other}". A key is the identity of a database: under another one it would be a new, empty '
                    "database, and that one would be deleted with its data.",
                    hint=f'keep the key "{key}"; or move it with its data: release=["{key}"] and '
                    f'adopt={{"{other}": "{database.id}"}}. Nothing was changed.',
                )

    def diff(self, olds: Properties, news: Properties, recorded: Diff) -> Diff:
        """For Pulumi: a change for each database, what is only `recorded` of the set, and in words what is done."""
        made = [Change(members.path("databases", key), None, members.names(news)[key], "make") for key in self.added]
        gone = [Change(members.path("databases", key), each.name, None, "delete") for key, each in self.removed.items()]
        had = members.by_key(olds, "names")
        forgotten = [*self.released, *self.lost]
        released = [Change(members.path("databases", key), had.get(key), None, "release") for key in forgotten]
        changes = (*self._in_place(), *made, *gone, *released, *recorded.changes)
        if olds.get("failed") and not changes:
            return Diff((Change("failed", {}, olds["failed"], "record"),))  # the program has given it up
        return Diff(changes, tuple(self._words(olds, news)) if changes else ())

    def _in_place(self) -> Iterator[Change]:
        """What an update changes of each; what all have in common is named once."""
        shared: dict[str, Change] = {}
        for key, (_, found) in self.kept.items():
            for change in found.changes:
                if change.field == "branchId":
                    shared.setdefault(change.field, change)
                else:
                    where = members.path(_PLURAL.get(change.field, "ids"), key)
                    yield Change(where, change.live, change.declared, change.how)
        yield from shared.values()

    def _words(self, olds: Properties, news: Properties) -> Iterator[str]:
        lines = (*self._changed(), *self._made(news), *self._strings(olds, news), *self._left())
        yield from (f"{self.title}{line}" for line in lines)

    def _changed(self) -> Iterator[str]:
        changed = {key: each for key, each in self.kept.items() if each[1]}
        for key in sorted(changed)[:SHOWN]:
            database, found = changed[key]
            yield from (f', "{name(key)}": {line}' for line in explain(database.title, found))
        if len(changed) > SHOWN:
            yield f": {len(changed):,} databases change in place: {listed(changed)}."

    def _made(self, news: Properties) -> Iterator[str]:
        if self.gone:
            # The review knows by its id which database that is: its data is lost.
            each = [f'"{name(key)}" ({object_id}) is gone' for key, object_id in sorted(self.gone.items())]
            yield f": {some_of(each, MOST_GONE)}: cannot be found any more, and will be made again, empty."
        made = [key for key in self.added if key not in members.by_key(news, "adopt")]
        if made:
            yield f": {len(made):,} to be made: {listed(made)}."

    def _strings(self, olds: Properties, news: Properties) -> Iterator[str]:
        known = members.by_key(olds, "databaseUrls")
        if known and news.get("connections") in (None, False):
            yield (
                f": the connection strings of {listed(known)} will be forgotten. Prisma gives them only once: with "
                "connections=True again, it takes a rotation trigger to have new ones."
            )
        unknown = {key for key, (_, differs) in self.kept.items() if key not in known and not differs.of("rotate")}
        if news.get("connections") and not olds.get("connections") and unknown:
            yield (
                f": the connection strings of {listed(unknown)} are not known, since Prisma gives them only once: a "
                "rotation trigger gives new ones and locks the old ones out."
            )

    def _left(self) -> Iterator[str]:
        if self.lost:
            yield f": gone already, so nothing is sent: {listed(self.lost)}."
        if self.released:
            kept = some_of([f'"{name(key)}" ({object_id})' for key, object_id in sorted(self.released.items())], SHOWN)
            yield f": released, so that Pulumi forgets it and Prisma keeps it: {kept}."
        if self.removed:
            yield (
                f": {len(self.removed):,} to be deleted WITH ALL THEIR DATA, as allow_delete=True says: "
                f"{listed(self.removed)}."
            )


_PLURAL = {"name": "databases", "rotationTrigger": "rotationTriggers", "status": "statuses", "logicalId": "logicalIds"}


def listed(keys: Iterable[str]) -> str:
    """The first keys, quoted, and how many more there are."""
    return some_of([f'"{name(key)}"' for key in sorted(keys)], SHOWN)


def deletion_refused(title: str, names: Mapping[str, str], hint: str = "") -> Refused:
    """A deletion of databases that the program does not allow; by default, that of keys that are not declared."""
    found = [f'"{name(key)}"' + (f' ("{name(given)}")' if given != key else "") for key, given in sorted(names.items())]
    count = "one database" if len(found) == 1 else f"{len(found):,} databases"
    return Refused(
        f"{capital(title)} does not delete {count} with all data: {some_of(found, SHOWN)}.",
        hint=hint
        or "declare what is to stay; or, if the data may go, set allow_delete=True and run `pulumi up`; or make Pulumi "
        f"forget it, so that it lives on in Prisma: release=[{', '.join(json.dumps(key) for key in sorted(names)[:3])}"
        f"{', …' if len(names) > 3 else ''}]. Nothing was deleted.",
    )


class Alike:
    """Databases of a project that a member may stand for: by what their keys share, and by name."""

    def __init__(self, there: Iterable[Database]) -> None:
        self._there = tuple(there)
        self._by_stem: dict[str, list[Database]] = defaultdict(list)
        self._by_name: dict[str, list[Database]] = defaultdict(list)
        for each in self._there:
            self._by_stem[stem_of(each.logical_id) or ""].append(each)
            self._by_name[each.name].append(each)

    def __bool__(self) -> bool:
        return bool(self._there)

    @property
    def default_branch(self) -> str | None:
        """The branch of the default database."""
        return next((each.branch_id for each in self._there if each.is_default), None)

    def of(self, stem: str, name: object) -> list[Database]:
        """Those with this beginning of a key, or with this name."""
        found = (*self._by_stem.get(stem, ()), *self._by_name.get(str(name), ()))
        return list({bare_id(each.id): each for each in found}.values())
