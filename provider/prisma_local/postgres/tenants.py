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
from typing import LiteralString

from psycopg import sql

from prisma_local.postgres.admin_sessions import AdminSessions, Session, execute
from prisma_local.postgres.cluster import Cluster
from prisma_local.postgres.pooler import Pooler
from prisma_local.postgres.pooler_files import Login

TERMINATE_MILLISECONDS = 5000
# Sessions of one database, and of one login: a database is its tenant's, who can lift its limit, but no role's.
# PostgreSQL takes 200 of all tenants together.
CONNECTION_LIMIT = 50

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
# A session holds locks on its database until its transaction ends; DROP DATABASE waits for them, even with FORCE.
END_ALL_IN = """
SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'
"""
# No statement copies them, and putting a list into ALTER DATABASE … SET again needs each setting's own quoting.
COPY_SETTINGS = """
INSERT INTO pg_db_role_setting (setdatabase, setrole, setconfig)
SELECT target.oid, setrole, setconfig FROM pg_db_role_setting
JOIN pg_database source ON setdatabase = source.oid AND source.datname = %s
JOIN pg_database target ON target.datname = %s WHERE setrole = 0
"""
# The databases in which something belongs to a role, or is granted to it; its own, or one whose tenant names it.
NAMING = """
SELECT DISTINCT datname FROM pg_shdepend JOIN pg_database db ON db.oid = dbid
WHERE refclassid = 'pg_authid'::regclass AND refobjid = (SELECT oid FROM pg_roles WHERE rolname = %s) ORDER BY 1
"""
# -2 is a database whose drop was cut off: nothing but a drop can be done to it.
UNLIMITED_DATABASES = """
SELECT datname FROM pg_database WHERE datname <> ALL(%(own)s) AND (datconnlimit = -1 OR datconnlimit > %(largest)s)
"""
UNLIMITED_ROLES = """
SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND NOT rolsuper AND rolconnlimit <> %(largest)s
"""
# Databases that every PostgreSQL brings along.
OWN = ["postgres", "template0", "template1"]


def owner_of(pg_name: str) -> str:
    return f"{pg_name}_owner"


def staging_name(pg_name: str) -> str:
    """Where what is to take a database's place is made ready."""
    return f"{pg_name}_new"


def _replaced_name(pg_name: str) -> str:
    return f"{pg_name}_old"


def _loader_name(pg_name: str) -> str:
    return f"{pg_name}_loader"


class Tenants:
    """`pooler` is None where there is none: then the direct endpoint is the pooled one, too."""

    def __init__(self, cluster: Cluster, pooler: Pooler | None) -> None:
        self.port = cluster.port
        self.pooler = pooler
        self._updating = threading.Lock()
        self._admin = AdminSessions(cluster)
        self._session = self._admin.session
        self._inside = self._admin.inside
        self.connectable = self._admin.connectable

    def open(self) -> None:
        self._admin.open()
        # Tenants have no business in the databases that every PostgreSQL brings along.
        self._run("REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC")
        self._update_pooler()

    def close(self) -> None:
        self._admin.close()

    def create_roles(self, pg_name: str) -> None:
        """The owner, and the role of the default connection, which nobody can log in with yet."""
        owner = owner_of(pg_name)
        with self._session() as session, session.transaction():
            execute(session, "CREATE ROLE {} NOLOGIN", owner)
            _create_member(session, pg_name, owner)

    def create_database(self, name: str, *, of: str | None = None, template: str = "template0") -> None:
        """A database of `of`'s owner, or of its own, shut to everybody until its grants are right."""
        with self._session() as session:
            # wal_log: copying files instead can wait many seconds for a checkpoint.
            statement = "CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY wal_log ALLOW_CONNECTIONS false"
            execute(session, f"{statement} CONNECTION LIMIT {CONNECTION_LIMIT}", name, owner_of(of or name), template)
            with session.transaction():
                execute(session, "REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC", name)
                execute(session, "ALTER DATABASE {} ALLOW_CONNECTIONS true", name)

    def drop_database(self, name: str) -> None:
        """Whatever its tenant has made of it, and whoever is in it."""
        with self._session() as session:
            session.execute(END_ALL_IN, [TERMINATE_MILLISECONDS, name]).fetchall()
            if session.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [name]).fetchone():
                execute(session, "ALTER DATABASE {} IS_TEMPLATE false", name)
            execute(session, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def is_busy(self, pg_name: str) -> bool:
        """Whether anybody has a session on it."""
        query = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend' LIMIT 1"
        with self._session() as session:
            return session.execute(query, [pg_name]).fetchone() is not None

    def end_idle_pooled(self, pg_name: str) -> None:
        """End the pooler's sessions that no transaction uses; it opens new ones when it needs them."""
        with self._session() as session:
            session.execute(END_IDLE_POOLED, [TERMINATE_MILLISECONDS, pg_name]).fetchall()

    def reassign(self, source: str, copy: str) -> bool:
        """Give all in a copy to the copy's owner; False where something in it still names the source's roles."""
        with self._inside(copy) as inside, inside.transaction():
            family = [owner_of(source), *_members(inside, owner_of(source))]
            for role in family:
                execute(inside, "REASSIGN OWNED BY {} TO {}", role, owner_of(copy))
            # REASSIGN takes the source itself along, because databases are everybody's objects.
            execute(inside, "ALTER DATABASE {} OWNER TO {}", source, owner_of(source))
            return inside.execute(NAMED_ROLES, [family]).fetchone() is None

    def copy_settings(self, source: str, target: str) -> None:
        """What ALTER DATABASE … SET says of one holds for the other, too."""
        with self._session() as session:
            _copy_settings(session, source, target)

    @contextmanager
    def loader(self, of: str) -> Iterator[tuple[str, str]]:
        """A role and its password to fill a database of that owner with, for as long as that takes."""
        role, password = _loader_name(of), secrets.token_urlsafe(24)
        self._run("DROP ROLE IF EXISTS {}", role)
        self._add_role(of, role, password, login=True)
        try:
            yield role, password
        finally:
            self.drop_role(role)

    def swap(self, pg_name: str) -> None:
        """In one step the database made ready takes the place, the name and the settings of the old one."""
        with self._session() as session, session.transaction():
            if _is_there(session, pg_name):
                execute(session, "ALTER DATABASE {} RENAME TO {}", pg_name, _replaced_name(pg_name))
            execute(session, "ALTER DATABASE {} RENAME TO {}", staging_name(pg_name), pg_name)
            _copy_settings(session, _replaced_name(pg_name), pg_name)

    def drop_staging(self, pg_name: str) -> None:
        """Drop what a restore has made ready and not used, or has replaced, and who has filled it."""
        for name in (staging_name(pg_name), _replaced_name(pg_name)):
            self.drop_database(name)
        self._run("DROP ROLE IF EXISTS {}", _loader_name(pg_name))

    def used(self, pg_name: str) -> tuple[int, int]:
        """The bytes that a database takes up, and the transactions that PostgreSQL has counted in it."""
        with self._session() as session:
            row = session.execute(USED, [pg_name]).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def sizes(self) -> dict[str, int]:
        """The bytes that each database takes, by its name in PostgreSQL."""
        with self._session() as session:
            return dict(session.execute("SELECT datname, pg_database_size(oid) FROM pg_database").fetchall())

    def set_first_password(self, role: str, password: str, *, login: bool) -> None:
        """Give a role its first password; where `login` says no, it waits to be unlocked."""
        with self._session() as session:
            _set_password(session, role, password, login=login)
        self._update_pooler()

    def add_role(self, pg_name: str, role: str, password: str, *, login: bool) -> None:
        self._add_role(pg_name, role, password, login=login)
        self._update_pooler()

    def rotate(self, role: str, password: str) -> None:
        """A new password, and an end to the sessions that came in with the old one."""
        with self._session() as session:
            # Before, too: one that is changing its own password would make us wait for its end.
            _terminate(session, [role])
            _set_password(session, role, password)
        self._update_pooler()
        if self.pooler is not None:
            self.pooler.disconnect(role)
        with self._session() as session:
            _terminate(session, [role])

    def unlock(self, roles: Sequence[str]) -> None:
        with self._session() as session, session.transaction():
            for role in roles:
                execute(session, "ALTER ROLE {} LOGIN", role)
        self._update_pooler()

    def lock_out(self, roles: Sequence[str]) -> None:
        """Nobody comes in with these roles any more, and who is in goes out."""
        with self._session() as session:
            _terminate(session, roles)  # before, too, as in `rotate`
            admitted = _admitted(session, roles)
            for role in admitted:
                execute(session, "ALTER ROLE {} NOLOGIN", role)
        if admitted:
            self._update_pooler()
            with self._session() as session:
                _terminate(session, roles)

    def drop(self, pg_name: str, roles: Sequence[str]) -> None:
        """Everything of one database, whatever of it there is."""
        with self._session() as session:
            members = _members(session, owner_of(pg_name))
        family = list(dict.fromkeys([*roles, *members, pg_name, owner_of(pg_name)]))
        self.lock_out(family)
        self.drop_database(pg_name)
        self.drop_staging(pg_name)
        for role in family:
            self.drop_role(role)

    def drop_role(self, role: str) -> None:
        """What the role made for itself goes to the owner of the database it is in, not away with it."""
        with self._session() as session:
            if not _existing(session, [role]):
                return
            naming = [row[0] for row in session.execute(NAMING, [role]).fetchall()]
        for database in naming:
            with self._inside(database) as inside, inside.transaction():
                execute(inside, "REASSIGN OWNED BY {} TO {}", role, _owner(inside))
                execute(inside, "DROP OWNED BY {}", role)
        with self._session() as session, session.transaction():
            execute(session, "DROP OWNED BY {}", role)  # what is granted to it on whole databases
            execute(session, "DROP ROLE {}", role)

    def limit_connections(self) -> None:
        """Databases and roles of earlier versions had no limit, and tenants can lift that of a database."""
        values = {"own": OWN, "largest": CONNECTION_LIMIT}
        with self._session() as session:
            for row in session.execute(UNLIMITED_DATABASES, values).fetchall():
                execute(session, f"ALTER DATABASE {{}} CONNECTION LIMIT {CONNECTION_LIMIT}", row[0])
            for row in session.execute(UNLIMITED_ROLES, values).fetchall():
                execute(session, f"ALTER ROLE {{}} CONNECTION LIMIT {CONNECTION_LIMIT}", row[0])

    def databases(self) -> list[str]:
        """The names of all databases but PostgreSQL's own."""
        return self._names("SELECT datname FROM pg_database WHERE datname <> ALL(%s) ORDER BY 1", OWN)

    def roles(self) -> list[str]:
        """The names of all roles but PostgreSQL's own and ours."""
        return self._names("SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND NOT rolsuper ORDER BY 1")

    def _update_pooler(self) -> None:
        """Let in at the pooler, too, whom PostgreSQL lets in by now, and nobody else."""
        if self.pooler is None:
            return
        # One after the other, or an older list could come last.
        with self._updating, self._session() as session:
            self.pooler.allow([Login(*row) for row in session.execute(LOGINS).fetchall()])

    def _add_role(self, pg_name: str, role: str, password: str, *, login: bool) -> None:
        with self._session() as session, session.transaction():
            _create_member(session, role, owner_of(pg_name))
            _set_password(session, role, password, login=login)

    def _names(self, query: LiteralString, *values: object) -> list[str]:
        with self._session() as session:
            return [row[0] for row in session.execute(query, values).fetchall()]

    def _run(self, statement: str, *names: str) -> None:
        with self._session() as session:
            execute(session, statement, *names)


def _create_member(session: Session, role: str, owner: str) -> None:
    execute(session, f"CREATE ROLE {{}} NOLOGIN CONNECTION LIMIT {CONNECTION_LIMIT} IN ROLE {{}}", role, owner)
    execute(session, "ALTER ROLE {} SET role = {}", role, owner)


def _set_password(session: Session, role: str, password: str, *, login: bool = False) -> None:
    """The verifier is made here, so that no statement, and no log of one, ever holds the password."""
    verifier = session.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = "ALTER ROLE {} LOGIN PASSWORD {}" if login else "ALTER ROLE {} PASSWORD {}"
    session.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(verifier)))


def _copy_settings(session: Session, source: str, target: str) -> None:
    session.execute(COPY_SETTINGS, [source, target])


def _members(session: Session, role: str) -> list[str]:
    query = """SELECT login.rolname FROM pg_auth_members JOIN pg_roles login ON member = login.oid
               JOIN pg_roles owner ON roleid = owner.oid WHERE owner.rolname = %s"""
    return [row[0] for row in session.execute(query, [role]).fetchall()]


def _is_there(session: Session, name: str) -> bool:
    return session.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is not None


def _terminate(session: Session, roles: Sequence[str]) -> None:
    query = "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity WHERE usename = ANY(%s)"
    session.execute(query, [TERMINATE_MILLISECONDS, list(roles)]).fetchall()


def _owner(session: Session) -> str:
    """Whose the database is that the session is in."""
    row = session.execute(
        "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"
    ).fetchone()
    return str(row[0]) if row else ""


def _admitted(session: Session, roles: Sequence[str]) -> list[str]:
    rows = session.execute("SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname = ANY(%s)", [list(roles)])
    return [row[0] for row in rows.fetchall()]


def _existing(session: Session, roles: Sequence[str]) -> list[str]:
    rows = session.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(roles)]).fetchall()
    return [row[0] for row in rows]
