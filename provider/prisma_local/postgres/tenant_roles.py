"""The tenants' roles. Every login role is a member of its database's owner and becomes the owner when it logs in,
so that what one connection creates the others can change."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from psycopg import sql

from prisma_local.postgres.admin_sessions import AdminSessions, Session, column, execute, exists
from prisma_local.postgres.names import CONNECTION_LIMIT, loader_of, owner_of
from prisma_local.postgres.pooler import Pooler
from prisma_local.postgres.pooler_files import Login
from prisma_local.postgres.shadow_databases import take_back
from prisma_local.postgres.tenant_databases import TERMINATE_MILLISECONDS

# Whether an object of this database depends on one of the roles.
DEPENDENT = """
SELECT 1 FROM pg_shdepend JOIN pg_roles ON refclassid = 'pg_authid'::regclass AND refobjid = pg_roles.oid
WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND rolname = ANY(%s) LIMIT 1
"""
# The databases in which something belongs to a role, or is granted to it: its own, or one whose tenant names it.
DEPENDENT_DATABASES = """
SELECT DISTINCT datname FROM pg_shdepend JOIN pg_database db ON db.oid = dbid
WHERE refclassid = 'pg_authid'::regclass AND refobjid = (SELECT oid FROM pg_roles WHERE rolname = %s) ORDER BY 1
"""
# Login roles and their databases; a loader connects to PostgreSQL itself, not through the pooler.
LOGINS = r"""
SELECT login.rolname, left(owner.rolname, -length('_owner')), login.rolpassword
FROM pg_auth_members JOIN pg_authid login ON member = login.oid JOIN pg_authid owner ON roleid = owner.oid
WHERE login.rolcanlogin AND owner.rolname LIKE '%\_owner' AND login.rolname NOT LIKE '%\_loader' ORDER BY 1
"""
MEMBERS = """
SELECT login.rolname FROM pg_auth_members JOIN pg_roles login ON member = login.oid
JOIN pg_roles owner ON roleid = owner.oid WHERE owner.rolname = %s
"""
WITHOUT_LIMIT = """
SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND NOT rolsuper AND rolconnlimit <> %s
"""
OWNED = "SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) = ANY(%s)"
OWNER = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = current_database()"


class Roles:
    """Tells the pooler of each change, where there is one."""

    def __init__(self, admin: AdminSessions, pooler: Pooler | None) -> None:
        self._admin = admin
        self._session = admin.session
        self._pooler = pooler
        self._updating_pooler = threading.Lock()

    def create(self, pg_name: str) -> None:
        """The owner, and the role of the default connection, which has no password yet."""
        owner = owner_of(pg_name)
        with self._session() as session, session.transaction():
            execute(session, "CREATE ROLE {} NOLOGIN CREATEDB", owner)
            _create_member(session, pg_name, owner)

    def add(self, pg_name: str, role: str, password: str, *, login: bool) -> None:
        """One more login role; without `login` it has to be unlocked first."""
        self._add(pg_name, role, password, login=login)
        self.update_pooler()

    def set_first_password(self, role: str, password: str, *, login: bool) -> None:
        with self._session() as session:
            _set_password(session, role, password, login=login)
        self.update_pooler()

    def rotate(self, role: str, password: str) -> None:
        """A new password, and an end to the sessions that logged in with the old one."""
        with self._session() as session:
            # Before, too: a session that is changing its own password would make us wait for its end.
            _terminate(session, [role])
            _set_password(session, role, password)
        self.update_pooler()
        if self._pooler is not None:
            self._pooler.disconnect(role)
        with self._session() as session:
            _terminate(session, [role])

    def unlock(self, roles: Sequence[str]) -> None:
        with self._session() as session, session.transaction():
            for role in roles:
                execute(session, "ALTER ROLE {} LOGIN", role)
        self.update_pooler()

    def lock_out(self, roles: Sequence[str]) -> None:
        """These roles cannot log in any more, and their sessions end."""
        query = "SELECT rolname FROM pg_roles WHERE rolcanlogin AND rolname = ANY(%s)"
        with self._session() as session:
            _terminate(session, roles)  # before, too, as in `rotate`
            unlocked = column(session, query, list(roles))
            for role in unlocked:
                execute(session, "ALTER ROLE {} NOLOGIN", role)
        if unlocked:
            self.update_pooler()
            with self._session() as session:
                _terminate(session, roles)

    def drop(self, role: str) -> None:
        """What the role owns goes to the owner of the database it is in, and is not dropped with it."""
        with self._session() as session:
            if not exists(session, "SELECT 1 FROM pg_roles WHERE rolname = %s", role):
                return
            take_back(session)
            databases = column(session, DEPENDENT_DATABASES, role)
        for database in databases:
            with self._admin.inside(database) as inside:
                execute(inside, "REASSIGN OWNED BY {} TO {}", role, *column(inside, OWNER))
                execute(inside, "DROP OWNED BY {}", role)
        with self._session() as session, session.transaction():
            execute(session, "DROP OWNED BY {}", role)  # what is granted to it on whole databases
            execute(session, "DROP ROLE {}", role)

    @contextmanager
    def loader(self, of: str) -> Iterator[tuple[str, str]]:
        """A role and its password to fill a database of that owner with, for as long as that takes."""
        role, password = loader_of(of), new_password()
        self.drop_loader(of)
        self._add(of, role, password, login=True)
        try:
            yield role, password
        finally:
            self.drop(role)

    def drop_loader(self, of: str) -> None:
        self._admin.run("DROP ROLE IF EXISTS {}", loader_of(of))

    def reassign(self, source: str, copy: str) -> bool:
        """Give all in a copy to the copy's owner; False where something in it still depends on the source's roles."""
        with self._admin.inside(copy) as inside:
            roles = [owner_of(source), *column(inside, MEMBERS, owner_of(source))]
            databases = column(inside, OWNED, roles)
            for role in roles:
                execute(inside, "REASSIGN OWNED BY {} TO {}", role, owner_of(copy))
            # REASSIGN OWNED includes databases, as they are shared objects: the source's must go back.
            for database in databases:
                execute(inside, "ALTER DATABASE {} OWNER TO {}", database, owner_of(source))
            return not exists(inside, DEPENDENT, roles)

    def of(self, pg_name: str) -> list[str]:
        """All roles of a database, the owner last."""
        with self._session() as session:
            members = column(session, MEMBERS, owner_of(pg_name))
        return [*members, pg_name, owner_of(pg_name)]

    def names(self) -> list[str]:
        """All but PostgreSQL's own and ours."""
        with self._session() as session:
            return column(session, "SELECT rolname FROM pg_roles WHERE rolname !~ '^pg_' AND NOT rolsuper ORDER BY 1")

    def limit_connections(self) -> None:
        """Earlier versions set no limit."""
        with self._session() as session:
            for role in column(session, WITHOUT_LIMIT, CONNECTION_LIMIT):
                execute(session, f"ALTER ROLE {{}} CONNECTION LIMIT {CONNECTION_LIMIT}", role)

    def update_pooler(self) -> None:
        """The pooler allows the roles that PostgreSQL allows now."""
        if self._pooler is None:
            return
        # One after the other: otherwise an older list could be written last.
        with self._updating_pooler, self._session() as session:
            self._pooler.allow([Login(*row) for row in session.execute(LOGINS).fetchall()])

    def _add(self, pg_name: str, role: str, password: str, *, login: bool) -> None:
        with self._session() as session, session.transaction():
            _create_member(session, role, owner_of(pg_name))
            _set_password(session, role, password, login=login)


def new_password() -> str:
    return secrets.token_urlsafe(24)


def _create_member(session: Session, role: str, owner: str) -> None:
    execute(session, f"CREATE ROLE {{}} NOLOGIN CONNECTION LIMIT {CONNECTION_LIMIT} IN ROLE {{}}", role, owner)
    execute(session, "ALTER ROLE {} SET role = {}", role, owner)


def _set_password(session: Session, role: str, password: str, *, login: bool = False) -> None:
    """The SCRAM verifier is made here, so that no statement, and no log of one, ever holds the password."""
    verifier = session.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
    statement = "ALTER ROLE {} LOGIN PASSWORD {}" if login else "ALTER ROLE {} PASSWORD {}"
    session.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(verifier)))


def _terminate(session: Session, roles: Sequence[str]) -> None:
    query = "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity WHERE usename = ANY(%s)"
    session.execute(query, [TERMINATE_MILLISECONDS, list(roles)]).fetchall()
