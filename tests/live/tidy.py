"""All that the ring made goes again, whatever happened; what cannot be removed is named."""

from __future__ import annotations

from collections.abc import Iterator

from live.api import Answer
from live.findings import Different, NotTried, field
from live.world import Shape, World, path_of

GONE = (204, 404)


def tidy(world: World) -> list[str]:
    """Remove the projects of this run; what is left, with why, a line each."""
    if not world.begun:
        return []
    try:
        projects = {field(each, "id"): each for each in _projects(world)}
        if not projects and not _answered(world):
            # The answer was lost, and the project may be there: it is waited for as long as for anything.
            world.until(
                lambda: bool(projects.update((field(each, "id"), each) for each in _projects(world)) or projects)
            )
    except (NotTried, Different) as why:
        return [f"what is called {world.name}, which could not be looked for: {_said(why)}"]
    return [line for project in projects.values() for line in _remove(world, project)]


def _answered(world: World) -> bool:
    return any(isinstance(each, Answer) for each in world.made.get("project_answer", ()))


def _projects(world: World) -> Iterator[Shape]:
    """Those that were answered, and those that were made though the answer was lost."""
    answered = [each for each in world.made.get("project", ()) if isinstance(each, dict)]
    yield from answered
    for each in world.api.all("/v1/projects", limit=100):
        if str(each.get("name")).startswith(world.name) or str(each.get("logicalId")).startswith(world.name):
            yield each


def _remove(world: World, project: Shape) -> Iterator[str]:
    path = f"/v1/projects/{field(project, 'id')}"
    try:
        if world.until(lambda: _gone(world, path)) is not None:
            return
        said = world.api.delete(path).said
    except (NotTried, Different) as why:
        said = _said(why)
    yield f'project "{world.name}" ({field(project, "id")}): {said}'


def _gone(world: World, path: str) -> bool:
    """Ask for it once; where what it holds is in the way, for that first."""
    if world.api.delete(path).status in GONE:
        return True
    for database in world.api.all("/v1/databases", projectId=path.rpartition("/")[2], limit=100):
        world.api.delete(path_of(database))
    return world.api.delete(path).status in GONE


def _said(why: Exception) -> str:
    return " ".join(map(str, why.args))
