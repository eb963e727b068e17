"""Environment variables: unique in their scope, values that are never shown, and the time of the last write."""

from __future__ import annotations

from typing import Any

from live.findings import DIFFERS, Found, NotTried, Table, compared, field, holds
from live.world import World, bare

ROWS = Table()
PATH = "/v1/environment-variables"
VALUE = "a value of the ring"


@ROWS.row("variable", "A variable is answered with id, key and class", "handlers/write_variable.py make")
def _(world: World) -> Found:
    return compared(("RING", "preview"), (field(world.variable, "key"), field(world.variable, "class")))


@ROWS.row(
    "variable-hidden",
    "Neither its creation nor GET nor lists show its value",
    "handlers/environment_variable.py read",
)
def _(world: World) -> Found:
    shown = [world.variable, world.api.get(world.variable_path).data, *_listed(world)]
    return compared([], [each for each in shown if VALUE in str(each)], says="nowhere")


@ROWS.row("variable-list", "The list of its project, and that of its key, show it", "live/variables.py variables")
def _(world: World) -> Found:
    wanted = field(world.variable, "id")
    waited = world.until(lambda: all(wanted in _ids(each) for each in (_listed(world), _listed(world, key="RING"))))
    return holds(f"after {waited:.1f} s") if waited is not None else Found(DIFFERS, "the variable", "a list without it")


@ROWS.row("variable-twice", "A second one of its scope is refused by 409", "handlers/write_variable.py make")
def _(world: World) -> Found:
    field(world.variable, "id")
    return world.make_variable(key="RING").expected(409)


@ROWS.row("variable-branch", "A branch has its own beside it, of class preview", "handlers/write_variable.py at")
def _(world: World) -> Found:
    branch = field(world.branch, "id")
    field(world.variable, "id")
    made = world.make_variable(key="RING", branchId=branch).data
    return compared(bare(branch), bare(field(made, "branchId")))


@ROWS.row(
    "variable-production-branch",
    "One of a branch in production is refused by 400 or 422",
    "handlers/environment_variable.py _check_class",
)
def _(world: World) -> Found:
    branch = field(world.branch, "id")
    field(world.variable, "id")
    return world.make_variable(key="RING", branchId=branch, **{"class": "production"}).expected(400, 422)


@ROWS.row(
    "variable-key",
    "A key in small letters is refused by 400 or 422",
    "handlers/environment_variable.py _check_key",
)
def _(world: World) -> Found:
    field(world.variable, "id")
    return world.make_variable(key="ring").expected(400, 422)


@ROWS.row(
    "variable-still",
    "updatedAt and valueKid stay while nobody writes",
    "handlers/write_variable.py was_written_elsewhere",
)
def _(world: World) -> Found:
    return compared(_moment(world.variable), _moment(world.api.get(world.variable_path).data))


@ROWS.row(
    "variable-patch",
    "PATCH moves updatedAt, and GET shows what its answer says",
    "handlers/write_variable.py was_written_elsewhere",
)
def _(world: World) -> Found:
    before = _moment(world.variable)
    answered = _moment(world.api.patch(world.variable_path, value="another").data)
    if answered[0] == before[0]:
        return Found(DIFFERS, f"another time than {before[0]}", str(answered[0]))
    return compared(answered, _moment(world.api.get(world.variable_path).data))


@ROWS.row(
    "variable-system",
    "The default database has DATABASE_URL in production, managed by the system",
    "handlers/write_variable.py is_left_to_prisma",
)
def _(world: World) -> Found:
    field(world.variable, "id")
    world.ready(world.first_path)
    managed = [each for each in _listed(world) if field(each, "isManagedBySystem")]
    if not managed:
        raise NotTried("the service manages no variable of this project")
    keys = sorted(f"{field(each, 'key')} ({field(each, 'class')})" for each in managed)
    return holds(", ".join(keys)) if "DATABASE_URL (production)" in keys else Found(DIFFERS, "DATABASE_URL", str(keys))


@ROWS.row(
    "variable-delete",
    "It is deleted, then answered with 404",
    "handlers/environment_variable.py delete",
)
def _(world: World) -> Found:
    answer = world.api.delete(world.variable_path)
    if not answer.well:
        return answer.expected(204)
    waited = world.until(lambda: world.api.get(world.variable_path).status == 404)
    return holds(f"404 after {waited:.1f} s") if waited is not None else Found(DIFFERS, "404", "it is still there")


def _listed(world: World, **query: object) -> list[Any]:
    return world.api.all(PATH, projectId=field(world.project, "id"), limit=100, **query)


def _ids(listed: list[Any]) -> list[object]:
    return [field(each, "id") for each in listed]


def _moment(variable: Any) -> tuple[object, object]:
    return field(variable, "updatedAt"), field(variable, "valueKid")
