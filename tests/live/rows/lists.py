"""Lists: pages that join to the whole, each object once."""

from __future__ import annotations

from live.findings import DIFFERS, Found, NotTried, Table, field, holds
from live.world import World

ROWS = Table()
WHERE = "api/requests.py _pages"


@ROWS.row("pages-of-databases", "limit=1 gives one database a page, each once, until hasMore is false", WHERE)
def _(world: World) -> Found:
    wanted = {field(world.first, "id"), field(world.second, "id")}
    return _paged(world, "/v1/databases", wanted, projectId=field(world.project, "id"))


@ROWS.row("pages-of-connections", "The same for the connections of a database", WHERE)
def _(world: World) -> Found:
    _ = world.connection
    database = field(world.first, "id")
    more = world.api.post("/v1/connections", databaseId=database, name="page").data
    wanted = {field(more, "id"), field(world.first, "defaultConnectionId")} - {None}
    return _paged(world, "/v1/connections", wanted, databaseId=database)


@ROWS.row("pages-of-branches", "The same for the branches of a project", WHERE)
def _(world: World) -> Found:
    return _paged(world, world.branches_path, {field(world.branch, "id")})


@ROWS.row("pages-of-projects", "The same for projects, as far as the second page", WHERE)
def _(world: World) -> Found:
    pages = world.api.pages("/v1/projects", limit=1)
    first, second = next(pages), next(pages, None)
    if second is None:
        raise NotTried("the workspace has one project" if len(first) == 1 else "limit was ignored: one page has all")
    both = [field(each, "id") for each in (*first, *second)]
    return holds("two pages") if len(set(both)) == 2 else Found(DIFFERS, "two projects", ", ".join(both))


def _paged(world: World, path: str, wanted: set[object], **query: object) -> Found:
    """Whether pages of one object have the same as one page of all, once each."""
    world.until(lambda: wanted <= {field(each, "id") for each in world.api.all(path, **query, limit=100)})
    whole = [field(each, "id") for each in world.api.all(path, **query, limit=100)]
    pages = [[field(each, "id") for each in page] for page in world.api.pages(path, **query, limit=1)]
    joined = [each for page in pages for each in page]
    if len(pages) == 1 and len(whole) > 1:
        raise NotTried("limit was ignored: one page has all")
    if sorted(joined) != sorted(whole):
        return Found(
            DIFFERS, f"{len(whole)} objects, each once", f"{len(joined)}, {len(set(joined))} of them different"
        )
    return holds(f"{len(pages)} pages")
