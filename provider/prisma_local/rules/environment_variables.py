"""Environment variables: unique in their scope, and no response shows a value."""

from __future__ import annotations

from typing import Any

from prisma_local.databases import variables
from prisma_local.databases.context import Context
from prisma_local.errors import Conflict, Invalid
from prisma_local.http.result import Result, ok
from prisma_local.rules import branch_records, find, response_bodies
from prisma_local.rules.call import Call
from prisma_local.rules.pagination import page
from prisma_local.store.ids import normalise
from prisma_local.store.records import UniqueViolation
from prisma_local.store.values import LIVE, Branch, EnvironmentVariable, Project


def list_(context: Context, call: Call) -> Result:
    def show(rows: list[EnvironmentVariable]) -> list[response_bodies.Json]:
        return [response_bodies.environment_variable(context, row) for row in rows]

    return page(context.records, EnvironmentVariable, call.query, show, **_filters(context, call))


def create(context: Context, call: Call) -> Result:
    body = call.body
    with context.records.transaction():
        project = find.project(context, call, body["projectId"])
        branch_id = _branch_id(context, project, call)
        made = variables.draft(context, project.id, body["class"], body["key"], body["value"], branch_id=branch_id)
        try:
            context.records.insert(made)
        except UniqueViolation as violation:
            raise Conflict(
                f"A variable with the key '{made.key}' already exists in this environment.",
                hint="PATCH it to replace its value.",
            ) from violation
    return ok(response_bodies.environment_variable(context, made), 201)


def get(context: Context, call: Call) -> Result:
    return ok(response_bodies.environment_variable(context, find.environment_variable(context, call)))


def patch(context: Context, call: Call) -> Result:
    with context.records.transaction():
        found = find.environment_variable(context, call)
        variables.change_value(context, found.id, call.body["value"])
        return get(context, call)


def delete(context: Context, call: Call) -> Result:
    with context.records.transaction():
        context.records.remove(EnvironmentVariable, id=find.environment_variable(context, call).id)
    return Result(204)


def _branch_id(context: Context, project: Project, call: Call) -> str | None:
    if "branchId" not in call.body:
        return None
    branch = branch_records.by_id(context, project.id, call.body["branchId"])
    if call.body["class"] != variables.PREVIEW or branch.role != variables.PREVIEW:
        raise Invalid("Only a preview branch can have variables of its own, of class preview.", status=422)
    return branch.id


def _filters(context: Context, call: Call) -> dict[str, Any]:
    """The query as columns; what is not in this workspace matches nothing."""
    query = call.query
    own = [row.id for row in context.records.select(Project, workspace_id=call.workspace.id, state=LIVE)]
    if "projectId" in query:
        own = [id_ for id_ in own if id_ == normalise(Project.prefix, query["projectId"])]
    where: dict[str, Any] = {"project_id": tuple(own)}
    if "branchId" in query:
        where["branch_id"] = normalise(Branch.prefix, query["branchId"])
    named = {"class": "class_name", "key": "key"}
    return {**where, **{column: query[name] for name, column in named.items() if name in query}}
