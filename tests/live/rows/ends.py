"""Deletions: what is refused, what goes with what, and when it is seen to be gone."""

from __future__ import annotations

from live.findings import DIFFERS, Found, NotTried, Table, compared, field, holds
from live.world import World, path_of

ROWS = Table()


@ROWS.row("default-delete", "The deletion of the default database is refused by 403", "handlers/database.py delete")
def _(world: World) -> Found:
    for path in map(path_of, world.listed()):
        if field(world.api.get(path).data, "isDefault"):
            return world.api.delete(path).expected(403)
    raise NotTried("the project has no default database")


@ROWS.row(
    "branch-delete-used",
    "The deletion of a branch with a database on it is refused by 409",
    "handlers/branch.py _is_kept",
)
def _(world: World) -> Found:
    if field(world.member, "branchId") != field(world.branch, "id"):
        raise NotTried("no database is on the branch")
    return world.api.delete(f"/v1/branches/{field(world.branch, 'id')}").expected(409)


@ROWS.row(
    "branch-delete-default",
    "The deletion of the default branch, with databases on it, is refused by 422 or 409",
    "handlers/branch.py _is_kept",
)
def _(world: World) -> Found:
    field(world.branch, "id")
    defaults = [each for each in world.api.all(world.branches_path, limit=100) if field(each, "isDefault")]
    if not defaults:
        raise NotTried("the project has no default branch")
    return world.api.delete(f"/v1/branches/{field(defaults[0], 'id')}").expected(422, 409)


@ROWS.row("branch-delete", "A branch without databases is deleted, then answered with 404", "handlers/branch.py delete")
def _(world: World) -> Found:
    field(world.branch, "id")
    empty = world.api.post(world.branches_path, gitName="empty").data
    return _goes(world, f"/v1/branches/{field(empty, 'id')}")


@ROWS.row(
    "database-delete",
    "A database, also a former default, is deleted, then answered with 404 (how soon is only measured)",
    "handlers/database.py delete",
)
def _(world: World) -> Found:
    return _goes(world, path_of(world.gone))


@ROWS.row("database-delete-again", "Its second deletion is answered with 404", "handlers/changes.py delete")
def _(world: World) -> Found:
    _deleted(world)
    return world.api.delete(path_of(world.gone)).expected(404)


@ROWS.row(
    "database-delete-list",
    "Lists do not show it any more (how soon is only measured)",
    "live/databases.py confirmed",
)
def _(world: World) -> Found:
    _deleted(world)
    waited = world.until(lambda: field(world.gone, "id") not in [field(each, "id") for each in world.listed()])
    return (
        holds(f"after {waited:.1f} s") if waited is not None else Found(DIFFERS, "a list without it", "a list with it")
    )


@ROWS.row("database-delete-connection", "Its connections are gone with it: 404", "live/connections.py connection")
def _(world: World) -> Found:
    _deleted(world)
    connection = world.gone.get("defaultConnectionId")
    if connection is None:
        raise NotTried("it had no default connection")
    return _absent(world, f"/v1/connections/{connection}")


@ROWS.row(
    "project-delete",
    "A project is deleted though it holds databases, then answered with 404",
    "handlers/project.py delete",
)
def _(world: World) -> Found:
    field(world.first, "id")
    return _goes(world, world.project_path)


@ROWS.row("project-delete-databases", "Its databases are gone with it: 404", "handlers/project.py delete")
def _(world: World) -> Found:
    if world.api.get(world.project_path).status != 404:
        raise NotTried("the project was not deleted")
    return _absent(world, world.first_path)


@ROWS.row("project-delete-home", "Its list of databases is empty, or refused by 404 or 403", "live/projects.py _within")
def _(world: World) -> Found:
    if world.api.get(world.project_path).status != 404:
        raise NotTried("the project was not deleted")
    answer = world.api.get("/v1/databases", projectId=field(world.project, "id"), limit=100)
    return compared(0, len(answer.data)) if answer.well else answer.expected(403, 404)


def _goes(world: World, path: str) -> Found:
    answer = world.api.delete(path)
    return _absent(world, path) if answer.well else answer.expected(204)


def _absent(world: World, path: str) -> Found:
    waited = world.until(lambda: world.api.get(path).status == 404)
    return holds(f"404 after {waited:.1f} s") if waited is not None else compared(404, world.api.get(path).said)


def _deleted(world: World) -> None:
    if world.api.get(path_of(world.gone)).status != 404:
        raise NotTried("it was not deleted")
