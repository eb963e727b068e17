"""Whether two connection strings lead to the same database: user, password and host may differ, the database not."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from prisma_provider.postgres.asking import asking

if TYPE_CHECKING:
    from prisma_provider.postgres.connecting import Session

_QUERY = (
    "select s.system_identifier, d.oid from pg_control_system() s, pg_database d where d.datname = current_database()"
)


def identity_of(session: Session) -> str:
    """A hash of what PostgreSQL itself tells its databases apart by: the cluster, and the database in it."""
    with asking("tell which database this is"):
        return sha256(repr(session.execute(_QUERY).fetchone()).encode()).hexdigest()[:16]
