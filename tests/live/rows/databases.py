"""Databases: made once by their logicalId, secret once, changed in place."""

from __future__ import annotations

import json

from live import connecting
from live.findings import DIFFERS, Found, NotTried, Table, compared, field, holds, optional
from live.rows.projects import SCRIPTS
from live.world import Shape, World, default_connection, path_of

ROWS = Table()
STATUSES = ("provisioning", "ready", "failure", "recovering")


@ROWS.row(
    "database", "A created database is answered with id, name, status, isDefault and project", "api/models.py Database"
)
def _(world: World) -> Found:
    shape = world.first
    for name in ("id", "isDefault", "status"):
        field(shape, name)
    seen = (field(shape, "name"), field(shape, "project.id"))
    return compared(("first", field(world.project, "id")), seen, says=world.first_answer.said)


@ROWS.row("database-status", "Its status is one of those that are known", "api/models.py WAITING")
def _(world: World) -> Found:
    status = field(world.first, "status")
    return holds(status) if status in STATUSES else Found(DIFFERS, " or ".join(STATUSES), status)


@ROWS.row("database-logical-id", "Its answer holds the logicalId that was sent", "handlers/creation.py create_once")
def _(world: World) -> Found:
    return compared(world.logical_id("first"), field(world.first, "logicalId"))


@ROWS.row("database-by-logical-id", "A list asked by project and logicalId shows it", "handlers/database.py _make")
def _(world: World) -> Found:
    wanted = field(world.first, "id")
    asked = {"projectId": field(world.project, "id"), "logicalId": world.logical_id("first"), "limit": 100}
    waited = world.until(lambda: wanted in [field(each, "id") for each in world.api.all("/v1/databases", **asked)])
    if waited is None:
        return Found(DIFFERS, f"the database within {world.patience:g} s", "a list without it")
    return holds(f"after {waited:.1f} s")


@ROWS.row(
    "database-unknown-logical-id",
    "A list asked by a logicalId that nobody has shows none with it",
    "handlers/creation.py create_once",
)
def _(world: World) -> Found:
    nobody = world.logical_id("nobody")
    listed = world.api.all("/v1/databases", projectId=field(world.project, "id"), logicalId=nobody, limit=100)
    return compared(
        [], [field(each, "id") for each in listed if field(each, "logicalId") == nobody], says=f"{len(listed)} others"
    )


@ROWS.row(
    "database-in-list",
    "The list of its project shows a new one (how soon is only measured)",
    "live/databases.py databases",
)
def _(world: World) -> Found:
    wanted = field(world.second, "id")
    waited = world.until(lambda: wanted in [field(each, "id") for each in world.listed()])
    if waited is None:
        return Found(DIFFERS, f"the database within {world.patience:g} s", "a list without it")
    return holds(f"after {waited:.1f} s")


@ROWS.row("database-twice", "A second create with its logicalId is refused by 409", "handlers/creation.py create_once")
def _(world: World) -> Found:
    field(world.first, "logicalId")
    return world.create("twice", logicalId=world.logical_id("first")).expected(409)


@ROWS.row(
    "database-secrets",
    "The answer to a create holds the secrets of its default connection",
    "api/models.py default_credentials",
)
def _(world: World) -> Found:
    endpoints = optional(default_connection(world.first), "endpoints")
    ways = [way for way in ("direct", "pooled") if (endpoints.get(way) or {}).get("connectionString")]
    return holds(" and ".join(ways)) if ways else Found(DIFFERS, "a connection string", "none")


@ROWS.row("database-secrets-once", "GET and lists show no secrets of it", "handlers/database.py read")
def _(world: World) -> Found:
    optional(default_connection(world.first), "endpoints.direct.connectionString")
    shown = [each for each in (world.api.get(world.first_path).data, *world.listed()) if _has_secret(each)]
    return compared(0, len(shown), says=f"{len(shown)} answers with a connection string")


@ROWS.row(
    "database-connections",
    "It names its default connection and lists its connections",
    "live/connections.py connection",
)
def _(world: World) -> Found:
    data = world.api.get(world.first_path).data
    ids = [field(each, "id") for each in optional(data, "connections")]
    wanted = optional(data, "defaultConnectionId")
    if not ids:
        raise NotTried("a database lists no connections")
    return holds(wanted) if wanted in ids else Found(DIFFERS, f"{wanted} among them", str(ids))


@ROWS.row("database-region", "region=inherit is the region of its project", "handlers/placement.py project_region")
def _(world: World) -> Found:
    return compared(optional(world.project, "defaultRegion"), optional(world.first, "region.id"))


@ROWS.row(
    "database-ready", "It becomes ready by itself (how soon is only measured)", "handlers/readiness.py wait_ready"
)
def _(world: World) -> Found:
    waited = world.ready(world.first_path)
    return holds(f"{field(world.first, 'status')} when made, ready {waited:.1f} s later")


@ROWS.row("database-connects", "Its direct connection string lets in (how soon after ready is only measured)", "")
def _(world: World) -> Found:
    return holds(f"{world.first_connected:.1f} s after it was ready")


@ROWS.row("database-pooled", "Its pooled connection string lets in", "api/models.py credentials")
def _(world: World) -> Found:
    _ = world.first_connected
    url = optional(default_connection(world.first), "endpoints.pooled.connectionString")
    return holds(f"after {connecting.seconds_to_connect(url, world.patience):.1f} s")


@ROWS.row(
    "database-rename", "PATCH name is applied in place and answered, and the id stays", "handlers/database.py _patch"
)
def _(world: World) -> Found:
    answer = world.api.patch(world.first_path, name="orders")
    data = answer.data
    later = world.settled(lambda: field(world.api.get(world.first_path).data, "name"), "orders")
    seen = (field(data, "name"), field(data, "id"), later)
    return compared(("orders", field(world.first, "id"), "orders"), seen, says=seen[0])


@ROWS.row("database-rename-keeps", "A rename leaves rows and password as they are", "handlers/database.py update")
def _(world: World) -> Found:
    _ = world.rows
    world.api.patch(world.first_path, name="first").data  # noqa: B018 - NotTried where it is refused
    return compared("kept", connecting.query(world.first_url, "SELECT word FROM kept"))


@ROWS.row(
    "database-names",
    "Names of one character and of any script are kept, also where another has it",
    "handlers/database.py check",
)
def _(world: World) -> Found:
    for name in ("x", SCRIPTS, "first"):
        answer = world.api.patch(world.second_path, name=name)
        if not answer.well or field(answer.data, "name") != name:
            return Found(DIFFERS, name, answer.said)
    world.api.patch(world.second_path, name="second")
    return holds(f"256 characters: {world.api.patch(world.second_path, name='n' * 256).said}")


@ROWS.row("database-new-logical-id", "PATCH logicalId is applied and answered", "")
def _(world: World) -> Found:
    wanted = world.logical_id("second")
    answer = world.api.patch(world.second_path, logicalId=wanted).offered()
    return compared(wanted, field(answer.data, "logicalId"))


@ROWS.row("database-on-branch", "A create with branchId puts it on that branch", "handlers/database.py _make")
def _(world: World) -> Found:
    return compared(field(world.branch, "id"), optional(world.member, "branchId"))


@ROWS.row("database-move", "PATCH branchId moves it to another branch", "handlers/database.py _compare")
def _(world: World) -> Found:
    answer = world.api.patch(world.second_path, branchId=field(world.branch, "id")).offered()
    if not answer.well:
        raise NotTried(f"the service does not move it: {answer.said}")
    return compared(field(world.branch, "id"), optional(answer.data, "branchId"))


@ROWS.row("database-branch-by-name", "A create with branchGitName makes that branch, where it is missing", "")
def _(world: World) -> Found:
    field(world.branch, "id")
    made = world.database("named", branchGitName="by-name")
    wanted = [optional(made, "branchId")]
    seen = world.settled(lambda: [field(each, "id") for each in _named(world, "by-name")], wanted)
    world.api.delete(path_of(made))
    return compared(wanted, seen)


def _named(world: World, git_name: str) -> list[Shape]:
    return [each for each in world.api.all(world.branches_path, limit=100) if field(each, "gitName") == git_name]


def _has_secret(database: Shape) -> bool:
    return '"connectionString": "' in json.dumps(database)
