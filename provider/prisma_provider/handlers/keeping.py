"""Default databases, which the service deletes only with their project, where the deletion of that project failed.

The engine has forgotten the database by then: without a note the next `pulumi destroy` would find one in the project
that nobody asked to delete.
"""

from __future__ import annotations

from collections.abc import Iterable

from prisma_provider.live import Live
from prisma_provider.models import Database, bare_id

HOUR = 3600.0
"""Seconds for which the next run believes it."""


def remember(live: Live, databases: Iterable[Database]) -> None:
    """Write down what was to go with a project that this run was asked to delete, and could not."""
    for database in databases:
        if live.run.was_delete_asked(database.id):
            live.intents.remember(*_key(live, database.id), before=_connections(database))


def forget(live: Live, database_id: str) -> None:
    """It was taken over, or it is gone."""
    live.intents.forget(*_key(live, database_id))


def is_to_go(live: Live, database: Database) -> bool:
    """Whether the program wanted it deleted: in this run, or with its project in one that failed a short while ago.

    One that has another connection since is somebody's.
    """
    if live.run.was_delete_asked(database.id):
        return True
    before = live.intents.left(*_key(live, database.id), within=HOUR)
    return database.is_default and before is not None and before.issuperset(_connections(database))


def _connections(database: Database) -> list[str]:
    return [bare_id(connection.id) for connection in database.connections]


def _key(live: Live, database_id: str) -> tuple[str, ...]:
    return ("deletion", live.client.settings.base_url, bare_id(database_id))
