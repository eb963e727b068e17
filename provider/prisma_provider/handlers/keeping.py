"""Databases that are to go and that the service keeps: a default database goes only together with its project."""

from __future__ import annotations

from prisma_provider.live import Live
from prisma_provider.models import Database, bare_id

DAY = 24 * 3600.0
"""Seconds for which what an earlier run was asked is believed."""


def remember(live: Live, database: Database) -> None:
    """Write down that the program wants it gone: should this run not come to its project, a later one will."""
    live.intents.remember(*_key(live, database.id), before=_connections(database))


def forget(live: Live, database_id: str) -> None:
    """It is wanted again, or it is gone."""
    live.intents.forget(*_key(live, database_id))


def is_to_go(live: Live, database: Database) -> bool:
    """Whether the program wanted it deleted, in this run or in one on this machine that was cut off a short while ago.

    One that has another connection since is somebody's.
    """
    if live.run.was_delete_asked(database.id):
        return True
    before = live.intents.left(*_key(live, database.id), within=DAY)
    return database.is_default and before is not None and before.issuperset(_connections(database))


def _connections(database: Database) -> list[str]:
    return [bare_id(connection.id) for connection in database.connections]


def _key(live: Live, database_id: str) -> tuple[str, ...]:
    return ("deletion", live.client.settings.base_url, bare_id(database_id))
