"""Branches: found by their name, promoted by PATCH."""

from __future__ import annotations

from typing import Any

from live.findings import DIFFERS, Found, NotTried, Table, compared, field, holds, optional
from live.world import World

ROWS = Table()


@ROWS.row("branch", "A created branch is answered with id, gitName, isDefault and project", "api/models.py Branch")
def _(world: World) -> Found:
    shape = world.branch
    for name in ("id", "isDefault"):
        field(shape, name)
    seen = (field(shape, "gitName"), field(shape, "project.id"))
    return compared(("release", field(world.project, "id")), seen, says=world.branch_answer.said)


@ROWS.row("branch-by-name", "The list of branches asked by gitName shows it", "handlers/branch.py named")
def _(world: World) -> Found:
    wanted = field(world.branch, "id")
    waited = world.until(lambda: wanted in [field(each, "id") for each in _listed(world, gitName="release")])
    if waited is None:
        return Found(DIFFERS, f"the branch within {world.patience:g} s", "a list without it")
    return holds(f"after {waited:.1f} s")


@ROWS.row("branch-twice", "A second branch of its name is refused by 409", "handlers/branch.py _make")
def _(world: World) -> Found:
    field(world.branch, "id")
    return world.api.post(world.branches_path, gitName="release").expected(409)


@ROWS.row("branch-default", "A project has one default branch", "handlers/branch.py _is_kept")
def _(world: World) -> Found:
    field(world.branch, "id")
    defaults = [each for each in _listed(world) if field(each, "isDefault")]
    names = ", ".join(f"{field(each, 'gitName')} ({each.get('role')})" for each in defaults)
    return compared(1, len(defaults), says=names or "none")


@ROWS.row(
    "branch-promote", "PATCH isDefault promotes a branch, and the other one loses the flag", "handlers/branch.py _apply"
)
def _(world: World) -> Found:
    before = _default(world)
    answer = world.api.patch(f"/v1/branches/{field(world.branch, 'id')}", isDefault=True)
    if not answer.well:
        raise NotTried(f"the service takes no isDefault here: {answer.said}")
    wanted = [field(world.branch, "id")]
    seen = world.settled(lambda: _defaults(world), wanted)
    world.api.patch(f"/v1/branches/{before}", isDefault=True)
    return compared((True, wanted), (field(answer.data, "isDefault"), seen), says=f"{len(seen)} default")


@ROWS.row(
    "branch-role",
    "Another branch than the first is a preview, also when it is the default",
    "handlers/branch.py _is_kept",
)
def _(world: World) -> Found:
    return compared("preview", optional(world.branch, "role"))


def _listed(world: World, **query: object) -> list[Any]:
    return world.api.all(world.branches_path, limit=100, **query)


def _defaults(world: World) -> list[object]:
    return [field(each, "id") for each in _listed(world) if field(each, "isDefault")]


def _default(world: World) -> object:
    field(world.branch, "id")
    found = _defaults(world)
    if not found:
        raise NotTried("the project has no default branch")
    return found[0]
