"""Projects: made once by their logicalId, renamed in place."""

from __future__ import annotations

from live.findings import DIFFERS, Found, NotTried, Table, compared, field, holds, optional
from live.world import World

ROWS = Table()
SCRIPTS = "Grüße, 東京 🚀"


@ROWS.row("project", "A created project is answered with id, name and workspace", "api/models.py Project")
def _(world: World) -> Found:
    shape = world.project
    field(shape, "workspace.id")
    field(shape, "id")
    return compared(world.name, field(shape, "name"), says=world.project_answer.said)


@ROWS.row("project-logical-id", "Its answer holds the logicalId that was sent", "handlers/creation.py create_once")
def _(world: World) -> Found:
    return compared(world.logical_id("project"), field(world.project, "logicalId"))


@ROWS.row("project-region", "Its defaultRegion is the region that was sent", "handlers/project.py diff")
def _(world: World) -> Found:
    if world.region is None:
        raise NotTried("no region was sent, since none is listed")
    return compared(world.region, optional(world.project, "defaultRegion"))


@ROWS.row("project-empty", "createDatabase=false makes no database", "live/projects.py new_project")
def _(world: World) -> Found:
    if "first_answer" in world.made:
        raise NotTried("there is a database by now")
    return compared(0, len(world.listed()))


@ROWS.row("project-get", "GET answers with the project that was made", "api/client.py project")
def _(world: World) -> Found:
    data = world.api.get(world.project_path).data
    return compared(field(world.project, "name"), field(data, "name"))


@ROWS.row("project-by-logical-id", "A list asked by logicalId shows it", "handlers/project.py _make")
def _(world: World) -> Found:
    asked = {"logicalId": world.logical_id("project"), "limit": 100}
    shown: list[object] = []

    def there() -> bool:
        shown[:] = [field(each, "id") for each in world.api.all("/v1/projects", **asked)]
        return field(world.project, "id") in shown

    waited = world.until(there)
    return (
        holds(f"after {waited:.1f} s, beside {len(shown) - 1} others")
        if waited is not None
        else Found(DIFFERS, f"the project within {world.patience:g} s", f"{len(shown)} others")
    )


@ROWS.row("project-twice", "A second create with its logicalId is refused by 409", "handlers/creation.py create_once")
def _(world: World) -> Found:
    field(world.project, "logicalId")
    body = {"name": world.name, "createDatabase": False, "logicalId": world.logical_id("project")}
    return world.api.post("/v1/projects", **body).expected(409)


@ROWS.row("project-rename", "PATCH name is applied in place and answered", "handlers/project.py _apply")
def _(world: World) -> Found:
    name = f"{world.name} renamed"
    data = world.api.patch(world.project_path, name=name).data
    wanted = (name, field(world.project, "id"), name)
    later = world.settled(lambda: _name(world), name)
    return compared(wanted, (field(data, "name"), field(data, "id"), later), says=later)


@ROWS.row(
    "project-names", "Names of 1 and 256 characters, of any script, are kept as they are", "handlers/project.py check"
)
def _(world: World) -> Found:
    for name in ("x", "n" * 256, SCRIPTS):
        answer = world.api.patch(world.project_path, name=name)
        if not answer.well or field(answer.data, "name") != name:
            return Found(DIFFERS, f"{name[:20]} ({len(name)})", answer.said)
    beyond = world.api.patch(world.project_path, name="n" * 257).said
    world.api.patch(world.project_path, name=world.name)
    return holds(f"257 characters: {beyond}")


def _name(world: World) -> object:
    return field(world.api.get(world.project_path).data, "name")
