"""Branches."""

from __future__ import annotations

from typing import Any

from prisma_local.databases.context import Context
from prisma_local.errors import Conflict, Invalid
from prisma_local.http.result import Result, ok
from prisma_local.rules import branch_records, find, response_bodies
from prisma_local.rules.call import Call
from prisma_local.rules.pagination import page
from prisma_local.store.records import UniqueViolation
from prisma_local.store.values import CREATING, LIVE, Branch, Database, Project


def list_(context: Context, call: Call) -> Result:
    project = find.project(context, call, call.path["projectId"])
    if "gitName" in call.query and "gitNameContains" in call.query:
        raise Invalid("gitName and gitNameContains are mutually exclusive.", status=422)

    def show(rows: list[Branch]) -> list[response_bodies.Json]:
        return [response_bodies.branch(context, row, project) for row in rows]

    return page(context.records, Branch, call.query, show, project_id=project.id, **_filters(context, call, project))


def create(context: Context, call: Call) -> Result:
    git_name = call.body["gitName"]
    branch_records.check_git_name(git_name, "gitName", 422)
    with context.records.transaction():
        project = find.project(context, call, call.path["projectId"])
        try:
            made = branch_records.create(context, project.id, git_name, default=call.body.get("isDefault", False))
        except UniqueViolation as violation:
            raise Conflict(f"A live branch with the gitName '{git_name}' already exists.") from violation
        return ok(_as_json(context, made, project), 201)


def get(context: Context, call: Call) -> Result:
    return ok(response_bodies.branch(context, *find.branch(context, call)))


def patch(context: Context, call: Call) -> Result:
    """The only change is to make a branch the default one: the schema refuses other fields."""
    wanted = call.body.get("isDefault")
    with context.records.transaction():
        branch, project = find.branch(context, call)
        if wanted:
            branch_records.promote(context, branch)
        elif wanted is False and branch.is_default:
            raise Invalid(
                "The default branch cannot be demoted; promote another branch instead.",
                hint='PATCH another branch of the project with {"isDefault": true}.',
                status=422,
            )
        return ok(_as_json(context, branch, project))


def delete(context: Context, call: Call) -> Result:
    with context.records.transaction():
        branch, _ = find.branch(context, call)
        if branch.is_default or branch.role == "production":
            kind = "current default" if branch.is_default else "production"
            raise Invalid(f"The branch is the project's {kind} branch and cannot be deleted.", status=422)
        members = context.records.select(Database, branch_id=branch.id, state=(CREATING, LIVE))
        if members:
            names = ", ".join(member.name for member in members)
            raise Conflict(f"The branch still has live member resources: {names}.")
        branch_records.remove(context, branch)
    return Result(204)


def _filters(context: Context, call: Call, project: Project) -> dict[str, Any]:
    if "gitName" in call.query:
        return {"git_name": call.query["gitName"]}
    if "gitNameContains" in call.query:
        part = call.query["gitNameContains"]
        rows = context.records.select(Branch, project_id=project.id)
        return {"id": tuple(row.id for row in rows if part in row.git_name)}
    return {}


def _as_json(context: Context, branch: Branch, project: Project) -> response_bodies.Json:
    return response_bodies.branch(context, context.records.one(Branch, id=branch.id) or branch, project)
