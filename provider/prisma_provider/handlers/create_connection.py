"""Making a connection once, though Prisma gives connections no idempotency key.

After a lost response ours is the one of its name that was not there before. What an earlier run left behind is known by
what that run wrote down on this machine (`intents`), or by a creation that the stack's state saw only begin.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from prisma_provider import errors
from prisma_provider.api.ids import bare_id, same_id
from prisma_provider.api.models import Connection, Database
from prisma_provider.errors import Refused
from prisma_provider.handlers.credentials import rotated
from prisma_provider.live import Live
from prisma_provider.network.retries import time_left

LAG = 5.0
"""Seconds after which what the service has done shows in its lists."""

LOOK = 1.0
"""Seconds from one look to the next."""


def connections_of(live: Live, database: Database) -> tuple[Connection, ...]:
    """The connections that are there now; of a database that this run made, those of its response."""
    if live.run.was_made(database.id):
        return database.connections
    return _seen(live, database.id)


def left_behind(live: Live, database: Database, there: Iterable[Connection], name: str) -> Connection | None:
    """The one that an interrupted run made, Refused for several; one that may be anybody's is only named."""
    unknown = _unrecorded(live, _namesakes(live, database, there, name))
    if not unknown:
        return None
    left = _interrupted(live, database, name, unknown)
    if not left:
        live.note(
            f'{database.title} has another connection "{name}" ({_ids(unknown)}), which this stack does not hold. '
            f"If an interrupted run left it behind, delete it in Prisma Console, or declare it: {_taking(unknown[0])}."
        )
        return None
    if len(left) > 1:
        raise Refused(
            f'Interrupted runs have left several connections "{name}" of {database.title} behind: {_ids(left)}.',
            hint=f"delete those that nobody uses in Prisma Console; {_taking(left[0])}. Nothing was made.",
        )
    return left[0]


def refusal(live: Live, left: Connection, database: Database) -> Refused:
    """All that interrupted runs have left behind in this project, and how to take it or remove it, in one round."""
    found = {bare_id(left.id): (left, database)}
    found |= {bare_id(each.id): (each, its_database) for each, its_database in _all_left(live, database.project.id)}
    names = [f'"{each.name}" ({each.id}) of {its_database.title}' for each, its_database in found.values()]
    return Refused(
        f"An interrupted run has left connection{'s' if len(names) > 1 else ''} {', '.join(names)} behind.",
        hint=f"declare adopt=True with a rotation_trigger=… on {'each of them' if len(names) > 1 else 'it'} to take it "
        "over with a new password; or delete it in Prisma Console. Nothing was made.",
    )


def _all_left(live: Live, project_id: str) -> Iterator[tuple[Connection, Database]]:
    """What was begun by earlier runs, as state or a note on this machine has it, and is there."""
    databases = live.databases(project_id)
    begun = {_declared(entry.inputs) for entry in live.recorded().begun if entry.kind == "Connection"}
    noted = {key[2:] for key in live.intents.all_left("connection", live.client.settings.base_url)}
    for database_id, name in sorted(begun | noted):
        if database_id in databases:
            for each in _left_of(live, databases[database_id], name):
                yield each, databases[database_id]


def _left_of(live: Live, database: Database, name: str) -> list[Connection]:
    unknown = _unrecorded(live, _namesakes(live, database, connections_of(live, database), name))
    return _interrupted(live, database, name, unknown) if unknown else []


def _declared(inputs: Mapping[str, Any]) -> tuple[str, ...]:
    return bare_id(str(inputs.get("databaseId"))), str(inputs.get("name"))


def _unrecorded(live: Live, connections: Iterable[Connection]) -> list[Connection]:
    return [each for each in connections if not live.recorded().holds(each.id)]


def make(live: Live, database: Database, name: str, there: Iterable[Connection]) -> Connection:
    """Make it; after a lost response, and only then, the service is asked whether it was made.

    Ours is the one of this name that was not there before and that no create of this process returned. No clock is
    asked: the service's may differ from ours.
    """
    before = {bare_id(connection.id) for connection in there}
    was_lost: errors.LostResponse | None = None

    def attempt() -> Connection:
        nonlocal was_lost
        try:
            return live.client.create_connection({"databaseId": database.id, "name": name})
        except errors.LostResponse as lost:
            was_lost = lost
            found = _found(live, database, name, before, lost)
            if found is None:
                raise
            return found

    def attempts() -> Connection:
        requests = live.client.retrying(errors.LostResponse)
        try:
            return requests(attempt)
        except errors.LostResponse as lost:
            if isinstance(lost, errors.TimedOut) or requests.statistics["attempt_number"] > 1:
                raise
            return attempt()  # to look for the first one took the time that another request was to have

    with live.intents.noted(*_key(live, database, name), before=before):
        try:
            made = attempts()
        except (errors.Rejected, errors.RateLimited, errors.Unreachable) as error:
            if was_lost is None:
                raise
            # This request did nothing, but an earlier one may have: what is written down of it has to stay.
            raise _cannot_tell(database, name, was_lost, error) from None
    if was_lost:
        _tell_of_others(live, database, made, before)
    return made


def forget(live: Live, database: Database, name: str) -> None:
    """What an interrupted run left behind was taken over."""
    live.intents.forget(*_key(live, database, name))


def _key(live: Live, database: Database, name: str) -> tuple[str, ...]:
    return ("connection", live.client.settings.base_url, bare_id(database.id), name)


def _namesakes(live: Live, database: Database, there: Iterable[Connection], name: str) -> list[Connection]:
    """Others of this name: neither of this run nor the one that the service makes with a database."""
    return [
        connection
        for connection in there
        if connection.name == name
        and not live.run.was_returned(connection.id)
        and not same_id(connection.id, database.default_connection_id)
    ]


def _interrupted(live: Live, database: Database, name: str, unknown: list[Connection]) -> list[Connection]:
    """Those of them that there is evidence for."""
    before = live.intents.left(*_key(live, database, name))
    if before is not None:
        return [connection for connection in unknown if bare_id(connection.id) not in before]
    key = ("connection", bare_id(database.id), name)
    return unknown if live.begun_before("Connection", *key, name=name, databaseId=database.id) else []


def _found(live: Live, database: Database, name: str, before: set[str], lost: errors.LostResponse) -> Connection | None:
    """The connection that a create without a response has made, with new secrets; None where it made none.

    What goes wrong here must not lead to a second POST: it is an error that says what may be left.
    """
    try:
        candidates = _await_candidates(live, database.id, name, before, lost)
        if len(candidates) == 1:
            return rotated(live, candidates[0].id)
    except errors.ApiError as error:
        raise _cannot_tell(database, name, lost, error) from None
    if candidates:
        raise Refused(
            f'The response to creating connection "{name}" of {database.title} was lost, and there are several that '
            f"may be it: {_ids(candidates)}.",
            hint='delete those that nobody uses in Prisma Console, or take one with adopt="con_…".',
        )
    return None


def _cannot_tell(
    database: Database, name: str, lost: errors.LostResponse, error: errors.ApiError
) -> errors.PrismaError:
    return errors.PrismaError(
        f'The response to creating connection "{name}" of {database.title} was lost, and what became of it is not '
        "known now.",
        said=f"{lost.what} {error.what}",
        hint=f'look for a new connection "{name}" in Prisma Console: delete it, or take it with adopt="con_…".',
    )


def _await_candidates(
    live: Live, database_id: str, name: str, before: set[str], lost: errors.LostResponse
) -> list[Connection]:
    """Look at once and for a while, since lists may lag; longer, where the service may act on the request yet."""
    patience = live.client.settings.retry_limit if isinstance(lost, errors.TimedOut) else LAG
    ends, waited = min(patience, time_left()), 0.0
    while True:
        candidates = _candidates(live, database_id, name, before)
        if candidates or waited >= ends:
            return candidates
        pause = min(LOOK, ends - waited)
        live.client.wait(pause)
        waited += pause


def _candidates(live: Live, database_id: str, name: str, before: set[str]) -> list[Connection]:
    """New connections of this name."""
    return [
        connection
        for connection in _seen(live, database_id)
        if connection.name == name and bare_id(connection.id) not in before and not live.run.was_returned(connection.id)
    ]


def _seen(live: Live, database_id: str) -> tuple[Connection, ...]:
    """The connections of a database, by the list and by the database itself: either may lag or lack them."""
    seen = (*live.client.connections(database_id), *live.client.database(database_id).connections)
    return tuple({bare_id(connection.id): connection for connection in seen}.values())


def _tell_of_others(live: Live, database: Database, made: Connection, before: set[str]) -> None:
    """A request that was given up may have been acted upon after all: no resource has what it made."""
    others = [each for each in _candidates(live, database.id, made.name, before) if not same_id(each.id, made.id)]
    if others:
        live.note(
            f'A request whose response was lost has made another connection "{made.name}" of {database.title} '
            f"({_ids(others)}), whose password nobody has: delete it in Prisma Console."
        )


def _taking(left: Connection) -> str:
    return f'adopt="{left.id}" with a rotation_trigger=… takes it over, with a new password'


def _ids(connections: Iterable[Connection]) -> str:
    return ", ".join(connection.id for connection in connections)
