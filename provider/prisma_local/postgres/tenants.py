"""One PostgreSQL database for each database of the API, and the roles that may come in.

NAME         the database, and the login role of its default connection: a URL without a database name
             makes clients use the user's name, and so still arrives
NAME_owner   owns the database and everything in it; nobody can log in as it
others       one login role for each further connection; every login role is a member of the owner and
             becomes it at login, so that what one connection makes the others can change
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool

from prisma_local import steps
from prisma_local.postgres.cluster import Cluster

TERMINATE_MILLISECONDS = 5000

Link = psycopg.Connection[tuple[Any, ...]]


def owner_of(pg_name: str) -> str:
    return f"{pg_name}_owner"


class Tenants:
    def __init__(self, cluster: Cluster) -> None:
        self.port = cluster.port
        self._cluster = cluster
        self._pool: ConnectionPool[Link] = ConnectionPool(
            kwargs={**cluster.conninfo(), "autocommit": True}, min_size=1, max_size=8, open=False
        )

    def open(self) -> None:
        self._pool.open(wait=True, timeout=30)
        # Tenants have no business in the databases that every PostgreSQL brings along.
        self._run("REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC")

    def close(self) -> None:
        self._pool.close()

    def create(self, pg_name: str, password: str, *, login: bool) -> None:
        """The roles first, then the database, which is shut to everybody until its grants are right."""
        owner = owner_of(pg_name)
        with self._pool.connection() as link, link.transaction():
            _execute(link, "CREATE ROLE {} NOLOGIN", owner)
            _create_login(link, pg_name, owner, password, login=login)
        steps.passed("role")
        with self._pool.connection() as link:
            # wal_log: copying files instead can wait many seconds for a checkpoint.
            statement = "CREATE DATABASE {} OWNER {} TEMPLATE template0 STRATEGY wal_log ALLOW_CONNECTIONS false"
            _execute(link, statement, pg_name, owner)
            with link.transaction():
                _execute(link, "REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC", pg_name)
                _execute(link, "ALTER DATABASE {} ALLOW_CONNECTIONS true", pg_name)
        steps.passed("database")

    def add_role(self, pg_name: str, role: str, password: str, *, login: bool) -> None:
        with self._pool.connection() as link, link.transaction():
            _create_login(link, role, owner_of(pg_name), password, login=login)

    def rotate(self, role: str, password: str) -> None:
        """A new password, and an end to the sessions that came in with the old one."""
        with self._pool.connection() as link:
            _set_password(link, role, password)
            _terminate(link, [role])

    def unlock(self, roles: Sequence[str]) -> None:
        with self._pool.connection() as link, link.transaction():
            for role in roles:
                _execute(link, "ALTER ROLE {} LOGIN", role)

    def lock_out(self, roles: Sequence[str]) -> None:
        """Nobody comes in with these roles any more, and who is in goes out."""
        with self._pool.connection() as link:
            for role in _existing(link, roles):
                _execute(link, "ALTER ROLE {} NOLOGIN", role)
            _terminate(link, roles)

    def drop(self, pg_name: str, roles: Sequence[str]) -> None:
        """Everything of one database, whatever of it there is."""
        with self._pool.connection() as link:
            _execute(link, "DROP DATABASE IF EXISTS {} WITH (FORCE)", pg_name)
            for role in [*roles, pg_name, owner_of(pg_name)]:
                _execute(link, "DROP ROLE IF EXISTS {}", role)

    def drop_role(self, pg_name: str, role: str) -> None:
        """One connection's role. What it made for itself goes to the owner, not away with it."""
        with self._pool.connection() as link:
            if not _existing(link, [role]):
                return
        with self._inside(pg_name) as inside, inside.transaction():
            _execute(inside, "REASSIGN OWNED BY {} TO {}", role, owner_of(pg_name))
            _execute(inside, "DROP OWNED BY {}", role)
        self._run("DROP ROLE {}", role)

    def databases(self) -> list[str]:
        """The names of all databases but PostgreSQL's own."""
        query = "SELECT datname FROM pg_database WHERE NOT datistemplate AND datname <> 'postgres' ORDER BY 1"
        return self._names(query)

    def roles(self) -> list[str]:
        """The names of all roles but PostgreSQL's own and ours."""
        query = "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND NOT rolsuper ORDER BY 1"
        return self._names(query)

    @contextmanager
    def _inside(self, pg_name: str) -> Iterator[Link]:
        # A tenant can set a search_path for the database; the superuser must not follow it.
        conninfo = {**self._cluster.conninfo(pg_name), "options": "-c search_path=pg_catalog"}
        with psycopg.connect(**conninfo, autocommit=True) as link:  # type: ignore[arg-type]
            yield link

    def _names(self, query: str) -> list[str]:
        with self._pool.connection() as link:
            return [row[0] for row in link.execute(sql.SQL(query)).fetchall()]

    def _run(self, statement: str, *names: str) -> None:
        with self._pool.connection() as link:
            _execute(link, statement, *names)


def _execute(link: Link, statement: str, *names: str) -> None:
    """DDL takes no parameters; every name goes in as an identifier."""
    link.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _create_login(link: Link, role: str, owner: str, password: str, *, login: bool) -> None:
    _execute(link, "CREATE ROLE {} NOLOGIN IN ROLE {}", role, owner)
    _set_password(link, role, password)
    _execute(link, "ALTER ROLE {} SET role = {}", role, owner)
    if login:
        _execute(link, "ALTER ROLE {} LOGIN", role)


def _set_password(link: Link, role: str, password: str) -> None:
    """The verifier is made here, so that no statement, and no log of one, ever holds the password."""
    verifier = link.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier))
    link.execute(statement)


def _terminate(link: Link, roles: Sequence[str]) -> None:
    query = "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity WHERE usename = ANY(%s)"
    link.execute(query, [TERMINATE_MILLISECONDS, list(roles)]).fetchall()


def _existing(link: Link, roles: Sequence[str]) -> list[str]:
    rows = link.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(roles)]).fetchall()
    return [row[0] for row in rows]
