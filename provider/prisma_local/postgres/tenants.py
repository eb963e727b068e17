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

from prisma_local.postgres.administration import Administration, Link, execute
from prisma_local.postgres.cluster import Cluster
from prisma_local.postgres.pooler import Pooler
from prisma_local.postgres.pooler_files import Login

TERMINATE_MILLISECONDS = 5000
# Sessions of one database, and of one login: a database is its tenant's, who can lift its limit, but no role's.
# PostgreSQL takes 200 of all tenants together.
LARGEST_CROWD = 50

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
CROWDED = """
SELECT datname FROM pg_database WHERE datname <> ALL(%(own)s) AND (datconnlimit = -1 OR datconnlimit > %(largest)s)
"""
CROWDED_ROLES = """
SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND NOT rolsuper AND rolconnlimit <> %(largest)s
"""
# Databases that every PostgreSQL brings along.
OWN = ["postgres", "template0", "template1"]


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
        self._administration = Administration(cluster)
        self._session = self._administration.session
        self._inside = self._administration.inside
        self.let_in = self._administration.let_in

    def open(self) -> None:
        self._administration.open()
        # Tenants have no business in the databases that every PostgreSQL brings along.
        self._run("REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC")
        self._follow()

    def close(self) -> None:
        self._administration.close()

    def create_roles(self, pg_name: str) -> None:
        """The owner, and the role of the default connection, which nobody can log in with yet."""
        owner = owner_of(pg_name)
        with self._session() as link, link.transaction():
            execute(link, "CREATE ROLE {} NOLOGIN", owner)
            _create_member(link, pg_name, owner)

    def create_database(self, name: str, *, of: str | None = None, template: str = "template0") -> None:
        """A database of `of`'s owner, or of its own, shut to everybody until its grants are right."""
        with self._session() as link:
            # wal_log: copying files instead can wait many seconds for a checkpoint.
            statement = "CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY wal_log ALLOW_CONNECTIONS false"
            execute(link, f"{statement} CONNECTION LIMIT {LARGEST_CROWD}", name, owner_of(of or name), template)
            with link.transaction():
                execute(link, "REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC", name)
                execute(link, "ALTER DATABASE {} ALLOW_CONNECTIONS true", name)

    def drop_database(self, name: str) -> None:
        """Whatever its tenant has made of it, and whoever is in it."""
        with self._session() as link:
            link.execute(END_ALL_IN, [TERMINATE_MILLISECONDS, name]).fetchall()
            if link.execute("SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", [name]).fetchone():
                execute(link, "ALTER DATABASE {} IS_TEMPLATE false", name)
            execute(link, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def is_busy(self, pg_name: str) -> bool:
        """Whether anybody has a session on it."""
        query = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend' LIMIT 1"
        with self._session() as link:
            return link.execute(query, [pg_name]).fetchone() is not None

    def end_idle_pooled(self, pg_name: str) -> None:
        """End the pooler's sessions that no transaction uses; it opens new ones when it needs them."""
        with self._session() as link:
            link.execute(END_IDLE_POOLED, [TERMINATE_MILLISECONDS, pg_name]).fetchall()

    def take_over(self, source: str, copy: str) -> bool:
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
        with self._session() as link:
            _copy_settings(link, source, target)

    @contextmanager
    def loader(self, of: str) -> Iterator[tuple[str, str]]:
        """A role and its password to fill a database of that owner with, for as long as that takes."""
        role, password = _loader_of(of), secrets.token_urlsafe(24)
        self._run("DROP ROLE IF EXISTS {}", role)
        self._add_role(of, role, password, login=True)
        try:
            yield role, password
        finally:
            self.drop_role(role)

    def swap(self, pg_name: str) -> None:
        """In one step the database made ready takes the place, the name and the settings of the old one."""
        with self._session() as link, link.transaction():
            if _is_there(link, pg_name):
                execute(link, "ALTER DATABASE {} RENAME TO {}", pg_name, _replaced(pg_name))
            execute(link, "ALTER DATABASE {} RENAME TO {}", stage_of(pg_name), pg_name)
            _copy_settings(link, _replaced(pg_name), pg_name)

    def clear_stage(self, pg_name: str) -> None:
        """Drop what a restore has made ready and not used, or has replaced, and who has filled it."""
        for name in (stage_of(pg_name), _replaced(pg_name)):
            self.drop_database(name)
        self._run("DROP ROLE IF EXISTS {}", _loader_of(pg_name))

    def used(self, pg_name: str) -> tuple[int, int]:
        """The bytes that a database takes up, and the transactions that PostgreSQL has counted in it."""
        with self._session() as link:
            row = link.execute(USED, [pg_name]).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def sizes(self) -> dict[str, int]:
        """The bytes that each database takes, by its name in PostgreSQL."""
        with self._session() as link:
            return dict(link.execute("SELECT datname, pg_database_size(oid) FROM pg_database").fetchall())

    def hand_over(self, role: str, password: str, *, login: bool) -> None:
        """Give a role its first password; where `login` says no, it waits to be unlocked."""
        with self._session() as link:
            _set_password(link, role, password, login=login)
        self._follow()

    def add_role(self, pg_name: str, role: str, password: str, *, login: bool) -> None:
        self._add_role(pg_name, role, password, login=login)
        self._follow()

    def rotate(self, role: str, password: str) -> None:
        """A new password, and an end to the sessions that came in with the old one."""
        with self._session() as link:
            # Before, too: one that is changing its own password would make us wait for its end.
            _terminate(link, [role])
            _set_password(link, role, password)
        self._follow()
        if self.pooler is not None:
            self.pooler.expel(role)
        with self._session() as link:
            _terminate(link, [role])

    def unlock(self, roles: Sequence[str]) -> None:
        with self._session() as link, link.transaction():
            for role in roles:
                execute(link, "ALTER ROLE {} LOGIN", role)
        self._follow()

    def lock_out(self, roles: Sequence[str]) -> None:
        """Nobody comes in with these roles any more, and who is in goes out."""
        with self._session() as link:
            _terminate(link, roles)  # before, too, as in `rotate`
            admitted = _admitted(link, roles)
            for role in admitted:
                execute(link, "ALTER ROLE {} NOLOGIN", role)
        if admitted:
            self._follow()
            with self._session() as link:
                _terminate(link, roles)

    def drop(self, pg_name: str, roles: Sequence[str]) -> None:
        """Everything of one database, whatever of it there is."""
        with self._session() as link:
            members = _members(link, owner_of(pg_name))
        family = list(dict.fromkeys([*roles, *members, pg_name, owner_of(pg_name)]))
        self.lock_out(family)
        self.drop_database(pg_name)
        self.clear_stage(pg_name)
        for role in family:
            self.drop_role(role)

    def drop_role(self, role: str) -> None:
        """What the role made for itself goes to the owner of the database it is in, not away with it."""
        with self._session() as link:
            if not _existing(link, [role]):
                return
            naming = [row[0] for row in link.execute(NAMING, [role]).fetchall()]
        for database in naming:
            with self._inside(database) as inside, inside.transaction():
                execute(inside, "REASSIGN OWNED BY {} TO {}", role, _owner(inside))
                execute(inside, "DROP OWNED BY {}", role)
        with self._session() as link, link.transaction():
            execute(link, "DROP OWNED BY {}", role)  # what is granted to it on whole databases
            execute(link, "DROP ROLE {}", role)

    def limit_crowds(self) -> None:
        """Databases and roles of earlier versions had no limit, and tenants can lift that of a database."""
        values = {"own": OWN, "largest": LARGEST_CROWD}
        with self._session() as link:
            for row in link.execute(CROWDED, values).fetchall():
                execute(link, f"ALTER DATABASE {{}} CONNECTION LIMIT {LARGEST_CROWD}", row[0])
            for row in link.execute(CROWDED_ROLES, values).fetchall():
                execute(link, f"ALTER ROLE {{}} CONNECTION LIMIT {LARGEST_CROWD}", row[0])

    def databases(self) -> list[str]:
        """The names of all databases but PostgreSQL's own."""
        return self._names("SELECT datname FROM pg_database WHERE datname <> ALL(%s) ORDER BY 1", OWN)

    def roles(self) -> list[str]:
        """The names of all roles but PostgreSQL's own and ours."""
        return self._names("SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND NOT rolsuper ORDER BY 1")

    def _follow(self) -> None:
        """Let in at the pooler, too, whom PostgreSQL lets in by now, and nobody else."""
        if self.pooler is None:
            return
        # One after the other, or an older list could come last.
        with self._following, self._session() as link:
            self.pooler.admit([Login(*row) for row in link.execute(LOGINS).fetchall()])

    def _add_role(self, pg_name: str, role: str, password: str, *, login: bool) -> None:
        with self._session() as link, link.transaction():
            _create_member(link, role, owner_of(pg_name))
            _set_password(link, role, password, login=login)

    def _names(self, query: LiteralString, *values: object) -> list[str]:
        with self._session() as link:
            return [row[0] for row in link.execute(query, values).fetchall()]

    def _run(self, statement: str, *names: str) -> None:
        with self._session() as link:
            execute(link, statement, *names)


def _create_member(link: Link, role: str, owner: str) -> None:
    execute(link, f"CREATE ROLE {{}} NOLOGIN CONNECTION LIMIT {LARGEST_CROWD} IN ROLE {{}}", role, owner)
    execute(link, "ALTER ROLE {} SET role = {}", role, owner)


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


def _owner(link: Link) -> str:
    """Whose the database is that the session is in."""
    row = link.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()").fetchone()
    return str(row[0]) if row else ""


def _admitted(link: Link, roles: Sequence[str]) -> list[str]:
    rows = link.execute("SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname = ANY(%s)", [list(roles)])
    return [row[0] for row in rows.fetchall()]


def _existing(link: Link, roles: Sequence[str]) -> list[str]:
    rows = link.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(roles)]).fetchall()
    return [row[0] for row in rows]
