"""The schema of a database: its tables and columns, and all else that a migration makes or changes."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from prisma_provider.postgres.asking import asking

if TYPE_CHECKING:
    from prisma_provider.postgres.connecting import Session

_OURS: Final = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'"
_NO_EXTENSION: Final = (
    "not exists (select from pg_depend e where e.classid = '{}'::regclass and e.objid = {}.oid and e.deptype = 'e')"
)
_IN_TABLES: Final = f"{_OURS} and {_NO_EXTENSION.format('pg_class', 'c')}"


@dataclass(frozen=True)
class Column:
    """A column; PostgreSQL keeps its number when it is renamed."""

    number: int
    name: str
    type: str
    nullable: bool = True
    default: str | None = None
    base: str = "text"
    """The type beneath a domain, without its length."""
    generated: bool = False
    """Computed from other columns: it holds no data of its own."""


@dataclass(frozen=True)
class Table:
    """A table; PostgreSQL keeps its number (oid) when it is renamed."""

    oid: int
    schema: str
    name: str
    columns: tuple[Column, ...] = ()
    key: tuple[str, ...] = ()
    """The columns of its primary key."""
    partitioned: bool = False

    @property
    def title(self) -> str:
        """How people name it."""
        return self.name if self.schema == "public" else f"{self.schema}.{self.name}"


@dataclass(frozen=True)
class Object:
    """Anything else: an index, a constraint, an enum, a view, …; `table` is the oid of the table that it belongs to."""

    kind: str
    name: str
    definition: str
    table: int = 0


@dataclass(frozen=True)
class Catalog:
    """All of it, at one moment."""

    tables: tuple[Table, ...] = ()
    objects: tuple[Object, ...] = ()


_TABLES: Final = f"""
select c.oid::int8, n.nspname::text, c.relname::text, c.relkind = 'p',
  coalesce((select array_agg(a.attname::text order by k.position)
    from pg_index i, unnest(i.indkey::int2[]) with ordinality k(number, position), pg_attribute a
    where i.indrelid = c.oid and i.indisprimary and a.attrelid = c.oid and a.attnum = k.number), '{{}}')
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p') and not c.relispartition and {_IN_TABLES}
order by n.nspname, c.relname
"""
_COLUMNS: Final = f"""
select c.oid::int8, a.attnum, a.attname::text, format_type(a.atttypid, a.atttypmod), not a.attnotnull,
  coalesce(pg_get_expr(d.adbin, d.adrelid), case a.attidentity when '' then null else 'generated as identity' end),
  format_type(coalesce(nullif(t.typbasetype, 0), t.oid), null), a.attgenerated <> ''
from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
  join pg_type t on t.oid = a.atttypid left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
where c.relkind in ('r', 'p') and not c.relispartition and a.attnum > 0 and not a.attisdropped and {_IN_TABLES}
order by c.oid, a.attnum
"""
_NAME: Final = "case n.nspname when 'public' then '' else n.nspname || '.' end || "
_OBJECTS: Final = (
    f"""
select 'index', {_NAME} i.relname, pg_get_indexdef(i.oid), c.oid::int8
from pg_index x join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid
  join pg_namespace n on n.oid = c.relnamespace
where not i.relispartition and {_IN_TABLES}
  and not exists (select from pg_constraint k where k.conindid = i.oid and k.contype in ('p', 'u', 'x'))
""",
    f"""
select 'constraint', {_NAME} c.relname || '.' || k.conname, pg_get_constraintdef(k.oid, true), c.oid::int8
from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_namespace n on n.oid = c.relnamespace
where k.contype in ('p', 'u', 'f', 'c', 'x') and k.conparentid = 0 and not c.relispartition and {_IN_TABLES}
""",
    f"""
select 'enum', {_NAME} t.typname, string_agg(quote_literal(v.enumlabel), ', ' order by v.enumsortorder), 0
from pg_type t join pg_namespace n on n.oid = t.typnamespace join pg_enum v on v.enumtypid = t.oid
where {_OURS} and {_NO_EXTENSION.format("pg_type", "t")} group by n.nspname, t.typname
""",
    f"""
select 'domain', {_NAME} t.typname, format_type(t.typbasetype, t.typtypmod) || coalesce((
  select string_agg(' ' || pg_get_constraintdef(k.oid, true), '' order by k.conname)
  from pg_constraint k where k.contypid = t.oid), ''), 0
from pg_type t join pg_namespace n on n.oid = t.typnamespace
where t.typtype = 'd' and {_OURS} and {_NO_EXTENSION.format("pg_type", "t")}
""",
    f"""
select case c.relkind when 'v' then 'view' else 'materialized view' end, {_NAME} c.relname,
  pg_get_viewdef(c.oid, true), 0
from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relkind in ('v', 'm') and {_IN_TABLES}
""",
    f"""
select 'sequence', {_NAME} c.relname, format_type(s.seqtypid, null) || ' from ' || s.seqmin || ' to ' || s.seqmax
  || ' start ' || s.seqstart || ' increment ' || s.seqincrement || case when s.seqcycle then ' cycle' else '' end, 0
from pg_sequence s join pg_class c on c.oid = s.seqrelid join pg_namespace n on n.oid = c.relnamespace
where {_IN_TABLES} and not exists (
  select from pg_depend o where o.classid = 'pg_class'::regclass and o.objid = c.oid and o.deptype in ('a', 'i'))
""",
    f"""
select 'function', {_NAME} p.proname || '(' || pg_get_function_identity_arguments(p.oid) || ')',
  md5(pg_get_functiondef(p.oid)), 0
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where p.prokind in ('f', 'p', 'w') and {_OURS} and {_NO_EXTENSION.format("pg_proc", "p")}
""",
    f"""
select 'trigger', {_NAME} c.relname || '.' || g.tgname, pg_get_triggerdef(g.oid, true), c.oid::int8
from pg_trigger g join pg_class c on c.oid = g.tgrelid join pg_namespace n on n.oid = c.relnamespace
where not g.tgisinternal and not c.relispartition and {_IN_TABLES}
""",
    f"""
select 'policy', {_NAME} c.relname || '.' || p.polname,
  concat_ws(' ', p.polcmd, p.polpermissive, p.polroles::text, pg_get_expr(p.polqual, c.oid),
    pg_get_expr(p.polwithcheck, c.oid)), c.oid::int8
from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace where {_IN_TABLES}
""",
    f"""
select 'row security', {_NAME} c.relname, case when c.relforcerowsecurity then 'forced' else 'enabled' end, c.oid::int8
from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relrowsecurity and {_IN_TABLES}
""",
    f"""
select 'privileges', {_NAME} c.relname, c.relacl::text, c.oid::int8
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'p', 'v', 'm') and c.relacl is not null and {_IN_TABLES}
""",
    f"""
select 'partition', {_NAME} c.relname, pg_get_expr(c.relpartbound, c.oid, true), 0
from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relispartition and c.relkind <> 'i'
  and c.relkind <> 'I' and {_IN_TABLES}
""",
    "select 'extension', extname, extversion, 0 from pg_extension",
    f"select 'schema', nspname, '', 0 from pg_namespace n where {_OURS} and nspname <> 'public'",
)


def read_catalog(session: Session) -> Catalog:
    """The schema as it is now, of all schemas that are not PostgreSQL's own and what no extension brought.

    Names in definitions are whole: the session has an empty search_path from here on.
    """
    with asking("read the schema"):
        return _read(session)


def _read(session: Session) -> Catalog:
    session.execute("set search_path = ''")
    columns: dict[int, list[Column]] = defaultdict(list)
    for oid, number, name, type_, nullable, default, base, generated in session.execute(_COLUMNS):
        kind = type_.removeprefix("public.")
        columns[oid].append(Column(number, name, kind, nullable, default, base, generated))
    tables = tuple(
        Table(oid, schema, name, tuple(columns[oid]), tuple(key), partitioned)
        for oid, schema, name, partitioned, key in session.execute(_TABLES)
    )
    objects = (Object(*row) for query in _OBJECTS for row in session.execute(query))
    return Catalog(tables, tuple(sorted(objects, key=lambda each: (each.kind, each.name))))
