"""Projects."""

from __future__ import annotations

import json
from functools import partial

from prisma_local.databases import lifecycle
from prisma_local.databases.context import Plane
from prisma_local.errors import Conflict, Missing
from prisma_local.http.result import Answer, ok
from prisma_local.rules import branch_records, find, regions, response_bodies
from prisma_local.rules.call import Call
from prisma_local.rules.pagination import page
from prisma_local.store.clock import now
from prisma_local.store.ids import new_id
from prisma_local.store.records import Taken
from prisma_local.store.values import DELETING, LIVE, Database, Project, Workspace


def list_(plane: Plane, call: Call) -> Answer:
    where = {"logical_id": call.query["logicalId"]} if "logicalId" in call.query else {}

    def show(rows: list[Project]) -> list[response_bodies.Shape]:
        return [response_bodies.project(plane, row, call.workspace) for row in rows]

    own = {"workspace_id": call.workspace.id, "state": LIVE}
    return page(plane.records, Project, call.query, show, **own, **where)


def get(plane: Plane, call: Call) -> Answer:
    return ok(response_bodies.project(plane, find.project(plane, call, call.path["id"]), call.workspace))


def create(plane: Plane, call: Call) -> Answer:
    """The project with its default branch and, unless the body says no, its default database."""
    _refuse_other_workspace(call)
    draft = Project(
        id=new_id(Project.prefix),
        workspace_id=call.workspace.id,
        name=call.body.get("name", "Untitled project"),
        logical_id=call.body.get("logicalId"),
        default_region=call.body.get("region"),
        created_at=now(),
    )
    wanted = call.body.get("createDatabase", True)
    first, branch_id = _record(plane, draft, with_database=wanted)
    shape = response_bodies.project(plane, draft, call.workspace)
    if first is None:
        return ok({**shape, "database": None}, 201)
    password = _build(plane, draft, first, branch_id)
    made = plane.records.one(Database, id=first.id) or first
    secrets = {first.default_connection_id or "": password}
    database = response_bodies.new_database(plane, made, secrets)
    del database["project"]
    return ok({**shape, "database": database}, 201)


def patch(plane: Plane, call: Call) -> Answer:
    with plane.records.transaction():
        project = find.project(plane, call, call.path["id"])
        if "name" in call.body:
            plane.records.change(Project, project.id, name=call.body["name"])
        if "settings" in call.body:
            merged = {**json.loads(project.settings), **call.body["settings"]}
            plane.records.change(Project, project.id, settings=json.dumps(merged))
        return ok(response_bodies.project(plane, find.project(plane, call, project.id), call.workspace))


def delete(plane: Plane, call: Call) -> Answer:
    lifecycle.retire_project(plane, find.project(plane, call, call.path["id"]))
    return Answer(204)


def transfer(plane: Plane, call: Call) -> Answer:
    find.project(plane, call, call.path["id"])
    raise Conflict(
        "The project cannot be transferred.",
        hint="The local control plane has no other owner whose access token it could check.",
    )


def _refuse_other_workspace(call: Call) -> None:
    named = call.body.get("workspaceId")
    if named is not None and Workspace.prefix + named.removeprefix(Workspace.prefix) != call.workspace.id:
        raise Missing("Workspace with the specified ID was not found.")


def _record(plane: Plane, draft: Project, *, with_database: bool) -> tuple[Database | None, str]:
    with plane.records.transaction():
        try:
            plane.records.insert(draft)
        except Taken as taken:
            message = f"A project with the logicalId '{draft.logical_id}' already exists in the workspace."
            raise Conflict(message) from taken
        branch = branch_records.first(plane, draft)
        if not with_database:
            plane.records.change(Project, draft.id, state=LIVE)
            return None, branch.id
        region = draft.default_region or regions.DEFAULT
        chosen = {"name": draft.name, "region": region, "branch_id": None, "logical_id": None, "source": None}
        first = lifecycle.draft_database(plane, draft, **chosen)
        lifecycle.record_database(plane, first)
    return first, branch.id


def _build(plane: Plane, draft: Project, first: Database, branch_id: str) -> str:
    """A project whose database cannot be made is not made either."""

    def publish() -> None:
        plane.records.change(Project, draft.id, state=LIVE)
        plane.records.change(Database, first.id, branch_id=branch_id, is_default=True)

    try:
        return lifecycle.build_database(plane, first, publish)
    except BaseException:
        plane.records.change(Project, draft.id, state=DELETING)
        plane.background.soon(partial(lifecycle.remove_project, plane, draft.id))
        raise
