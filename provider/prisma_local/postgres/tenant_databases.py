"""The tenants' databases: created, replaced, dropped, measured."""

from __future__ import annotations

from prisma_local.postgres.admin_sessions import AdminSessions, Session, column, execute, exists
from prisma_local.postgres.names import CONNECTION_LIMIT, owner_of, replaced_of, staging_of

TERMINATE_MILLISECONDS = 5000

# With its shadow databases, which have the same owner.
USAGE = """
SELECT coalesce(sum(pg_database_size(pg_database.oid)), 0)::bigint,
  coalesce(sum(pg_stat_get_db_xact_commit(pg_database.oid) + pg_stat_get_db_xact_rollback(pg_database.oid)), 0)::bigint
FROM pg_database JOIN pg_roles ON datdba = pg_roles.oid WHERE rolname = %s
"""
SIZES = """
SELECT left(rolname, -length('_owner')), sum(pg_database_size(pg_database.oid))::bigint
FROM pg_database JOIN pg_roles ON datdba = pg_roles.oid WHERE rolname ~ '_owner$' GROUP BY 1
"""
TERMINATE_IDLE = """
SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity
WHERE datname = %s AND backend_type = 'client backend' AND state = 'idle' AND usename <> current_user
"""
# A session holds locks on its database until its transaction ends; DROP DATABASE waits for them, even with FORCE.
TERMINATE_ALL = """
SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend'
"""
# No statement copies settings, and to put a list into ALTER DATABASE … SET each setting needs its own quoting.
COPY_SETTINGS = """
INSERT INTO pg_db_role_setting (setdatabase, setrole, setconfig)
SELECT target.oid, setrole, setconfig FROM pg_db_role_setting
JOIN pg_database source ON setdatabase = source.oid AND source.datname = %s
JOIN pg_database target ON target.datname = %s WHERE setrole = 0
"""
# PostgreSQL sets datconnlimit to -2 when a drop was interrupted: nothing but another drop is possible then.
WITHOUT_LIMIT = """
SELECT datname FROM pg_database WHERE datname <> ALL(%s) AND (datconnlimit = -1 OR datconnlimit > %s)
"""
SYSTEM_DATABASES = ["postgres", "template0", "template1"]


class Databases:
    def __init__(self, admin: AdminSessions) -> None:
        self._admin = admin
        self._session = admin.session

    def create(self, name: str, *, of: str | None = None, template: str = "template0") -> None:
        """A database of the owner of `of`, or of its own owner. It takes no connections until PUBLIC has no rights."""
        with self._session() as session:
            # STRATEGY file_copy can wait many seconds for a checkpoint.
            statement = "CREATE DATABASE {} OWNER {} TEMPLATE {} STRATEGY wal_log ALLOW_CONNECTIONS false"
            execute(session, f"{statement} CONNECTION LIMIT {CONNECTION_LIMIT}", name, owner_of(of or name), template)
            with session.transaction():
                execute(session, "REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC", name)
                execute(session, "ALTER DATABASE {} ALLOW_CONNECTIONS true", name)

    def drop(self, name: str) -> None:
        """Even if it is a template by now, and whoever is connected."""
        with self._session() as session:
            session.execute(TERMINATE_ALL, [TERMINATE_MILLISECONDS, name]).fetchall()
            if exists(session, "SELECT 1 FROM pg_database WHERE datname = %s AND datistemplate", name):
                execute(session, "ALTER DATABASE {} IS_TEMPLATE false", name)
            execute(session, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def has_sessions(self, name: str) -> bool:
        query = "SELECT 1 FROM pg_stat_activity WHERE datname = %s AND backend_type = 'client backend' LIMIT 1"
        with self._session() as session:
            return exists(session, query, name)

    def terminate_idle(self, name: str) -> None:
        """Its sessions outside a transaction."""
        with self._session() as session:
            session.execute(TERMINATE_IDLE, [TERMINATE_MILLISECONDS, name]).fetchall()

    def copy_settings(self, source: str, target: str) -> None:
        """What ALTER DATABASE … SET says of one holds for the other, too."""
        with self._session() as session:
            _copy_settings(session, source, target)

    def swap(self, pg_name: str) -> None:
        """In one transaction the staging database takes the place, name and settings of the old one."""
        with self._session() as session, session.transaction():
            if exists(session, "SELECT 1 FROM pg_database WHERE datname = %s", pg_name):
                execute(session, "ALTER DATABASE {} RENAME TO {}", pg_name, replaced_of(pg_name))
            execute(session, "ALTER DATABASE {} RENAME TO {}", staging_of(pg_name), pg_name)
            _copy_settings(session, replaced_of(pg_name), pg_name)

    def usage(self, name: str) -> tuple[int, int]:
        """The size in bytes, and the transactions that PostgreSQL has counted."""
        with self._session() as session:
            row = session.execute(USAGE, [owner_of(name)]).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def sizes(self) -> dict[str, int]:
        """The size of each database in bytes."""
        with self._session() as session:
            return dict(session.execute(SIZES).fetchall())

    def names(self) -> list[str]:
        """All but PostgreSQL's own."""
        query = "SELECT datname FROM pg_database WHERE datname <> ALL(%s) ORDER BY 1"
        with self._session() as session:
            return column(session, query, SYSTEM_DATABASES)

    def limit_connections(self) -> None:
        """Earlier versions set no limit, and tenants can lift that of their database."""
        with self._session() as session:
            for name in column(session, WITHOUT_LIMIT, SYSTEM_DATABASES, CONNECTION_LIMIT):
                execute(session, f"ALTER DATABASE {{}} CONNECTION LIMIT {CONNECTION_LIMIT}", name)


def _copy_settings(session: Session, source: str, target: str) -> None:
    session.execute(COPY_SETTINGS, [source, target])
