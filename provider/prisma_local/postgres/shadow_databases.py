"""Databases that tenants make themselves: `prisma migrate dev` makes a shadow database, and drops it again.

They belong to the owner of the tenant's database, are dropped with it and count as its size and sessions. PostgreSQL
lets everybody connect to a new database, and has no limit for their number. So the proxy asks `admit` before anybody
is in one, and `check` is called again and again.
"""

from __future__ import annotations

import logging
from contextlib import suppress
from itertools import groupby
from operator import itemgetter

import psycopg

from prisma_local.errors import SessionRefused
from prisma_local.postgres.admin_sessions import AdminSessions, Session, column, execute, exists
from prisma_local.postgres.names import CONNECTION_LIMIT, SHADOW_LIMIT, owner_of

LOCK_MILLISECONDS = 500

log = logging.getLogger("prisma_local")

# All databases of tenants but those of the control plane, the oldest first.
SHADOWS = """
SELECT datname, tenant FROM pg_database JOIN pg_roles ON datdba = pg_roles.oid,
LATERAL (SELECT left(rolname, -length('_owner'))) made (tenant)
WHERE rolname ~ '_owner$' AND datname <> ALL(ARRAY[tenant, tenant || '_new', tenant || '_old'])
ORDER BY tenant, pg_database.oid
"""
# A tenant's database that a login role has given to itself.
GIVEN_AWAY = """
SELECT datname, owner.rolname FROM pg_database JOIN pg_auth_members ON member = datdba
JOIN pg_roles owner ON roleid = owner.oid WHERE owner.rolname ~ '_owner$'
"""
# Without any grant, everybody may connect.
OPEN_TO_ALL = """
SELECT 1 FROM pg_database WHERE datname = %s AND datacl IS NULL AND pg_get_userbyid(datdba) <> current_user
"""
TEMPLATES = """
SELECT datname FROM pg_database JOIN pg_roles ON datdba = pg_roles.oid WHERE datistemplate AND rolname ~ '_owner$'
"""
MAY_CREATE = "SELECT rolname, rolcreatedb FROM pg_roles WHERE rolname ~ '_owner$'"
SESSIONS = """
SELECT count(*) FROM pg_stat_activity JOIN pg_auth_members ON member = usesysid
JOIN pg_roles owner ON roleid = owner.oid WHERE owner.rolname = %s AND backend_type = 'client backend'
"""


class ShadowDatabases:
    def __init__(self, admin: AdminSessions) -> None:
        self._session = admin.session

    def of(self, pg_name: str) -> list[str]:
        with self._session() as session:
            take_back(session)
            return [name for name, tenant in session.execute(SHADOWS).fetchall() if tenant == pg_name]

    def names(self) -> set[str]:
        with self._session() as session:
            return set(column(session, SHADOWS))

    def admit(self, pg_name: str, database: str) -> None:
        """Before a role of this tenant connects: the sessions of all its databases count, and nothing is public."""
        try:
            with self._session() as session:
                if exists(session, OPEN_TO_ALL, database):
                    _change(session, "REVOKE CONNECT, TEMPORARY ON DATABASE {} FROM PUBLIC", database)
                sessions = session.execute(SESSIONS, [owner_of(pg_name)]).fetchone()
        except psycopg.Error as error:
            raise SessionRefused("57P03", "PostgreSQL is too busy to say whether you may connect; try again") from error
        if sessions and sessions[0] >= CONNECTION_LIMIT:
            raise SessionRefused("53300", f'too many connections for database "{pg_name}"')

    def check(self) -> None:
        """Keep the limit of their number, and let nobody take a copy of another tenant's database."""
        with self._session() as session:
            take_back(session)
            for name in column(session, TEMPLATES):
                _attempt(session, "ALTER DATABASE {} IS_TEMPLATE false", name)
            shadows = groupby(session.execute(SHADOWS).fetchall(), itemgetter(1))
            held = {owner_of(tenant): [name for name, _ in rows] for tenant, rows in shadows}
            for owner, may in session.execute(MAY_CREATE).fetchall():
                names = held.get(owner, [])
                if may != (len(names) < SHADOW_LIMIT):
                    _attempt(session, f"ALTER ROLE {{}} {'NO' if may else ''}CREATEDB", owner)
                for name in names[SHADOW_LIMIT:]:
                    log.warning("%s was dropped: a database takes %d others that it makes", name, SHADOW_LIMIT)
                    execute(session, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def take_back(session: Session) -> None:
    """A tenant's databases belong to its owner, even if it has given one to a login role."""
    for name, owner in session.execute(GIVEN_AWAY).fetchall():
        _attempt(session, "ALTER DATABASE {} OWNER TO {}", name, owner)


def _attempt(session: Session, statement: str, *names: str) -> None:
    """Its tenant may be changing or dropping it just now: then the next check does it."""
    with suppress(psycopg.Error):
        _change(session, statement, *names)


def _change(session: Session, statement: str, *names: str) -> None:
    """Wait for no tenant's transaction: others wait for us."""
    with session.transaction():
        session.execute(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
        execute(session, statement, *names)
