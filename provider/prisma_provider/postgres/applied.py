"""Which migrations a database has, by the tables that migration tools keep in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

from prisma_provider.postgres.asking import asking

if TYPE_CHECKING:
    from prisma_provider.postgres.connecting import Session

PRISMA: Final = "_prisma_migrations"
"""Prisma ORM up to 7; in the schema that the connection string names."""
LEDGER: Final = ("prisma_contract", "ledger")
"""Prisma ORM 8; it records no durations."""

BOOKKEEPING: Final = frozenset(
    (
        PRISMA,
        "alembic_version",
        "__drizzle_migrations",
        "knex_migrations",
        "knex_migrations_lock",
        "schema_migrations",
        "ar_internal_metadata",
        "django_migrations",
        "flyway_schema_history",
        "goose_db_version",
        "databasechangelog",
        "databasechangeloglock",
        "SequelizeMeta",
        "pgmigrations",
        "_sqlx_migrations",
        "__diesel_schema_migrations",
        "kysely_migration",
        "kysely_migration_lock",
        "mikro_orm_migrations",
    )
)
"""Tables in which tools keep what they applied: no data of the application."""


def is_bookkeeping(schema: str, table: str) -> bool:
    """Whether a table is a migration tool's own."""
    return table in BOOKKEEPING or schema == LEDGER[0]


def is_listed(schema: str, table: str) -> bool:
    """Whether `read_applied` lists what it holds."""
    return table == PRISMA or schema == LEDGER[0]


@dataclass(frozen=True)
class Applied:
    """A migration in a tool's table; `seconds` where the tool records them."""

    id: str
    name: str
    seconds: float | None = None
    finished: bool = True
    rolled_back: bool = False
    checksum: str | None = None
    """SHA-256 of the file, where the tool records it."""
    ends: str | None = None
    """The hash of the contract that it led to, of ORM 8."""


def read_applied(session: Session) -> tuple[Applied, ...]:
    """All that the tables of Prisma's tools hold, in the order in which they began."""
    with asking("read which migrations are applied"):
        return (*_of_prisma(session, _schemas_with(session, PRISMA)), *_of_ledger(session))


def read_applied_by(session: Session, url: str) -> tuple[Applied, ...]:
    """The same, of the application with this connection string: another may have its tables in another schema.

    Without a `schema` in it that is `public`, or, where that one has none, whichever schema has the table.
    """
    named = dict(parse_qsl(urlsplit(url).query)).get("schema")
    with asking("read which migrations are applied"):
        found = _schemas_with(session, PRISMA)
        own = [schema for schema in found if schema == (named or "public")]
        return (*_of_prisma(session, own if own or named else found), *_of_ledger(session))


def _of_prisma(session: Session, schemas: Iterable[str]) -> Iterator[Applied]:
    for schema in schemas:
        for entry in _rows(
            session,
            "select id::text, migration_name::text, extract(epoch from finished_at - started_at)::float8, "
            "finished_at is not null, rolled_back_at is not null, checksum::text "
            "from {} order by started_at, migration_name",
            schema,
            PRISMA,
        ):
            yield Applied(*entry)


def _of_ledger(session: Session) -> Iterator[Applied]:
    if LEDGER[0] in _schemas_with(session, LEDGER[1]):
        query = (
            "select l.id::text, to_jsonb(l) ->> 'migration_name', to_jsonb(l) ->> 'destination_core_hash' "
            "from {} l where coalesce(to_jsonb(l) ->> 'space', 'app') = 'app' order by l.id"
        )
        for id_, name, ends in _rows(session, query, *LEDGER):
            yield Applied(id_, name or "a change of the contract", ends=bare_hash(ends))


def bare_hash(text: str | None) -> str | None:
    """A hash of ORM 8, which some of its versions write with `sha256:` before it; None for that of no contract."""
    found = (text or "").removeprefix("sha256:")
    return None if found in ("", "empty") else found


def _schemas_with(session: Session, table: str) -> list[str]:
    query = "select n.nspname::text from pg_class c join pg_namespace n on n.oid = c.relnamespace where c.relname = %s"
    return [schema for (schema,) in session.execute(f"{query} and c.relkind = 'r' order by 1", [table])]


def _rows(session: Session, query: Any, schema: str, table: str) -> list[tuple[Any, ...]]:
    from psycopg import sql

    return session.execute(sql.SQL(query).format(sql.Identifier(schema, table))).fetchall()
