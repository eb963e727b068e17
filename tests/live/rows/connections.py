"""Connections: secret once, rotated in place, locked out when they go."""

from __future__ import annotations

from urllib.parse import urlsplit

from live import connecting
from live.findings import DIFFERS, Found, NotTried, Table, compared, field, holds, optional
from live.rows.projects import SCRIPTS
from live.world import Shape, World

ROWS = Table()
WAYS = ("direct", "pooled")


@ROWS.row("connection", "A created connection is answered with id and name", "api/models.py Connection")
def _(world: World) -> Found:
    field(world.connection, "id")
    return compared("web", field(world.connection, "name"), says=world.connection_answer.said)


@ROWS.row("connection-secrets", "Its answer holds its connection strings", "api/models.py credentials")
def _(world: World) -> Found:
    ways = [way for way in WAYS if _url(world.connection, way)]
    return holds(" and ".join(ways)) if ways else Found(DIFFERS, "a connection string", "none")


@ROWS.row("connection-url", "They name user, password and host", "api/models.py credentials")
def _(world: World) -> Found:
    parts = urlsplit(_direct(world.connection))
    lacking = [name for name in ("username", "password", "hostname") if not getattr(parts, name)]
    named = "a database" if parts.path.strip("/") else "no database"
    says = f"{parts.scheme}, {named}, query {parts.query or 'empty'}{''.join(f', no {each}' for each in lacking)}"
    return compared([], lacking, says=says)


@ROWS.row("connection-secrets-once", "GET and lists show no secrets of it", "handlers/connection.py read")
def _(world: World) -> Found:
    _direct(world.connection)
    shown = [world.api.get(world.connection_path).data, *_listed(world)]
    return compared(0, sum(bool(_url(each, way)) for each in shown for way in WAYS))


@ROWS.row(
    "connection-in-list",
    "The list of its database shows it (how soon is only measured)",
    "handlers/create_connection.py _seen",
)
def _(world: World) -> Found:
    wanted = field(world.connection, "id")
    waited = world.until(lambda: wanted in [field(each, "id") for each in _listed(world)])
    if waited is None:
        return Found(DIFFERS, f"the connection within {world.patience:g} s", "a list without it")
    return holds(f"after {waited:.1f} s")


@ROWS.row(
    "connection-in-database",
    "Its database lists it, too (how soon is only measured)",
    "live/connections.py connection",
)
def _(world: World) -> Found:
    wanted = field(world.connection, "id")
    if not _ids(world.api.get(world.first_path).data):
        raise NotTried("a database lists no connections")
    waited = world.until(lambda: wanted in _ids(world.api.get(world.first_path).data))
    if waited is None:
        return Found(DIFFERS, f"the connection within {world.patience:g} s", "a database without it")
    return holds(f"after {waited:.1f} s")


@ROWS.row(
    "connection-names",
    "Names of 3 and 65 characters, of any script, are kept, also twice",
    "handlers/connection.py check",
)
def _(world: World) -> Found:
    database = field(world.first, "id")
    for name in ("abc", "n" * 65, SCRIPTS, "web"):
        answer = world.api.post("/v1/connections", databaseId=database, name=name)
        if not answer.well or field(answer.data, "name") != name:
            return Found(DIFFERS, f"{name[:20]} ({len(name)})", answer.said)
        world.api.delete(f"/v1/connections/{field(answer.data, 'id')}")
    beyond = [world.api.post("/v1/connections", databaseId=database, name="n" * length) for length in (2, 66)]
    for answer in beyond:
        if answer.well:
            world.api.delete(f"/v1/connections/{field(answer.data, 'id')}")
    return holds("; ".join(f"{length} characters: {each.said}" for length, each in zip((2, 66), beyond, strict=True)))


@ROWS.row(
    "connection-connects", "Its connection strings let in (how soon is only measured)", "handlers/connection.py create"
)
def _(world: World) -> Found:
    _ = world.first_connected
    waited = [
        connecting.seconds_to_connect(url, world.patience)
        for url in (_url(world.connection, way) for way in WAYS)
        if url
    ]
    return holds(" and ".join(f"{seconds:.1f} s" for seconds in waited))


@ROWS.row("rotate", "A rotation keeps the id and answers with new secrets", "handlers/credentials.py rotated")
def _(world: World) -> Found:
    data = world.rotated
    if _direct(data) == _direct(world.connection):
        return Found(DIFFERS, "another password", "the one that it had")
    return compared(field(world.connection, "id"), field(data, "id"))


@ROWS.row(
    "rotate-default", "The default connection of a database is rotated, too", "handlers/credentials.py rotated_default"
)
def _(world: World) -> Found:
    connection = optional(world.api.get(world.second_path).data, "defaultConnectionId")
    answer = world.api.post(f"/v1/connections/{connection}/rotate")
    if not answer.well:
        return answer.expected(200)
    return holds(answer.said) if _url(answer.data, "direct") else Found(DIFFERS, "a connection string", "none")


@ROWS.row("rotate-new", "The new password lets in", "handlers/credentials.py rotated")
def _(world: World) -> Found:
    _ = world.first_connected
    return holds(f"after {connecting.seconds_to_connect(_direct(world.rotated), world.patience):.1f} s")


@ROWS.row("rotate-old", "The old password is locked out (how soon is only measured)", "handlers/credentials.py rotated")
def _(world: World) -> Found:
    _ = world.first_connected
    _direct(world.rotated)
    return _locked_out(world, _direct(world.connection), _direct(world.rotated))


@ROWS.row("connection-delete", "A connection is deleted, then answered with 404", "handlers/connection.py delete")
def _(world: World) -> Found:
    _ = world.connection
    answer = world.deleted_connection
    if not answer.well:
        return answer.expected(204)
    gone = world.until(lambda: world.api.get(world.connection_path).status == 404)
    return (
        holds(f"404 after {gone:.1f} s")
        if gone is not None
        else Found(DIFFERS, "404", world.api.get(world.connection_path).said)
    )


@ROWS.row(
    "connection-delete-locks", "Its password is locked out, those of others are not", "handlers/connection.py delete"
)
def _(world: World) -> Found:
    _ = world.first_connected
    lost = _direct(world.rotated)
    if not world.deleted_connection.well:
        raise NotTried("it was not deleted")
    return _locked_out(world, lost, world.first_url)


def _locked_out(world: World, old: str, other: str) -> Found:
    seconds = connecting.seconds_to_lock_out(old, world.patience)
    if seconds is None:
        return Found(DIFFERS, "refused", f"let in after {world.patience:g} s")
    connecting.seconds_to_connect(other, world.patience)  # so it is the password that is refused, not everybody
    return holds(f"after {seconds:.1f} s")


def _url(connection: Shape, way: str) -> str:
    endpoint = (connection.get("endpoints") or {}).get(way) or {}
    return str(endpoint.get("connectionString") or "")


def _direct(connection: Shape) -> str:
    return str(optional(connection, "endpoints.direct.connectionString"))


def _listed(world: World) -> list[Shape]:
    return world.api.all("/v1/connections", databaseId=field(world.first, "id"), limit=100)


def _ids(database: Shape) -> list[object]:
    return [field(each, "id") for each in database.get("connections") or ()]
