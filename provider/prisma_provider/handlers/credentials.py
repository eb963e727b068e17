"""New credentials of a connection, and of the default connection of a database."""

from __future__ import annotations

from prisma_provider import errors
from prisma_provider.api.models import Connection, Database
from prisma_provider.errors import capital
from prisma_provider.handlers.inputs import Properties
from prisma_provider.live import Live


def rotated(live: Live, connection_id: str) -> Connection:
    """Rotate: new secrets, the old ones are locked out. A lost answer is rotated again, since nobody has it."""
    again = live.client.retrying(errors.LostResponse, but=(errors.TimedOut,))
    try:
        try:
            return again(live.client.rotate_connection, connection_id)
        except errors.TimedOut:
            # It may yet be carried out: after the next one, whose password would then be dead. Nothing would show it.
            live.client.wait(live.client.settings.retry_limit)
            return again(live.client.rotate_connection, connection_id)
    except errors.LostResponse as lost:
        raise errors.PrismaError(
            f"The answers to rotating connection {connection_id} were lost: the password it had may be locked out.",
            said=lost.said or lost.what,
            hint="run `pulumi up` again, which rotates it again.",
        ) from None


def default_secrets(live: Live, database: Database) -> Properties:
    """New connection strings of the default connection, whose own did not come with the answer to the create."""
    if database.default_connection_id is None:
        live.note(f"{database.title} came without connection strings: declare a Connection of it, which has its own.")
        return {}
    try:
        return rotated_default(live, database)
    except errors.PrismaError as error:
        live.note(
            f"The connection strings of {database.title} did not come with its creation. A Connection of it "
            f"has its own; or declare a rotation_trigger. {error}"
        )
    return {}


def rotated_default(live: Live, database: Database) -> Properties:
    """New connection strings of the default connection; the old ones are locked out."""
    if database.default_connection_id is None:
        raise errors.NotApplied(
            f"{capital(database.title)} has no default connection that could be rotated.",
            hint="declare a Connection of it, and take rotation_trigger away.",
        )
    found = rotated(live, database.default_connection_id).credentials()
    return {name: found[name] for name in ("databaseUrl", "directUrl")}
