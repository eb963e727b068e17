"""What the rows of tables hold, before and after: counted in the database, of which nothing but counts is read.

Before, a temporary table of this session keeps for each row a hash of its key and of each value. After, the two are
compared by key; without one, value by value whatever their order. Both is done by PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from prisma_provider.postgres.catalog import Column, Table

if TYPE_CHECKING:
    from psycopg import sql

    from prisma_provider.postgres.connecting import Session

LIMIT: Final = 600
"""Seconds that one table may take."""
_NUMBERS: Final = ("numeric",)
_DATES: Final = ("date", "timestamp without time zone")
_SHORT: Final = ("real",)
_MOMENTS: Final = ("timestamp with time zone",)


@dataclass(frozen=True)
class Pair:
    """A table before and after, and the columns to compare with each other."""

    before: Table
    after: Table
    columns: tuple[tuple[Column, Column], ...]


@dataclass(frozen=True)
class Counts:
    """What a table held: its rows, and by column (its number) those that hold a value."""

    rows: int
    values: Mapping[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Difference:
    """What became of the rows and, by the numbers of two columns, of their values."""

    rows: int
    """That there are afterwards."""
    gone: int = 0
    changed: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """Values that are another one afterwards, or none."""
    filled: Mapping[tuple[int, int], int] = field(default_factory=dict)
    """Rows that held no value, and do afterwards."""


class Contents:
    """The rows of one database, in one session, which is not closed before the end.

    A table that cannot be read, or takes longer than LIMIT, is None: nobody knows what it held.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        # So that the same value is the same text before and after, whatever its type becomes.
        for setting in (
            f"statement_timeout = '{LIMIT}s'",
            "timezone = 'UTC'",
            "datestyle = 'ISO'",
            "row_security = off",  # a row that cannot be read is an error, not a row that is not there
            "search_path = ''",
        ):
            session.execute(f"set {setting}")  # type: ignore[arg-type,unused-ignore]  # constants

    def keep(self, table: Table) -> Counts | None:
        """Count it, and keep what is compared later."""
        columns = [column for column in table.columns if not column.generated]
        hashes = [_named(_hash(column), f"c{column.number}") for column in columns]
        fields = _sql(", ").join([_named(_key(table, table.key), "k"), *hashes])
        counts = _sql(", ").join([_sql("count(*)"), *(_format("count({})", _id(f"c{c.number}")) for c in columns)])
        rows = self._row(
            _format("create temp table {} as select {} from {}", _kept(table), fields, _from(table)),
            _format("select {} from {}", counts, _kept(table)),
        )
        if rows is None:
            return None
        return Counts(rows[0], {column.number: count for column, count in zip(columns, rows[1:], strict=True)})

    def compare(self, pair: Pair) -> Difference | None:
        """What became of a table that was kept. A key whose column was made again does not name the same rows."""
        is_same = pair.before.oid == pair.after.oid
        now = {old.name: new for old, new in pair.columns if not is_same or old.number == new.number}
        key = [now[name].name for name in pair.before.key if name in now]
        is_keyed = bool(key) and len(key) == len(pair.before.key)
        return self._by_key(pair, key) if is_keyed else self._by_value(pair)

    def _by_key(self, pair: Pair, key: Sequence[str]) -> Difference | None:
        now = {after.number: after for _, after in pair.columns}
        fields = [_named(_key(pair.after, key), "k"), *(_named(_hash(c), f"c{c.number}") for c in now.values())]
        counts: list[sql.Composable] = [_sql("count(*) filter (where a.k is null)")]
        for before, after in pair.columns:
            b, a = _id("b", f"c{before.number}"), _id("a", f"c{after.number}")
            found = _format("a.k is not null and {} is distinct from {}", b, a)
            counts.append(_format("count(*) filter (where {} and {} is not null)", found, b))
            counts.append(_format("count(*) filter (where {} and {} is null)", found, b))
        joined = _format(
            "select {} from {} b left join (select {} from {}) a on a.k = b.k",
            _sql(", ").join(counts),
            _kept(pair.before),
            _sql(", ").join(fields),
            _from(pair.after),
        )
        total, found_row = self._row(_format("select count(*) from {}", _from(pair.after))), self._row(joined)
        if total is None or found_row is None:
            return None
        pairs = [(before.number, after.number) for before, after in pair.columns]
        changed, filled = found_row[1::2], found_row[2::2]
        return Difference(
            total[0],
            found_row[0],
            dict(zip(pairs, changed, strict=True)),
            dict(zip(pairs, filled, strict=True)),
        )

    def _by_value(self, pair: Pair) -> Difference | None:
        """Without a key: the values that are not there any more, beyond those of the rows that went."""
        totals = self._row(
            _format(
                "select (select count(*) from {}), (select count(*) from {})", _kept(pair.before), _from(pair.after)
            )
        )
        if totals is None:
            return None
        before, after = totals
        gone, changed, filled = max(0, before - after), {}, {}
        for old, new in pair.columns:
            missing = self._row(_missing(pair, old, new))
            if missing is None:
                return None
            numbers = (old.number, new.number)
            changed[numbers] = max(0, missing[0] - gone)
            filled[numbers] = max(0, missing[1] - max(0, after - before))
        return Difference(after, gone, changed, filled)

    def _row(self, *queries: sql.Composed) -> tuple[Any, ...] | None:
        """The one row of the last of them; None where it cannot be had."""
        import psycopg

        try:
            for query in queries:
                cursor = self._session.execute(query)
            return cursor.fetchone()
        except psycopg.Error:
            return None


def _missing(pair: Pair, old: Column, new: Column) -> sql.Composed:
    """How many values are not there any more; and how many more hold one than did."""
    held = _format("select {0} from {1} where {0} is not null", _id(f"c{old.number}"), _kept(pair.before))
    now = _format("select {} from {} where {} is not null", _hash(new), _from(pair.after), _id(new.name))
    return _format(
        "select (select count(*) from ({0} except all {1}) x), (select count(*) from ({1}) y) - "
        "(select count(*) from ({0}) z)",
        held,
        now,
    )


def _key(table: Table, names: Sequence[str]) -> sql.Composable:
    columns = {column.name: column for column in table.columns}
    if not names:
        return _sql("null::bigint")
    texts = _sql(", ").join(_text(columns[name]) for name in names)
    return _format("hashtextextended(row({})::text, 0)", texts)


def _hash(column: Column) -> sql.Composed:
    return _format("hashtextextended({}, 0)", _text(column))


def _text(column: Column) -> sql.Composed:
    """A value as text, the same for types that say the same: 1.0 is 1, and a day is its midnight."""
    name, base = _id(column.name), column.base
    if base in _NUMBERS:
        name = _format("trim_scale({}::numeric)", name)
    elif base in _SHORT:
        name = _format("{}::float8", name)
    elif base in _DATES:
        name = _format("{}::timestamp", name)
    elif base in _MOMENTS:
        name = _format("({}::timestamptz at time zone 'UTC')", name)
    return _format('({}::text) collate pg_catalog."C"', name)


def _from(table: Table) -> sql.Composed:
    """Its own rows, without those of tables that inherit from it; of a partitioned one all."""
    return _format("{}{}", _sql("" if table.partitioned else "only "), _id(table.schema, table.name))


def _kept(table: Table) -> sql.Composable:
    return _id("pg_temp", f"kept_{table.oid}")


def _named(value: sql.Composable, name: str) -> sql.Composable:
    return _format("{} as {}", value, _id(name))


def _sql(text: Any) -> sql.SQL:
    from psycopg import sql

    return sql.SQL(text)


def _id(*names: str) -> sql.Composable:
    from psycopg import sql

    return sql.Identifier(*names)


def _format(text: Any, *values: sql.Composable) -> sql.Composed:
    return _sql(text).format(*values)
