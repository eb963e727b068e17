"""Connection: a set of credentials of a database, with its connection strings."""

from __future__ import annotations

from functools import partial

from prisma_provider import diff, ownership
from prisma_provider.api.ids import bare_id, same_id
from prisma_provider.api.models import WAITING, Connection, Database
from prisma_provider.diff import UNKNOWN, Change, Diff, Field
from prisma_provider.handlers.changes import compare, delete, gone, rotation, went_away
from prisma_provider.handlers.create_connection import connections_of, forget, left_behind, make, refusal
from prisma_provider.handlers.creation import TAKE_OUT, agree, check_adopted, nothing_to_adopt
from prisma_provider.handlers.credentials import (
    STRINGS,
    carried,
    check_strings,
    given_strings,
    newly_given,
    rotated,
    unknown_passwords,
)
from prisma_provider.handlers.inputs import (
    SETTINGS,
    Checked,
    Properties,
    check_adopt,
    check_id,
    check_name,
    check_there,
    not_there,
    select,
)
from prisma_provider.handlers.proof import WAIT, check_wait, prove_connection
from prisma_provider.handlers.readiness import failed
from prisma_provider.live import Live


class ConnectionHandler:
    """Makes, rotates and deletes connections; the service has no PATCH for them, so a rename is a new one."""

    model = Connection
    fields = (
        Field("databaseId", "replace", same_id, kept=True),
        Field("name", "replace"),
        Field("rotationTrigger", "setting"),
        WAIT,
        *SETTINGS,
        Field("kind", "output"),
        Field("host", "output", kept=True),
        Field("pooledHost", "output", kept=True),
        Field("port", "output", kept=True),
        Field("projectId", "output", read=None),
        Field("workspaceId", "output", read=None),
        Field("createdAt", "output"),
        Field("user", "once"),
        Field("password", "once"),
        Field("databaseUrl", "once"),
        Field("directUrl", "once"),
    )

    def check(self, live: Live, olds: Properties, news: Properties) -> Checked:
        """A name of 3 to 65 characters, a database."""
        problems = (
            *check_id(news, "databaseId", "db", required=True),
            *check_name(news, "connection", 3, 65),
            *check_adopt(news, "con"),
            *check_strings(news),
            *check_wait(news),
        )
        if not problems:
            agreed = partial(self._agreed, news=news)
            problems = (
                *check_there(live, olds, news, "databaseId", live.database),
                *check_adopted(live, "Connection", olds, news, live.connection, agreed),
            )
        return Checked(select(self.fields, news) | given_strings(news), problems)

    def diff(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Diff:
        """Another name or database is another connection; another `rotationTrigger` gives new secrets."""
        connection = self._live(live, object_id, olds)
        if connection is None:
            return gone(live, olds)
        ownership.hold(live, "Connection", object_id, connection.title, news)
        found = compare(self.fields, olds, news, outputs(connection, olds))
        if any(change.declared is not UNKNOWN for change in found.of("replace")):
            live.note(f"{connection.title} will be replaced: its connection strings stop working.")
        given = newly_given(live, olds, news)
        record = (Change(name, olds.get(name), value, "record") for name, value in given.items())
        return Diff((*(rotation(change) for change in found.changes), *record))

    def create(self, live: Live, news: Properties) -> tuple[str, Properties]:
        """POST once its database is ready, or adopt."""
        database = self._database(live, news)
        key = ("connection", bare_id(database.id), news["name"])
        with live.run.under_way(*key), live.run.alone(*key):
            connection = self._adopt_or_make(live, database, news)
            live.run.returned(connection.id)
        live.put_connection(connection)
        home = {"projectId": database.project.id, "workspaceId": live.workspace_id_of(database.project.id)}
        made = outputs(connection, {**news, **carried(given_strings(news)), **home})
        prove_connection(live, connection.title, news, made, home["workspaceId"])
        return connection.id, made

    def _database(self, live: Live, news: Properties) -> Database:
        database = live.database(news["databaseId"])
        if database is None:
            raise not_there("databaseId", "database", news["databaseId"])
        database = live.wait_for(database, lambda d: d.status not in WAITING) or database
        if database.status == "failure":
            raise failed(database)
        return database

    def _adopt_or_make(self, live: Live, database: Database, news: Properties) -> Connection:
        adopt, name = news.get("adopt"), news["name"]
        if isinstance(adopt, str):
            return self._adopt(live, database, adopt, news)
        there = connections_of(live, database)
        left = left_behind(live, database, there, name)
        if adopt is True and left is not None:
            connection = self._adopt(live, database, left.id, news)
            forget(live, database, name)
            live.note(TAKE_OUT)
            return connection
        if left is not None:
            raise refusal(live, left, database)
        return make(live, database, name, there)

    def _adopt(self, live: Live, database: Database, connection_id: str, news: Properties) -> Connection:
        connection = live.connection(connection_id, database.id, database.project.id)
        if connection is None:
            raise nothing_to_adopt("connection", connection_id)
        ownership.take(live, "Connection", connection.id, connection.title)
        self._agreed(connection, news)
        if news.get("rotationTrigger") is not None:
            return rotated(live, connection.id)
        if not given_strings(news):
            live.note(unknown_passwords())
        return connection

    def _agreed(self, connection: Connection, news: Properties) -> Diff:
        """What taking it over changes; a response may lack the database."""
        found = compare(self.fields, {}, news, outputs(connection, {"databaseId": news["databaseId"]}))
        return agree(connection.title, Diff(tuple(rotation(change) for change in found.changes)))

    def read(self, live: Live, object_id: str, olds: Properties) -> Properties | None:
        """The live connection; its secrets are carried on from state, the service gives them only once."""
        connection = self._live(live, object_id, olds)
        return None if connection is None else outputs(connection, {**_home(live, connection, olds), **olds})

    def update(self, live: Live, object_id: str, olds: Properties, news: Properties) -> Properties:
        """Rotate if the trigger changed; everything else is record."""
        found = self.diff(live, object_id, olds, news)
        connection = self._live(live, object_id, olds)
        if connection is None:
            raise went_away("connection", object_id)
        kept = {f.name: olds[f.name] for f in self.fields if f.kind in ("once", "output") and f.name in olds}
        kept |= carried(newly_given(live, olds, news))
        if found.of("rotate"):
            kept |= rotated(live, object_id).credentials()
            prove_connection(live, connection.title, news, kept, olds.get("workspaceId"))
        # What the program still gives may be older than the last rotation.
        declared = {name: value for name, value in news.items() if name not in STRINGS}
        return outputs(connection, {**kept, **declared})

    def delete(self, live: Live, object_id: str, olds: Properties) -> None:
        """Delete it: its password is locked out, others of the database go on."""
        live.begin_deletions(olds.get("projectId"))
        if ownership.stays(live, "Connection", object_id):
            return
        found = self._live(live, object_id, olds)
        if found is not None:
            ownership.refuse_another(found.title, olds, outputs(found, {}))
            delete(live, "connection", object_id, olds, live.client.delete_connection)
        live.drop_connection(object_id)

    def _live(self, live: Live, object_id: str, olds: Properties) -> Connection | None:
        database_id = olds.get("databaseId")
        return live.connection(object_id, database_id, olds.get("projectId"), olds.get("workspaceId"))


def _home(live: Live, connection: Connection, olds: Properties) -> Properties:
    """Project and workspace of a connection of which only the id was known."""
    if "projectId" in olds or connection.database is None:
        return {}
    database = live.database(connection.database.id)
    if database is None:
        return {}
    return {"projectId": database.project.id, "workspaceId": live.workspace_id_of(database.project.id)}


def outputs(connection: Connection, state: Properties) -> Properties:
    """The whole state, with the credentials where the response has them."""
    return diff.outputs(ConnectionHandler.fields, connection, state) | connection.credentials()
