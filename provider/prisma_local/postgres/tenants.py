"""One PostgreSQL database for each database of the API, and the roles that may come in.

NAME         the database, and the login role of its default connection: a URL without a database name
             makes clients use the user's name, and so still arrives
NAME_owner   owns the database and everything in it; nobody can log in as it
NAME_new     while it is restored: what will take its place; NAME_old is what did stand there
NAME_loader  while it is filled: who does that, with no more rights than the tenant
others       one login role for each further connection; every login role is a member of the owner and
             becomes it at login, so that what one connection makes the others can change
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg_pool import ConnectionPool

from prisma_local.postgres.cluster import Cluster
from prisma_local.postgres.pooler import Pooler
from prisma_local.postgres.pooler_files import Login

TERMINATE_MILLISECONDS = 5000

USED = """
SELECT pg_database_size(oid), coalesce(pg_stat_get_db_xact_commit(oid) + pg_stat_get_db_xact_rollback(oid), 0)
FROM pg_database WHERE datname = %s
"""
# What of this very database depends on one of the roles.
NAMED_ROLES = """
SELECT 1 FROM pg_shdepend JOIN pg_roles ON refclassid = 'pg_authid'::regclass AND refobjid = pg_roles.oid
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND rolname = ANY(%s) LIMIT 1
"""
# Who may come in, and where; a loader comes by itself and not through the pooler.
LOGINS = r"""
SELECT login.rolname, left(owner.rolname, -length('_owner')), login.rolpassword
FROM pg_auth_members JOIN pg_authid login ON member = login.oid JOIN pg_authid owner ON roleid = owner.oid
WHERE login.rolcanlogin AND owner.rolname LIKE '%\_owner' AND login.rolname NOT LIKE '%\_loader' ORDER BY 1
"""
# Sessions of the pooler's are those that came over the socket.
END_IDLE_POOLED = """
SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity
WHERE datname = %s AND backend_type = 'client backend' AND client_addr IS NULL AND state = 'idle'
AND usename <> current_user
"""
# No statement copies them, and putting a list into ALTER DATABASE … SET again needs each setting's own quoting.
COPY_SETTINGS = """
INSERT INTO pg_db_role_setting (setdatabase, setrole, setconfig)
SELECT target.oid, setrole, setconfig FROM pg_db_role_setting
JOIN pg_database source ON setdatabase = source.oid AND source.datname = %s
JOIN pg_database target ON target.datname = %s WHERE setrole = 0
"""

Link = psycopg.Connection[tuple[Any, ...]]


def owner_of(pg_name: str) -> str:
    return f"{pg_name}_owner"


def stage_of(pg_name: str) -> str:
    """Where what is to take a database's place is made ready."""
    return f"{pg_name}_new"


def _replaced(pg_name: str) -> str:
    return f"{pg_name}_old"


def _loader_of(pg_name: str) -> str:
    return f"{pg_name}_loader"


class Tenants:
    """`pooler` is None where there is none: then the direct endpoint is the pooled one, too."""

    def __init__(self, cluster: Cluster, pooler: Pooler | None) -> None:
        self.port = cluster.port
        self.pooler = pooler
        self._following = threading.Lock()
        self._cluster = cluster
        self._pool: ConnectionPool[Link] = ConnectionPool(
            kwargs={**cluster.conninfo(), "autocommit": True}, min_size=1, max_size=8, open=False
        )

    def open(self) -> None:
        self._pool.open(wait=True, timeout=30)
        # Tenants have no business in the databases that every PostgreSQL brings along.
        self._run("REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC")
        self._follow()

    def close(self) -> None:
        self._pool.close()

    def create_roles(self, pg_name: str) -> None:
        """The owner, and the role of the default connection, which nobody can log in with yet."""
        owner = owner_of(pg_name)
        with self._pool.connection() as link, link.transaction():
            _execute(link, "CREATE ROLE {} NOLOGIN", owner)
            _create_member(link, pg_name, owner)

    def create_database(self, name: str, *, of: str | None = None, template: str = "template0") -> None:
        """A database of `of`'s owner, or of its own, shut to everybody until its grants are right."""
        with self._pool.connection() as link:
            # wal_log: copying files instead can wait many seconds for a checkpoint.
            statement = "CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY wal_log ALLOW_CONNECTIONS false"
            _execute(link, statement, name, owner_of(of or name), template)
            with link.transaction():
                _execute(link, "REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC", name)
                _execute(link, "ALTER DATABASE {} ALLOW_CONNECTIONS true", name)

    def drop_database(self, name: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def is_busy(self, pg_name: str) -> bool:
        """Whether anybody has a session on it."""
        query = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend' LIMIT 1"
        with self._pool.connection() as link:
            return link.execute(query, [pg_name]).fetchone() is not None

    def end_idle_pooled(self, pg_name: str) -> None:
        """End the pooler's sessions that no transaction uses; it opens new ones when it needs them."""
        with self._pool.connection() as link:
            link.execute(END_IDLE_POOLED, [TERMINATE_MILLISECONDS, pg_name]).fetchall()

    def take_over(self, source: str, copy: str) -> bool:
        """Give all in a copy to the copy's owner; False where something in it still names the source's roles."""
        with self._inside(copy) as inside, inside.transaction():
            family = [owner_of(source), *_members(inside, owner_of(source))]
            for role in family:
                _execute(inside, "REASSIGN OWNED BY {} TO {}", role, owner_of(copy))
            # REASSIGN takes the source itself along, because databases are everybody's objects.
            _execute(inside, "ALTER DATABASE {} OWNER TO {}", source, owner_of(source))
            return inside.execute(NAMED_ROLES, [family]).fetchone() is None

    def copy_settings(self, source: str, target: str) -> None:
        """What ALTER DATABASE … SET says of one holds for the other, too."""
        with self._pool.connection() as link:
            _copy_settings(link, source, target)

    @contextmanager
    def loader(self, database: str, of: str) -> Iterator[tuple[str, str]]:
        """A role and its password to fill the database with, for as long as that takes."""
        role, password = _loader_of(of), secrets.token_urlsafe(24)
        self._run("DROP ROLE IF EXISTS {}", role)
        self._add_role(of, role, password, login=True)
        try:
            yield role, password
        finally:
            self.drop_role(database, role, of=of)

    def swap(self, pg_name: str) -> None:
        """In one step the database made ready takes the place, the name and the settings of the old one."""
        with self._pool.connection() as link, link.transaction():
            if _is_there(link, pg_name):
                _execute(link, "ALTER DATABASE {} RENAME TO {}", pg_name, _replaced(pg_name))
            _execute(link, "ALTER DATABASE {} RENAME TO {}", stage_of(pg_name), pg_name)
            _copy_settings(link, _replaced(pg_name), pg_name)

    def clear_stage(self, pg_name: str) -> None:
        """Drop what a restore has made ready and not used, or has replaced, and who has filled it."""
        for name in (stage_of(pg_name), _replaced(pg_name)):
            self.drop_database(name)
        self._run("DROP ROLE IF EXISTS {}", _loader_of(pg_name))

    def used(self, pg_name: str) -> tuple[int, int]:
        """The bytes that a database takes up, and the transactions that PostgreSQL has counted in it."""
        with self._pool.connection() as link:
            row = link.execute(USED, [pg_name]).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def sizes(self) -> dict[str, int]:
        """The bytes that each database takes, by its name in PostgreSQL."""
        with self._pool.connection() as link:
            return dict(link.execute("SELECT datname, pg_database_size(oid) FROM pg_database").fetchall())

    def hand_over(self, role: str, password: str, *, login: bool) -> None:
        """Give a role its first password; where `login` says no, it waits to be unlocked."""
        with self._pool.connection() as link:
            _set_password(link, role, password, login=login)
        self._follow()

    def add_role(self, pg_name: str, role: str, password: str, *, login: bool) -> None:
        self._add_role(pg_name, role, password, login=login)
        self._follow()

    def rotate(self, role: str, password: str) -> None:
        """A new password, and an end to the sessions that came in with the old one."""
        with self._pool.connection() as link:
            _set_password(link, role, password)
        self._follow()
        if self.pooler is not None:
            self.pooler.expel(role)
        with self._pool.connection() as link:
            _terminate(link, [role])

    def unlock(self, roles: Sequence[str]) -> None:
        with self._pool.connection() as link, link.transaction():
            for role in roles:
                _execute(link, "ALTER ROLE {} LOGIN", role)
        self._follow()

    def lock_out(self, roles: Sequence[str]) -> None:
        """Nobody comes in with these roles any more, and who is in goes out."""
        with self._pool.connection() as link:
            for role in _existing(link, roles):
                _execute(link, "ALTER ROLE {} NOLOGIN", role)
        self._follow()
        with self._pool.connection() as link:
            _terminate(link, roles)

    def drop(self, pg_name: str, roles: Sequence[str]) -> None:
        """Everything of one database, whatever of it there is."""
        self.drop_database(pg_name)
        self.clear_stage(pg_name)
        with self._pool.connection() as link:
            for role in [*roles, pg_name, owner_of(pg_name)]:
                _execute(link, "DROP ROLE IF EXISTS {}", role)

    def drop_role(self, pg_name: str, role: str, *, of: str | None = None) -> None:
        """One connection's role. What it made for itself goes to the owner, not away with it."""
        with self._pool.connection() as link:
            if not _existing(link, [role]):
                return
        with self._inside(pg_name) as inside, inside.transaction():
            _execute(inside, "REASSIGN OWNED BY {} TO {}", role, owner_of(of or pg_name))
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

    def _follow(self) -> None:
        """Let in at the pooler, too, whom PostgreSQL lets in by now, and nobody else."""
        if self.pooler is None:
            return
        # One after the other, or an older list could come last.
        with self._following, self._pool.connection() as link:
            self.pooler.admit([Login(*row) for row in link.execute(LOGINS).fetchall()])

    def _add_role(self, pg_name: str, role: str, password: str, *, login: bool) -> None:
        with self._pool.connection() as link, link.transaction():
            _create_member(link, role, owner_of(pg_name))
            _set_password(link, role, password, login=login)

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


def _create_member(link: Link, role: str, owner: str) -> None:
    _execute(link, "CREATE ROLE {} NOLOGIN IN ROLE {}", role, owner)
    _execute(link, "ALTER ROLE {} SET role = {}", role, owner)


def _set_password(link: Link, role: str, password: str, *, login: bool = False) -> None:
    """The verifier is made here, so that no statement, and no log of one, ever holds the password."""
    verifier = link.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = "ALTER ROLE {} LOGIN PASSWORD {}" if login else "ALTER ROLE {} PASSWORD {}"
    link.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(verifier)))


def _copy_settings(link: Link, source: str, target: str) -> None:
    link.execute(COPY_SETTINGS, [source, target])


def _members(link: Link, role: str) -> list[str]:
    query = """SELECT login.rolname FROM pg_auth_members JOIN pg_roles login ON member = login.oid
               JOIN pg_roles owner ON roleid = owner.oid WHERE owner.rolname = %s"""
    return [row[0] for row in link.execute(query, [role]).fetchall()]


def _is_there(link: Link, name: str) -> bool:
    return link.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _terminate(link: Link, roles: Sequence[str]) -> None:
    query = "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity WHERE usename = ANY(%s)"
    link.execute(query, [TERMINATE_MILLISECONDS, list(roles)]).fetchall()


def _existing(link: Link, roles: Sequence[str]) -> list[str]:
    rows = link.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(roles)]).fetchall()
    return [row[0] for row in rows]
