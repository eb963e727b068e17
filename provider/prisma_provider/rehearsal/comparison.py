"""Two readings of a database, before and after a migration, and what they come to.

PostgreSQL keeps the number of a table (its oid) and of a column when they are renamed, so a rename is known for one.
What is dropped and made again under another name is not: its values count as lost unless they are found there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import chain

from prisma_provider.postgres.applied import is_bookkeeping, is_listed
from prisma_provider.postgres.catalog import Catalog, Column, Object, Table
from prisma_provider.postgres.contents import LIMIT, Counts, Difference, Pair
from prisma_provider.rehearsal.values import Change, Loss

_MOST_MOVES = 200
"""Pairs of a dropped and an added column of one table that are compared."""


@dataclass(frozen=True)
class Match:
    """A table before and after, and its columns."""

    before: Table
    after: Table
    kept: tuple[tuple[Column, Column], ...]
    dropped: tuple[Column, ...]
    added: tuple[Column, ...]

    @property
    def pair(self) -> Pair:
        """What to compare: what stayed, and whether the values of what was dropped are in what was added."""
        moves = [(old, new) for old in self.dropped for new in self.added if not (old.generated or new.generated)]
        kept = [(old, new) for old, new in self.kept if not old.generated]
        return Pair(self.before, self.after, (*kept, *moves[:_MOST_MOVES]))


@dataclass(frozen=True)
class Matching:
    """All tables before and after. `moves` are dropped tables, each with one that was added and has its columns."""

    matches: tuple[Match, ...]
    dropped: tuple[Table, ...]
    added: tuple[Table, ...]

    @property
    def moves(self) -> tuple[Match, ...]:
        """Where the rows of a dropped table may be."""
        possible = (_match(old, new, False) for old in self.dropped for new in self.added)
        return tuple(match for match in possible if not match.dropped and not _is_tools(match.before))

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """Everything to compare."""
        return tuple(match.pair for match in chain(self.matches, self.moves))


@dataclass(frozen=True)
class Findings:
    """What is lost, and all that is different."""

    losses: tuple[Loss, ...]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class Readings:
    """What was counted before, by table; and what became of it, by table before and after. None was not counted."""

    before: Mapping[int, Counts | None] = field(default_factory=dict)
    differences: Mapping[tuple[int, int], Difference | None] = field(default_factory=dict)

    def difference(self, match: Match) -> Difference | None:
        """What became of the rows of a table."""
        return self.differences.get((match.before.oid, match.after.oid))


def matching(before: Catalog, after: Catalog) -> Matching:
    """Which table is which: by its number, else by its name."""
    by_oid = {table.oid: table for table in after.tables}
    by_name = {(table.schema, table.name): table for table in after.tables}
    old_oids = {table.oid for table in before.tables}
    matches, dropped = [], []
    for old in before.tables:
        renamed, same_name = by_oid.get(old.oid), by_name.get((old.schema, old.name))
        new = renamed or (same_name if same_name and same_name.oid not in old_oids else None)
        if new:
            matches.append(_match(old, new, new is renamed))
        else:
            dropped.append(old)
    found = {match.after.oid for match in matches}
    return Matching(tuple(matches), tuple(dropped), tuple(t for t in after.tables if t.oid not in found))


def _match(before: Table, after: Table, is_same: bool) -> Match:
    by_number = {column.number: column for column in after.columns} if is_same else {}
    by_name = {column.name: column for column in after.columns}
    old_numbers = {column.number for column in before.columns} if is_same else set()
    kept, dropped = [], []
    for old in before.columns:
        same_name = by_name.get(old.name)
        new = by_number.get(old.number) or (same_name if same_name and same_name.number not in old_numbers else None)
        if new:
            kept.append((old, new))
        else:
            dropped.append(old)
    found = {new.number for _, new in kept}
    return Match(before, after, tuple(kept), tuple(dropped), tuple(c for c in after.columns if c.number not in found))


def compare(before: Catalog, after: Catalog, found: Matching, readings: Readings) -> Findings:
    """Judge two readings."""
    losses = chain(
        (loss for table in found.dropped for loss in _dropped_table(table, found, readings)),
        (loss for match in found.matches if not _is_tools(match.before) for loss in _lost(match, readings)),
    )
    changes = chain(
        (Change("dropped", "table", table.title) for table in found.dropped if not _is_tools(table)),
        (change for table in found.added for change in _added_table(table)),
        (change for match in found.matches for change in _changed(match, readings)),
        _objects(before, after, found),
    )
    return Findings(tuple(losses), tuple(changes))


def _is_tools(table: Table) -> bool:
    return is_bookkeeping(table.schema, table.name)


# what is lost


def _dropped_table(table: Table, found: Matching, readings: Readings) -> Iterator[Loss]:
    counts = readings.before.get(table.oid)
    if _is_tools(table) or (counts and not counts.rows):
        return
    if any(_is_whole(readings.difference(m)) for m in found.moves if m.before.oid == table.oid):
        return
    rows = counts.rows if counts else None
    yield Loss("drops table", table.title, _NOT_COUNTED if rows is None else _counted(rows, "row"), rows, rows)


def _is_whole(difference: Difference | None) -> bool:
    """Whether every row and every value is there."""
    return bool(difference and not difference.gone and not any(difference.changed.values()))


def _lost(match: Match, readings: Readings) -> Iterator[Loss]:
    counts, difference = readings.before.get(match.before.oid), readings.difference(match)
    if counts is None or difference is None:
        yield Loss("may lose data of", match.before.title, _NOT_COUNTED)
    if difference and counts and difference.gone:
        gone = f"{difference.gone:,} of {_counted(counts.rows, 'row')}"
        yield Loss("deletes rows of", match.before.title, gone, difference.gone, counts.rows)
    for column in match.dropped:
        yield from _dropped_column(match, column, counts, difference)
    if difference and counts:
        yield from _changed_values(match, counts, difference)


def _dropped_column(
    match: Match, column: Column, counts: Counts | None, difference: Difference | None
) -> Iterator[Loss]:
    if column.generated or (counts and not counts.values.get(column.number)) or _moved_to(match, column, difference):
        return
    found = Loss("drops column", f"{match.before.title}.{column.name}", _NOT_COUNTED)
    if counts:
        held = counts.values[column.number]
        said = f"{held:,} of {_counted(counts.rows, 'row')} {'holds' if held == 1 else 'hold'} a value"
        found = replace(found, said=said, lost=held, of=counts.rows)
    alike = next((new for new in match.added if new.type == column.type), None)
    yield replace(found, note=_POSSIBLE_RENAME, names=(alike.name,)) if alike else found


def _moved_to(match: Match, column: Column, difference: Difference | None) -> Column | None:
    """The added column that holds all values of a dropped one; where rows went, nobody can tell."""
    if difference is None or difference.gone:
        return None
    return next((new for new in match.added if difference.changed.get((column.number, new.number)) == 0), None)


def _changed_values(match: Match, counts: Counts, difference: Difference) -> Iterator[Loss]:
    for old, new in match.kept:
        lost = difference.changed.get((old.number, new.number), 0)
        if lost:
            held = counts.values.get(old.number, 0)
            note, names = (_NEW_TYPE, (old.type, new.type)) if old.type != new.type else ("", ())
            if old.number != new.number and match.before.oid == match.after.oid:
                note, names = _MADE_AGAIN, ()
            said = f"{lost:,} of {_counted(held, 'value')}"
            yield Loss("changes values of", f"{match.before.title}.{old.name}", said, lost, held, note, names)


_NEW_TYPE = "Its type changes from {} to {}."
_MADE_AGAIN = "It is dropped and made again."
_POSSIBLE_RENAME = "If {}, which is added, is meant to be the same, rename it instead."
_NOT_COUNTED = f"not counted, since it takes more than {LIMIT} s or cannot be read"


# what is different


def _added_table(table: Table) -> Iterator[Change]:
    if _is_tools(table):
        yield from _recorded(table)
    else:
        yield Change("added", "table", table.title, _counted(len(table.columns), "column"))


def _recorded(table: Table) -> Iterator[Change]:
    """What a tool has written into its own table, where its migrations are not listed by name."""
    if not is_listed(table.schema, table.name):
        yield Change("recorded", "migrations", table.title)


def _changed(match: Match, readings: Readings) -> Iterator[Change]:
    difference, counts = readings.difference(match), readings.before.get(match.before.oid)
    if _is_tools(match.before):
        if difference and counts and (difference.rows != counts.rows or not _is_whole(difference)):
            yield from _recorded(match.after)
        return
    if match.before.title != match.after.title:
        yield Change("renamed", "table", match.before.title, f"to {match.after.title}")
    title = match.after.title
    yield from (Change("dropped", "column", f"{title}.{c.name}", _moved(match, c, difference)) for c in match.dropped)
    yield from (Change("added", "column", f"{title}.{c.name}", _described(c)) for c in match.added)
    for old, new in match.kept:
        yield from _changed_column(title, old, new)
    if difference and counts:
        yield from _changed_rows(match, counts, difference)


def _moved(match: Match, column: Column, difference: Difference | None) -> str:
    new = _moved_to(match, column, difference)
    return f"its values are in {new.name}" if new else ""


def _described(column: Column) -> str:
    default = f" default {column.default}" if column.default else ""
    return f"{column.type}{'' if column.nullable else ' not null'}{default}"


def _changed_column(title: str, old: Column, new: Column) -> Iterator[Change]:
    if old.name != new.name:
        yield Change("renamed", "column", f"{title}.{old.name}", f"to {new.name}")
    if _described(old) != _described(new):
        yield Change("changed", "column", f"{title}.{new.name}", f"{_described(old)} → {_described(new)}")


def _changed_rows(match: Match, counts: Counts, difference: Difference) -> Iterator[Change]:
    """What comes to the data, and loses none of it; what does is a loss."""
    title, added = match.after.title, difference.rows - (counts.rows - difference.gone)
    if added > 0:
        yield Change("added", "rows", title, _counted(added, "row"))
    for old, new in match.kept:
        filled = difference.filled.get((old.number, new.number), 0)
        if filled:
            yield Change("filled", "column", f"{title}.{new.name}", f"{_counted(filled, 'row')} that held no value")


def _objects(before: Catalog, after: Catalog, found: Matching) -> Iterator[Change]:
    """Everything that is no table and no column; what comes or goes with its table is not said again."""
    same = {match.after.oid: match.before.oid for match in found.matches}
    folded = {t.oid for t in (*found.dropped, *found.added)}
    folded |= {oid for match in found.matches if _is_tools(match.before) for oid in (match.before.oid, match.after.oid)}
    old = {(o.kind, o.table, o.name): o for o in before.objects if o.table not in folded}
    new = {(o.kind, same.get(o.table, o.table), o.name): o for o in after.objects if o.table not in folded}
    for key in sorted(old.keys() | new.keys()):
        yield from _object(old.get(key), new.get(key))


def _object(old: Object | None, new: Object | None) -> Iterator[Change]:
    shown = old or new
    if shown is None or old == new or (shown.kind == "schema" and is_bookkeeping(shown.name, "")):
        return
    if old and new and old.definition == new.definition:
        return
    how = "changed" if old and new else "added" if new else "dropped"
    definitions = [each.definition for each in (old, new) if each and each.kind != "function"]
    yield Change(how, shown.kind, shown.name, " → ".join(filter(None, definitions)))


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
