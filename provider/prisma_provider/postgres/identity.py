"""Whether two connection strings lead to the same database: user, password and host may differ, the database not."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from prisma_provider.postgres.asking import asking

if TYPE_CHECKING:
    from prisma_provider.postgres.connecting import Session

_DATABASE = "select oid from pg_database where datname = current_database()"
_CLUSTER = "select system_identifier from pg_control_system()"


def identity_of(session: Session) -> str:
    """A hash of what PostgreSQL itself tells its databases apart by: the cluster, and the database in it."""
    with asking("tell which database this is"):
        found = (_cluster(session), session.execute(_DATABASE).fetchone())
    return sha256(repr(found).encode()).hexdigest()[:16]


def _cluster(session: Session) -> object:
    """Its identifier; None where this user may not ask for it."""
    import psycopg

    try:
        return session.execute(_CLUSTER).fetchone()
    except psycopg.ProgrammingError:
        return None
