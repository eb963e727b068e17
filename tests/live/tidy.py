"""All that the ring made goes again, whatever happened; what cannot be removed is named."""

from __future__ import annotations

from collections.abc import Iterator

from live.api import Answer
from live.findings import Different, NotTried, field
from live.world import World, path_of

GONE = (204, 404)


def tidy(world: World) -> list[str]:
    """Remove the projects and tokens of this run; what is left, with why, a line each."""
    return [*_tokens(world), *_all_projects(world)]


def _tokens(world: World) -> Iterator[str]:
    if "token_answer" not in world.made or _was_refused(world, "token_answer"):
        return
    try:
        for token in world.tokens():
            if _is_ours(world, token.get("name")):
                answer = world.api.delete(f"{world.tokens_path}/{field(token, 'id')}")
                if answer.status not in GONE:
                    yield f'service token "{token["name"]}": {answer.said}'
    except (NotTried, Different) as why:
        yield f'service token "{world.name}-token", if it was made: {_said(why)}'


def _all_projects(world: World) -> list[str]:
    if not world.begun:
        return []
    try:
        projects = _projects(world)
        if not projects and not _refused(world):
            # The answer was lost, and the project may be there: it is waited for as long as for anything.
            world.until(lambda: bool(_projects(world)))
            projects = _projects(world)
            if not projects:
                return [f'project "{world.name}", if it was made: the answer to its creation was lost']
    except (NotTried, Different) as why:
        return [f"what is called {world.name}, which could not be looked for: {_said(why)}"]
    return [line for project_id in projects for line in _remove(world, project_id)]


def _refused(world: World) -> bool:
    """Whether the service said that it made no project."""
    return _was_refused(world, "project_answer")


def _was_refused(world: World, what: str) -> bool:
    """Whether the service said that it made nothing: any other answer may be that of one that it made."""
    answers = [each for each in world.made.get(what, ()) if isinstance(each, Answer)]
    return any(400 <= answer.status < 500 for answer in answers)


def _projects(world: World) -> set[str]:
    """The ids of those that were answered, and of those that were made though the answer was lost."""
    answered = [each for each in world.made.get("project", ()) if isinstance(each, dict)]
    listed = world.api.all("/v1/projects", limit=100)
    ours = [each for each in listed if _is_ours(world, each.get("name")) or _is_ours(world, each.get("logicalId"))]
    return {str(field(each, "id")) for each in (*answered, *ours)}


def _is_ours(world: World, name: object) -> bool:
    return isinstance(name, str) and name.startswith(world.name)


def _remove(world: World, project_id: str) -> Iterator[str]:
    path = f"/v1/projects/{project_id}"
    try:
        if world.until(lambda: _gone(world, project_id)) is not None:
            return
        said = world.api.delete(path).said
    except (NotTried, Different) as why:
        said = _said(why)
    yield f'project "{world.name}" ({project_id}): {said}'


def _gone(world: World, project_id: str) -> bool:
    """Ask for it once; where what it holds is in the way, for that first."""
    path = f"/v1/projects/{project_id}"
    if world.api.delete(path).status in GONE:
        return True
    for database in world.databases_of(project_id):
        world.api.delete(path_of(database))
    return world.api.delete(path).status in GONE


def _said(why: Exception) -> str:
    return " ".join(map(str, why.args))
