"""Waiting for a database: until it is ready, or failed, or the time is over."""

from __future__ import annotations

from prisma_provider import errors
from prisma_provider.api.models import WAITING, Database
from prisma_provider.errors import NotReady, capital
from prisma_provider.handlers.changes import went_away
from prisma_provider.live import Live


def wait_ready(live: Live, database: Database) -> Database:
    """Until ready, or with a warning at the operation's time limit; NotReady where it failed."""
    seen = live.wait_for(database, lambda d: d.status not in WAITING)
    if seen is None:
        raise went_away("database", database.id)
    if seen.status == "failure":
        raise failed(seen)
    if seen.status in WAITING:
        live.note(
            f'{seen.title} is still "{seen.status}" at the time limit. It stays in state; the next `pulumi up` goes '
            "on waiting. For a longer limit give opts=ResourceOptions(custom_timeouts=CustomTimeouts(create=…))."
        )
    return seen


def failed(database: Database) -> NotReady:
    """It does not work, and may hold data: nothing is deleted unasked, and no deletion is advised."""
    return NotReady(
        f'{capital(database.title)} failed: Prisma gives its status as "failure".',
        hint="ask Prisma's support. Its data and backups stay as they are while it is declared; a Restore, or a new "
        "Database that has one of its backups as source, brings the data back.",
    )


def remove_failed(live: Live, database: Database, failure: NotReady) -> Database:
    """Leave nothing behind; what the service does not let go of stays in state as what it is."""
    try:
        live.client.delete_database(database.id)
    except errors.NotFound:
        pass  # it is not there, which is what was wanted
    except errors.ApiError as error:
        live.problem(
            f"{failure.what}\n  It could not be removed, and stays in state as failed: {error.said or error.what}\n"
            "  `pulumi destroy` of its project removes it."
        )
        return database.model_copy(update={"status": "failure"})
    live.drop_database(database.id)
    raise NotReady(failure.what, hint="it was removed again; run `pulumi up` again.") from None
