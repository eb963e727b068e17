"""Databases that are deleted together with their project.

The service deletes a default database only so; and the engine asks for no deletion of what has `deleted_with` or
`retain_on_delete`. When a project's deletion is refused or killed, the engine has forgotten such databases: the key on
them says then what is to become of them, to every machine. Where the key is another tool's, a note on this machine
does, for an hour.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable

from prisma_provider import errors
from prisma_provider.api.ids import bare_id, same_id
from prisma_provider.api.models import Connection, Database
from prisma_provider.keys import (
    deleting_since,
    for_deletion_with_project,
    is_deleted_with_project,
    is_ours,
    key_of,
    new_logical_id,
    stem,
)
from prisma_provider.live import Live
from prisma_provider.live.run import resource
from prisma_provider.live.state import Entry
from prisma_provider.network.clock import seconds_of
from prisma_provider.ownership.values import is_shown

HOUR = 3600.0
"""Seconds for which the next run believes the note on this machine."""

_log = logging.getLogger(__name__)


def may_be_deleted_with_project(live: Live, database: Database) -> bool:
    """Whether the deletion of its project, which is worked on, may take this database along.

    Where this run was asked to delete it; where state says so (`deleted_with`); and, of what state does not hold, where
    its key or the note on this machine says so. What `retain_on_delete` keeps has none of these, and stops it.
    """
    return live.run.was_delete_asked(database.id) or _may_go_with(live, database, resource())


def is_deleted_with_its_project(live: Live, database: Database) -> bool:
    """Whether this run deletes the project of a database, and the database with it: what is on a branch goes then."""
    projects = live.recorded().holders("Project", database.project.id)
    going = project_is_deleted(live, database.project.id)
    return going and any(each.inputs.get("forceDestroy") or _may_go_with(live, database, each.urn) for each in projects)


def _may_go_with(live: Live, database: Database, project: str) -> bool:
    held = live.recorded().holders("Database", database.id)
    if held:
        return all(_goes_with_this(live, entry, project) for entry in held)
    if not is_deleted_with_project(database.logical_id):
        return _is_noted(live, database)
    since = deleting_since(database.logical_id)
    return since is None or not any(_is_later(each, since) for each in _others(database))


def _goes_with_this(live: Live, entry: Entry, project: str) -> bool:
    with_this = entry.deleted_with != "" and entry.deleted_with == project
    return with_this and not entry.retained and not is_shown(live, entry)


def _others(database: Database) -> list[Connection]:
    return [each for each in database.connections if not same_id(each.id, database.default_connection_id)]


def _is_later(connection: Connection, since: float) -> bool:
    """Whether a connection was made after the run that was to delete its database: that is somebody's again."""
    made = seconds_of(connection.created_at)
    return made is None or made > since


def remember(live: Live, databases: Iterable[Database]) -> None:
    """Write down which of a project's databases this run was asked to delete, and are still there."""
    for database in databases:
        if live.run.was_delete_asked(database.id) and not _mark(live, database):
            live.intents.remember(*_key(live, database.id), before=_connections(database))


def _mark(live: Live, database: Database) -> bool:
    """Write it into the key on the database; False where that is another tool's, or the service does not take it."""
    if is_deleted_with_project(database.logical_id):
        return True
    key = database.logical_id or new_logical_id(stem(database.name), database.id)
    if not is_ours(key):
        return False
    try:
        updated = live.client.update_database(
            database.id, {"logicalId": for_deletion_with_project(key, live.client.now())}
        )
    except errors.ApiError as error:
        _log.info("the key of %s cannot be changed: %s", database.id, type(error).__name__)
        return False
    return is_deleted_with_project(updated.logical_id)


def release(live: Live, database: Database) -> Database:
    """A database is taken over: what an earlier run wrote down of its deletion does not count any more."""
    live.intents.forget(*_key(live, database.id))
    if deleting_since(database.logical_id) is None:
        return database
    released = live.client.update_database(database.id, {"logicalId": key_of(database.logical_id)})
    live.put_database(released)
    return released


def _is_noted(live: Live, database: Database) -> bool:
    """By the note on this machine only a default one goes, and one that has no other connection since."""
    before = live.intents.left(*_key(live, database.id), within=HOUR)
    return database.is_default and before is not None and before.issuperset(_connections(database))


def _connections(database: Database) -> list[str]:
    return [bare_id(connection.id) for connection in database.connections]


def _key(live: Live, database_id: str) -> tuple[str, ...]:
    return ("deletion", live.client.settings.base_url, bare_id(database_id))


def project_is_deleted(live: Live, project_id: str) -> bool:
    """Whether this run deletes the project, too, as far as state and the requests of this run show."""
    if not resource() or live.run.holder("Project", project_id) is not None:
        return False
    return bool(live.recorded().holders("Project", project_id))
