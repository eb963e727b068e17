"""The superuser's sessions.

Nearly all of them are in the database `postgres`, where no tenant can come in or set anything. One in a tenant's
own database would take over what ALTER DATABASE … SET says there. What a session asks for when it connects goes
before that: so it asks for every setting that the database has, with the value that `postgres` has.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool

from prisma_local.postgres.cluster import Cluster

Session = psycopg.Connection[tuple[Any, ...]]

# How long a statement waits for a lock that somebody else holds, before it fails.
LOCK_SECONDS = 5
ALWAYS = {"lock_timeout": f"{LOCK_SECONDS}s"}
# Asked for in a tenant's database in any case: it may be set between our look and our coming in.
INSIDE = {**ALWAYS, "role": "none", "search_path": "pg_catalog"}

# A setting that `postgres` does not know belongs to a library that the superuser's session does not load.
SETTINGS = """
SELECT name, current_setting(name, true) FROM (
  SELECT DISTINCT split_part(entry, '=', 1) AS name FROM pg_db_role_setting, unnest(setconfig) entry
  WHERE setrole = 0 AND setdatabase = (SELECT oid FROM pg_database WHERE datname = %s)
) WHERE current_setting(name, true) IS NOT NULL ORDER BY 1
"""
SHUT = "SELECT 1 FROM pg_database WHERE datname = %s AND NOT datallowconn"


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
        """Who waits for a session fails at once; may be called again."""
        self._pool.close()

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session in `postgres`."""
        with self._pool.connection() as session:
            yield session

    @contextmanager
    def inside(self, database: str) -> Iterator[Session]:
        """A session in a tenant's database, where nothing that the tenant has set holds."""
        with self.connectable(database) as options:
            conninfo = {**self._cluster.conninfo(database), "options": options}
            with psycopg.connect(**conninfo, autocommit=True) as session:  # type: ignore[arg-type]
                yield session

    @contextmanager
    def connectable(self, database: str) -> Iterator[str]:
        """The options to come in with (as PGOPTIONS has them), while the database takes connections."""
        with self.session() as session:
            options = _options({**dict(session.execute(SETTINGS, [database]).fetchall()), **INSIDE})
            shut = session.execute(SHUT, [database]).fetchone() is not None
            if shut:
                execute(session, "ALTER DATABASE {} ALLOW_CONNECTIONS true", database)
        try:
            yield options
        finally:
            if shut:
                with self.session() as session:
                    execute(session, "ALTER DATABASE {} ALLOW_CONNECTIONS false", database)


def execute(session: Session, statement: str, *names: str) -> None:
    """DDL takes no parameters; every name goes in as an identifier."""
    session.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _options(settings: dict[str, str]) -> str:
    return " ".join(f"-c {name}={_escaped(value)}" for name, value in settings.items())


def _escaped(value: str) -> str:
    return re.sub(r"([\\\s])", r"\\\1", value)
