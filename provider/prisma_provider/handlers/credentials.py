"""Credentials of a connection, and of the default connection of a database: new ones, and known ones carried over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prisma_provider import errors
from prisma_provider.api.models import Connection, Database, credentials, whole_url
from prisma_provider.diff import UNKNOWN
from prisma_provider.errors import InvalidInput, capital
from prisma_provider.handlers.inputs import Properties
from prisma_provider.live import Live
from prisma_provider.live.run import resource
from prisma_provider.members import member
from prisma_provider.text import snake

STRINGS = ("databaseUrl", "directUrl")
"""The connection strings: outputs, and inputs of a connection that is taken over."""


def unknown_passwords() -> str:
    """One sentence for all that a run takes over: a line that is said again is shown once."""
    return (
        "What is taken over keeps its passwords. Prisma gives them only once, so Pulumi does not know them: "
        f"{_trigger()} gives new ones and locks the old ones out; a Connection of a database has its own."
    )


def _trigger() -> str:
    """How a program asks for a rotation of what is worked on."""
    return "a rotation_trigger" if member(resource()) is None else "a new value in rotation_triggers"


def rotated(live: Live, connection_id: str) -> Connection:
    """Rotate: new secrets, the old ones are locked out. A lost response is rotated again, since nobody has it."""
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
            f"The responses to rotating connection {connection_id} were lost: the password it had may be locked out.",
            said=lost.said or lost.what,
            hint="run `pulumi up` again, which rotates it again.",
        ) from None


def default_secrets(live: Live, database: Database) -> Properties:
    """New connection strings of the default connection, whose own did not come with the response to the create."""
    if database.default_connection_id is None:
        live.note(f"{database.title} came without connection strings: declare a Connection of it, which has its own.")
        return {}
    try:
        return rotated_default(live, database)
    except errors.PrismaError as error:
        # What it advises is to repeat a rotation that somebody has asked for.
        said = f" Prisma says: {error.said}" if error.said else ""
        live.note(
            f"The connection strings of {database.title} did not come with its creation. A Connection of it "
            f"has its own; or declare {_trigger()}, which rotates it. {error.what}{said}"
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


def given_strings(news: Mapping[str, Any]) -> Properties:
    """The connection strings that a program gives."""
    return {name: news[name] for name in STRINGS if news.get(name) is not None}


def check_strings(news: Mapping[str, Any]) -> Iterator[InvalidInput]:
    """Known connection strings are given for a connection that is taken over, and are strings of PostgreSQL."""
    given = given_strings(news)
    adopt = news.get("adopt")
    for field, value in given.items():
        if not (isinstance(adopt, str) or adopt is UNKNOWN):
            yield InvalidInput(
                field,
                f'{snake(field)} can only be given together with adopt="con_…": a connection that is made gets its '
                "connection strings from Prisma.",
                hint=f"take {snake(field)} out. Where the connection was taken over already, Pulumi's state keeps it.",
            )
        elif value is not UNKNOWN and (why := fault_of_string(value)):
            yield InvalidInput(
                field,
                f"{snake(field)} is {why}.",
                hint="give it as the old state has it: postgres://USER:PASSWORD@HOST:5432/?sslmode=require",
            )


def fault_of_string(value: object) -> str | None:
    """What is wrong with a connection string; nothing of the string itself, which is a secret."""
    if not isinstance(value, str):
        return "no text"
    if value.startswith(("prisma+postgres://", "prisma://")):
        return "a string of Prisma Accelerate, which stops working on 1 December 2026, and not one of PostgreSQL"
    return None if whole_url(value) else "no connection string of PostgreSQL with a user and a password"


def newly_given(live: Live, olds: Mapping[str, Any], news: Mapping[str, Any]) -> Properties:
    """The strings that the program gives now and did not give in the last run; outputs hold the others already.

    What it gave before may be out of date: a rotation has replaced it.
    """
    before = live.run.old_inputs(resource())
    if before is None:
        return {}
    return {
        name: value for name, value in given_strings(news).items() if value not in (before.get(name), olds.get(name))
    }


def carried(strings: Mapping[str, Any]) -> Properties:
    """Given strings as outputs, with the user and password that they are of."""
    return credentials(strings) if strings else {}
