"""Branches."""

from __future__ import annotations

from typing import Any

from prisma_local.databases.context import Plane
from prisma_local.errors import Conflict, Invalid
from prisma_local.http.result import Answer, ok
from prisma_local.rules import branch_records, find, response_bodies
from prisma_local.rules.call import Call
from prisma_local.rules.pagination import page
from prisma_local.store.records import Taken
from prisma_local.store.values import CREATING, LIVE, Branch, Database, Project


def list_(plane: Plane, call: Call) -> Answer:
    project = find.project(plane, call, call.path["projectId"])
    if "gitName" in call.query and "gitNameContains" in call.query:
        raise Invalid("gitName and gitNameContains are mutually exclusive.", status=422)

    def show(rows: list[Branch]) -> list[response_bodies.Shape]:
        return [response_bodies.branch(plane, row, project) for row in rows]

    return page(plane.records, Branch, call.query, show, project_id=project.id, **_filters(plane, call, project))


def create(plane: Plane, call: Call) -> Answer:
    git_name = call.body["gitName"]
    branch_records.check_git_name(git_name, "gitName", 422)
    with plane.records.transaction():
        project = find.project(plane, call, call.path["projectId"])
        try:
            made = branch_records.make(plane, project.id, git_name, default=call.body.get("isDefault", False))
        except Taken as taken:
            raise Conflict(f"A live branch with the gitName '{git_name}' already exists.") from taken
        return ok(_shown(plane, made, project), 201)


def get(plane: Plane, call: Call) -> Answer:
    return ok(response_bodies.branch(plane, *find.branch(plane, call)))


def patch(plane: Plane, call: Call) -> Answer:
    """Only ever a promotion: the schema refuses every other field, and this the demotion."""
    wanted = call.body.get("isDefault")
    with plane.records.transaction():
        branch, project = find.branch(plane, call)
        if wanted:
            branch_records.promote(plane, branch)
        elif wanted is False and branch.is_default:
            raise Invalid(
                "The default branch cannot be demoted; promote another branch instead.",
                hint='PATCH another branch of the project with {"isDefault": true}.',
                status=422,
            )
        return ok(_shown(plane, branch, project))


def delete(plane: Plane, call: Call) -> Answer:
    with plane.records.transaction():
        branch, _ = find.branch(plane, call)
        if branch.is_default or branch.role == "production":
            kind = "current default" if branch.is_default else "production"
            raise Invalid(f"The branch is the project's {kind} branch and cannot be deleted.", status=422)
        members = plane.records.select(Database, branch_id=branch.id, state=(CREATING, LIVE))
        if members:
            names = ", ".join(member.name for member in members)
            raise Conflict(f"The branch still has live member resources: {names}.")
        branch_records.remove(plane, branch)
    return Answer(204)


def _filters(plane: Plane, call: Call, project: Project) -> dict[str, Any]:
    if "gitName" in call.query:
        return {"git_name": call.query["gitName"]}
    if "gitNameContains" in call.query:
        part = call.query["gitNameContains"]
        rows = plane.records.select(Branch, project_id=project.id)
        return {"id": tuple(row.id for row in rows if part in row.git_name)}
    return {}


def _shown(plane: Plane, branch: Branch, project: Project) -> response_bodies.Shape:
    return response_bodies.branch(plane, plane.records.one(Branch, id=branch.id) or branch, project)
