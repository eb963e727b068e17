"""The superuser's sessions.

Nearly all of them are in the database `postgres`, where no tenant can connect or set anything. One in a tenant's
own database would take over what ALTER DATABASE … SET says there. The options of a connection have precedence over
that: so a session asks for every setting that the database has, with the value that `postgres` has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool

from prisma_local.postgres.cluster import Cluster

Session = psycopg.Connection[tuple[Any, ...]]

# How long a statement waits for a lock that another session holds, before it fails.
LOCK_SECONDS = 5
ALWAYS = {"lock_timeout": f"{LOCK_SECONDS}s"}
# Always asked for in a tenant's database: the tenant may set them after we have read its settings.
INSIDE = {**ALWAYS, "role": "none", "search_path": "pg_catalog"}

# A setting that `postgres` does not know belongs to a library that the superuser's session does not load.
SETTINGS = """
SELECT name, current_setting(name, true) FROM (
  SELECT DISTINCT split_part(entry, '=', 1) AS name FROM pg_db_role_setting, unnest(setconfig) entry
  WHERE setrole = 0 AND setdatabase = (SELECT oid FROM pg_database WHERE datname = %s)
) WHERE current_setting(name, true) IS NOT NULL ORDER BY 1
"""
NOT_CONNECTABLE = "SELECT 1 FROM pg_database WHERE datname = %s AND NOT datallowconn"


class AdminSessions:
    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._pool: ConnectionPool[Session] = ConnectionPool(
            kwargs={**cluster.conninfo(), "options": _options(ALWAYS), "autocommit": True},
            min_size=1,
            max_size=8,
            open=False,
        )

    def open(self) -> None:
        self._pool.open(wait=True, timeout=30)

    def close(self) -> None:
        """Whoever waits for a session fails at once; may be called again."""
        self._pool.close()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session in `postgres`."""
        with self._pool.connection() as session:
            yield session

    @contextmanager
    def inside(self, database: str) -> Iterator[Session]:
        """A transaction in a tenant's database, without the tenant's settings."""
        with self.connectable(database) as options:
            conninfo = {**self._cluster.conninfo(database), "options": options}
            with (
                psycopg.connect(**conninfo, autocommit=True) as session,  # type: ignore[arg-type]
                session.transaction(),
            ):
                yield session

    @contextmanager
    def connectable(self, database: str) -> Iterator[str]:
        """The options to connect with (as in PGOPTIONS), while the database allows connections."""
        with self.session() as session:
            options = _options({**dict(session.execute(SETTINGS, [database]).fetchall()), **INSIDE})
            closed = exists(session, NOT_CONNECTABLE, database)
            if closed:
                execute(session, "ALTER DATABASE {} ALLOW_CONNECTIONS true", database)
        try:
            yield options
        finally:
            if closed:
                self.run("ALTER DATABASE {} ALLOW_CONNECTIONS false", database)

    def run(self, statement: str, *names: str) -> None:
        with self.session() as session:
            execute(session, statement, *names)


def execute(session: Session, statement: str, *names: str) -> None:
    """DDL takes no parameters; every name is inserted as a quoted identifier."""
    session.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def column(session: Session, query: LiteralString, *values: object) -> list[Any]:
    """The first column of all rows."""
    return [row[0] for row in session.execute(query, values).fetchall()]


def exists(session: Session, query: LiteralString, *values: object) -> bool:
    return session.execute(query, values).fetchone() is not None


def _options(settings: dict[str, str]) -> str:
    return " ".join(f"-c {name}={_escaped(value)}" for name, value in settings.items())


def _escaped(value: str) -> str:
    return re.sub(r"([\\\s])", r"\\\1", value)
