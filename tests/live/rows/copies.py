"""Clones, backups, restores and usage."""

from __future__ import annotations

from live import connecting
from live.findings import Found, NotTried, Table, compared, field, holds, optional
from live.world import World, default_connection, path_of

ROWS = Table()


@ROWS.row("clone", "A create with a database as source copies its rows", "handlers/database.py _make")
def _(world: World) -> Found:
    _ = world.rows
    return _copied(world, {"type": "database", "databaseId": field(world.first, "id")})


@ROWS.row("backups", "The backups of a database are listed, with id and status", "api/client.py backups")
def _(world: World) -> Found:
    answer = world.api.get(f"{world.first_path}/backups", limit=100)
    if answer.status == 422:
        raise NotTried(f"backups are not supported: {answer.said}")
    field(answer.offered().body, "pagination.hasMore")
    listed = answer.data
    for each in listed:
        for name in ("id", "status"):
            field(each, name)
    return holds(f"{len(listed)} backups")


@ROWS.row("backup-as-source", "A create with a backup as source has its rows", "handlers/database.py _make")
def _(world: World) -> Found:
    backup = {"type": "backup", "databaseId": field(world.first, "id"), "backupId": world.backup_id}
    return _copied(world, backup)


@ROWS.row(
    "restore",
    "A restore takes the data back to the backup, ends in ready and keeps the password",
    "handlers/restore.py _restore",
)
def _(world: World) -> Found:
    answer, _ = world.restored
    if answer.status != 200:
        return answer.expected(200)
    waited = world.ready(world.first_path)
    connecting.seconds_to_connect(world.first_url, world.patience)
    word = connecting.query(world.first_url, "SELECT word FROM kept")
    return compared("kept", word, says=f"{field(answer.data, 'status')}, ready {waited:.1f} s later, {word}")


@ROWS.row("restore-again", "A restore while another is under way is refused by 409", "handlers/restore.py _restore")
def _(world: World) -> Found:
    _, again = world.restored
    if again is None or again.well:
        raise NotTried("the first one was over by then")
    return again.expected(409)


@ROWS.row("usage", "The usage of a database names its period, operations and storage", "api/client.py usage")
def _(world: World) -> Found:
    answer = world.api.get(f"{world.first_path}/usage").offered()
    if not answer.well:
        raise NotTried(answer.said)
    values = [
        field(answer.body, path)
        for path in ("metrics.operations.used", "metrics.storage.used", "period.start", "period.end")
    ]
    return holds(f"{values[0]} operations, {values[1]} GiB")


def _copied(world: World, source: dict[str, object]) -> Found:
    """Make it, look into it, and delete it."""
    made = world.database("copy", source=source)
    try:
        world.ready(path_of(made))
        url = optional(default_connection(made), "endpoints.direct.connectionString")
        connecting.seconds_to_connect(url, world.patience)
        word = connecting.query(url, "SELECT word FROM kept")
    finally:
        world.api.delete(path_of(made))
    told = (made.get("source") or source).get("databaseId")
    return compared(("kept", source["databaseId"]), (word, told), says=f"{word}, source {made.get('source')}")
