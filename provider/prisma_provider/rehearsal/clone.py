"""The clone that a rehearsal works on. It is removed in any case; nothing but a clone of a rehearsal ever is.

Its key (logicalId) says until when it is needed. What a killed rehearsal leaves is removed by the next one: at once
where it ran on this machine, else when that time is past by the service's clock. The clone of one that runs lives on.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from prisma_provider import errors, keys
from prisma_provider.api.client import Client
from prisma_provider.api.ids import same_id
from prisma_provider.api.models import WAITING, Database
from prisma_provider.errors import capital
from prisma_provider.handlers.creation import create_once
from prisma_provider.handlers.credentials import STRINGS, rotated_default
from prisma_provider.handlers.readiness import wait_ready
from prisma_provider.live import Live
from prisma_provider.network.retries import time_limit
from prisma_provider.rehearsal.alive import Alive

LIFETIME: Final = 2 * 3600.0
"""Seconds that a rehearsal may take; after them its clone is removed by another one."""
_RESERVE: Final = 300.0
"""Seconds of it that are kept for reading the clone, and removing it."""
_REMOVAL: Final = 60.0
"""Seconds that the removal may take."""
_LATE: Final = 5.0
"""Seconds for which a clone is looked for that was asked for, where the answer did not come."""
_LOST: Final = "if a clone was made all the same, a later rehearsal removes it. Run this once more."


@dataclass(frozen=True)
class Clone:
    """A database of our own, with its connection strings."""

    database: Database
    database_url: str
    direct_url: str


@contextmanager
def clone_of(live: Live, source: Database, alive: Alive, say: Callable[[str], None]) -> Iterator[Clone]:
    """A clone of this database as long as it is entered."""
    key = keys.new_rehearsal_id(source.id, live.client.now() + LIFETIME)
    made: list[Database] = []
    is_removed = False
    with alive.held(key), time_limit(LIFETIME - _RESERVE):
        try:
            say(f"Cloning {source.title}.")
            made.append(_create(live, source, key))
            yield _ready(live, made[0])
        finally:
            with _undisturbed(), time_limit(_REMOVAL):
                is_removed = _remove(live.client, source, key, made, say)
    if is_removed:
        alive.forget(key)


def _create(live: Live, source: Database, key: str) -> Database:
    body = {
        "projectId": source.project.id,
        "name": f"rehearsal of {source.name}",
        "region": source.region_id or "inherit",
        "source": {"type": "database", "databaseId": source.id},
        "logicalId": key,
        **({"branchId": source.branch_id} if source.branch_id else {}),
    }
    try:
        return create_once(
            live,
            key,
            lambda: live.client.create_database(body),
            lambda: live.client.databases(source.project.id, logical_id=key),
        )
    except errors.LostResponse as error:
        raise type(error)(error.what, said=error.said, hint=_LOST) from None


def _ready(live: Live, database: Database) -> Clone:
    found = database.default_credentials()
    live.put_database(database)
    seen = wait_ready(live, database)
    if seen.status in WAITING:
        raise errors.NotReady(f'The clone is still "{seen.status}" at the time limit.')
    if not all(found.get(name) for name in STRINGS):
        found = rotated_default(live, seen)
    if not all(found.get(name) for name in STRINGS):
        raise errors.NotApplied(f"{capital(seen.title)} came without its connection strings.")
    return Clone(seen, found["databaseUrl"], found["directUrl"])


def remove_left(client: Client, source: Database, alive: Alive, say: Callable[[str], None]) -> None:
    """Remove the clones of rehearsals in the project that have ended and left them."""
    for database in client.databases(source.project.id):
        until = keys.rehearsed_until(database.logical_id)
        if until is None or database.logical_id is None:
            continue
        if until < client.now() or alive.is_dead(database.logical_id):
            say(f"An earlier rehearsal has left {database.title}.")
            if _remove(client, source, database.logical_id, [database], say):
                alive.forget(database.logical_id)


def _remove(client: Client, source: Database, key: str, made: list[Database], say: Callable[[str], None]) -> bool:
    """Whatever was made under this key. Where that fails it is said, and the next rehearsal does it."""
    try:
        for database in made or _asked_for(client, source, key):
            say(f"Removing {database.title}.")
            _delete(client, source, database.id, key)
    except errors.PrismaError as error:
        say(f"It could not be removed; a later rehearsal in this project tries again. {error}")
        return False
    return True


def _asked_for(client: Client, source: Database, key: str) -> tuple[Database, ...]:
    """What a creation made whose answer did not come: the request may be under way yet."""
    pauses = (0.0, *[_LATE / 5] * 5)
    for pause in pauses:
        client.wait(pause)
        found = client.databases(source.project.id, logical_id=key)
        if found:
            return found
    return ()


def _delete(client: Client, source: Database, database_id: str, key: str) -> None:
    """Delete a clone; Refused for anything else, as it is now."""
    try:
        database = client.database(database_id)
    except errors.NotFound:
        return
    is_clone = keys.rehearsed_until(database.logical_id) is not None and database.logical_id == key
    if not is_clone or database.is_default or same_id(database.id, source.id):
        raise errors.Refused(
            f"{capital(database.title)} is not removed: it is a default database, the source, or no rehearsal's clone."
        )
    try:
        client.delete_database(database_id)
    except errors.NotFound:
        return  # by another rehearsal, at the same time


@contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C does not end the removal: it is bounded in time."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
