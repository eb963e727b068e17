"""The default flag: one database of a project has it, and PATCH gives it to another."""

from __future__ import annotations

from live.api import Answer
from live.findings import DIFFERS, Found, NotTried, Table, compared, field, holds
from live.world import World, path_of

ROWS = Table()


@ROWS.row(
    "default-first", "A create with isDefault where there is no default gives the flag", "handlers/database.py _make"
)
def _(world: World) -> Found:
    return compared(True, field(world.first, "isDefault"))


@ROWS.row(
    "default-beside",
    "Where there is one, it takes the flag, or says that it does not; or it is refused by 409, and nothing is made",
    "handlers/creation.py create_once",
)
def _(world: World) -> Found:
    field(world.first, "id")
    logical_id = world.logical_id("beside")
    answer = world.create("beside", isDefault=True, logicalId=logical_id)
    if answer.status == 409:
        return compared([], [field(each, "id") for each in _with(world, logical_id)], says=answer.said)
    if not answer.well:
        raise NotTried(answer.said)
    if not field(answer.data, "isDefault"):
        world.api.delete(path_of(answer.data))
        return holds(f"{answer.status}, made without the flag")
    wanted = [field(answer.data, "id")]
    seen = world.settled(lambda: _defaults(world), wanted)
    found = compared(wanted, seen, says=f"{answer.status}, {len(seen)} default")
    world.api.patch(world.first_path, isDefault=True)
    world.api.delete(path_of(answer.data))
    return found


@ROWS.row("default-promote", "PATCH isDefault gives the flag and answers with it", "handlers/database.py _patch")
def _(world: World) -> Found:
    answer = world.promoted
    if not answer.well or not field(answer.data, "isDefault"):
        raise NotTried(f"the service takes no isDefault in PATCH, which the contract lacks: {answer.said}, not default")
    return compared(True, world.settled(lambda: field(world.api.get(world.second_path).data, "isDefault"), True))


@ROWS.row("default-one", "The database that had the flag loses it by that", "live/own_writes.py put")
def _(world: World) -> Found:
    _given(world.promoted)
    wanted = [field(world.second, "id")]
    return compared(wanted, world.settled(lambda: _defaults(world), wanted))


@ROWS.row("default-with-name", "PATCH takes name and isDefault together", "diff.py patches")
def _(world: World) -> Found:
    _given(world.promoted)
    answer = world.api.patch(world.first_path, name="first", isDefault=True)
    if not answer.well:
        return Found(DIFFERS, "200", answer.said)
    return compared(("first", True), (field(answer.data, "name"), field(answer.data, "isDefault")))


def _given(answer: Answer) -> None:
    if not answer.well or not field(answer.data, "isDefault"):
        raise NotTried("the service takes no isDefault in PATCH")


def _defaults(world: World) -> list[object]:
    return [field(each, "id") for each in world.listed() if field(each, "isDefault")]


def _with(world: World, logical_id: str) -> list[object]:
    return [each for each in world.listed() if field(each, "logicalId") == logical_id]
