"""Connection: a set of credentials of a database, with its connection strings."""

from __future__ import annotations

from prisma_provider import errors
from prisma_provider.diff import GONE, Diff, Field
from prisma_provider.errors import InvalidInput, Refused
from prisma_provider.handlers.changes import capital, compare, delete, rotation, was_adopted, went_away
from prisma_provider.handlers.creation import nothing_to_adopt, refuse_other_adoption, to_claim
from prisma_provider.handlers.inputs import (
    SETTINGS,
    Bag,
    Checked,
    check_adopt,
    check_id,
    check_name,
    select,
)
from prisma_provider.live import Live
from prisma_provider.models import WAITING, Connection, Database, bare_id, same_id


class ConnectionHandler:
    """Makes, rotates and deletes connections; the service has no PATCH for them, so a rename is a new one."""

    fields = (
        Field("databaseId", "replace", same_id),
        Field("name", "replace"),
        Field("rotationTrigger", "setting"),
        *SETTINGS,
        Field("kind", "output"),
        Field("host", "output"),
        Field("pooledHost", "output"),
        Field("port", "output"),
        Field("projectId", "output"),
        Field("workspaceId", "output"),
        Field("createdAt", "output"),
        Field("user", "once"),
        Field("password", "once"),
        Field("databaseUrl", "once"),
        Field("directUrl", "once"),
    )

    def check(self, live: Live, olds: Bag, news: Bag) -> Checked:
        """A name of 3 to 65 characters, a database."""
        problems = (
            *check_id(news, "databaseId", "db", required=True),
            *check_name(news, "connection", 3, 65),
            *check_adopt(news, "con"),
        )
        return Checked(select(self.fields, news), problems)

    def diff(self, live: Live, object_id: str, olds: Bag, news: Bag) -> Diff:
        """Another name or database is another connection; another `rotationTrigger` gives new secrets."""
        connection = self._live(live, object_id, olds)
        if connection is None:
            return GONE
        refuse_other_adoption(f"connection {object_id}", object_id, news)
        found = compare(self.fields, olds, news, outputs(connection, olds))
        return Diff(tuple(rotation(change) for change in found.changes))

    def create(self, live: Live, news: Bag) -> tuple[str, Bag]:
        """POST once its database is ready, or adopt."""
        database = self._database(live, news)
        with live.run.alone("connection", bare_id(database.id), news["name"]):
            connection = self._adopt_or_make(live, database, news)
            live.run.returned(connection.id)
        live.put_connection(connection)
        home = {"projectId": database.project.id, "workspaceId": live.workspace_id_of(database.project.id)}
        return connection.id, outputs(connection, {**news, **home})

    def _database(self, live: Live, news: Bag) -> Database:
        database = live.database(news["databaseId"])
        if database is None:
            raise InvalidInput(
                "databaseId",
                f"There is no database {news['databaseId']}, or the token cannot see it.",
                hint="pass the id of a database of this program, or correct it.",
            )
        return live.wait_for(database, lambda d: d.status not in WAITING) or database

    def _adopt_or_make(self, live: Live, database: Database, news: Bag) -> Connection:
        adopt, name = news.get("adopt"), news["name"]
        if isinstance(adopt, str):
            return self._adopt(live, database, adopt, news)
        there = _connections_of(live, database)
        left = _left_behind(live, database, there, name)
        if adopt is True and left:
            return self._adopt(live, database, _only(database, left), news)
        _say_what_is_left(live, database, left, name)
        return _make(live, database, name, {bare_id(connection.id) for connection in there})

    def _adopt(self, live: Live, database: Database, connection_id: str, news: Bag) -> Connection:
        adopted = to_claim(live, "connection", connection_id)
        connection = live.connection(adopted, database.id, database.project.id)
        if connection is None:
            raise nothing_to_adopt("connection", adopted)
        for change in compare(self.fields, {}, news, outputs(connection, {"databaseId": database.id})).of("replace"):
            raise Refused(
                f'Connection "{connection.name}" ({connection.id}) cannot be adopted: {change}.',
                hint=f"declare the {change.field} that it has. Nothing was changed.",
            )
        if news.get("rotationTrigger") is not None:
            return rotated(live, connection.id)
        live.note(
            f'connection "{connection.name}" ({connection.id}) is adopted without its secrets, which Prisma tells only '
            "once. Declare a rotation_trigger to have new ones; the old ones are then locked out."
        )
        return connection

    def read(self, live: Live, object_id: str, olds: Bag) -> Bag | None:
        """The live connection; its secrets are carried on from state, the service tells them only once."""
        connection = self._live(live, object_id, olds)
        return None if connection is None else outputs(connection, {**_home(live, connection, olds), **olds})

    def update(self, live: Live, object_id: str, olds: Bag, news: Bag) -> Bag:
        """Rotate if the trigger changed; everything else is record."""
        found = self.diff(live, object_id, olds, news)
        connection = self._live(live, object_id, olds)
        if connection is None:
            raise went_away("connection", object_id)
        kept = {f.name: olds[f.name] for f in self.fields if f.kind in ("once", "output") and f.name in olds}
        if found.of("rotate"):
            kept |= rotated(live, object_id).credentials()
        return outputs(connection, {**kept, **news})

    def delete(self, live: Live, object_id: str, olds: Bag) -> None:
        """Delete it: its password is locked out, others of the database go on."""
        if was_adopted(live, "connection", object_id):
            return
        delete(live, "connection", object_id, olds, live.client.delete_connection)
        live.drop_connection(object_id)

    def _live(self, live: Live, object_id: str, olds: Bag) -> Connection | None:
        database_id = olds.get("databaseId")
        return live.connection(object_id, database_id, olds.get("projectId"), olds.get("workspaceId"))


def rotated(live: Live, connection_id: str) -> Connection:
    """Rotate: new secrets, the old ones are locked out. A lost answer is rotated again, since nobody has it."""
    return live.client.retrying(errors.LostAnswer)(live.client.rotate_connection, connection_id)


def _connections_of(live: Live, database: Database) -> tuple[Connection, ...]:
    """The connections that are there now; of a database that this run made, those of its answer."""
    if live.run.was_returned(database.id):
        return database.connections
    return (live.database(database.id, database.project.id, after=live.now()) or database).connections


def _left_behind(live: Live, database: Database, there: tuple[Connection, ...], name: str) -> list[Connection]:
    """Those of this name that neither this run nor the stack's state knows of: they have no mark of their own."""
    namesakes = [
        connection
        for connection in there
        if connection.name == name
        and not live.run.was_returned(connection.id)
        and not same_id(connection.id, database.default_connection_id)
    ]
    return [connection for connection in namesakes if not live.recorded().holds(connection.id)]


def _only(database: Database, left: list[Connection]) -> str:
    """The id of the one that `adopt=True` can mean."""
    if len(left) > 1:
        ids = ", ".join(connection.id for connection in left)
        raise Refused(
            f'{capital(database.title)} has several connections "{left[0].name}" that this stack does not hold: {ids}.',
            hint=f'name one of them: adopt="{left[0].id}". Nothing was made.',
        )
    return left[0].id


def _say_what_is_left(live: Live, database: Database, left: list[Connection], name: str) -> None:
    """Refuse where state says that making this very connection was cut off before; else names need not be unique."""
    if not left:
        return
    ids = ", ".join(connection.id for connection in left)
    taking = f'adopt="{left[0].id}" with a rotation_trigger=… takes it over, with a new password'
    begun = [
        inputs
        for inputs in live.recorded().begun
        if inputs.get("name") == name and same_id(inputs.get("databaseId"), database.id)
    ]
    if len(begun) > 1:  # one is this creation itself
        raise Refused(
            f'An interrupted run has left connection "{name}" ({ids}) of {database.title} behind.',
            hint=f"{taking}; or delete it in Prisma Console. Nothing was made.",
        )
    live.note(
        f'{database.title} has another connection "{name}" ({ids}), which this stack does not hold. If an interrupted '
        f"run left it behind, delete it in Prisma Console, or declare it: {taking}."
    )


def _make(live: Live, database: Database, name: str, before: set[str]) -> Connection:
    """Make it; after a lost answer, and only then, the service is asked whether it was made.

    Connections have no logicalId: ours is the one of this name that was not there before and that no create of
    this process returned. No clock is asked: the service's may differ from ours.
    """

    def attempt() -> Connection:
        try:
            return live.client.create_connection({"databaseId": database.id, "name": name})
        except errors.LostAnswer as lost:
            found = _found(live, database, name, before, lost)
            if found is None:
                raise
            return found

    return live.client.retrying(errors.LostAnswer)(attempt)


def _found(live: Live, database: Database, name: str, before: set[str], lost: errors.LostAnswer) -> Connection | None:
    """The connection that a create without an answer has made, with new secrets; None where it made none.

    What goes wrong here must not lead to a second POST: it is an error that says what may be left.
    """
    try:
        candidates = _candidates(live, database.id, name, before)
        if not candidates:
            live.client.wait(1.0)  # lists may lag
            candidates = _candidates(live, database.id, name, before)
        if len(candidates) == 1:
            return rotated(live, candidates[0].id)
    except errors.ApiError as error:
        raise errors.PrismaError(
            f'The answer to creating connection "{name}" of {database.title} was lost, and what became of it cannot '
            "be told now.",
            said=f"{lost.what} {error.what}",
            hint=f'look for a new connection "{name}" in Prisma Console: delete it, or take it with adopt="con_…".',
        ) from None
    if candidates:
        ids = ", ".join(connection.id for connection in candidates)
        raise Refused(
            f'The answer to creating connection "{name}" of {database.title} was lost, and there are several that '
            f"may be it: {ids}.",
            hint='delete those that nobody uses in Prisma Console, or take one with adopt="con_…".',
        )
    return None


def _candidates(live: Live, database_id: str, name: str, before: set[str]) -> list[Connection]:
    """New connections of this name, by the list and by the database itself."""
    seen = (*live.client.connections(database_id), *live.client.database(database_id).connections)
    new = {bare_id(connection.id): connection for connection in seen if connection.name == name}
    return [
        connection
        for connection_id, connection in new.items()
        if connection_id not in before and not live.run.was_returned(connection_id)
    ]


def _home(live: Live, connection: Connection, olds: Bag) -> Bag:
    """Project and workspace of a connection of which only the id was known."""
    if "projectId" in olds or connection.database is None:
        return {}
    database = live.database(connection.database.id)
    if database is None:
        return {}
    return {"projectId": database.project.id, "workspaceId": live.workspace_id_of(database.project.id)}


def outputs(connection: Connection, bag: Bag) -> Bag:
    """The whole state: what was declared, what is live, and secrets where this answer has them."""
    direct, pooled = connection.endpoints.direct, connection.endpoints.pooled
    some = direct or pooled
    return {
        **bag,
        "databaseId": connection.database.id if connection.database else bag.get("databaseId"),
        "name": connection.name,
        "kind": connection.kind,
        "host": some.host if some else None,
        "pooledHost": pooled.host if pooled else None,
        "port": some.port if some else None,
        "createdAt": connection.created_at,
        **connection.credentials(),
    }
