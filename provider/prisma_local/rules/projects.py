"""Projects."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from prisma_local.databases import creation, deletion
from prisma_local.databases.context import Context
from prisma_local.errors import Conflict, NotFound
from prisma_local.http.result import Result, ok
from prisma_local.rules import branch_records, find, regions, response_bodies
from prisma_local.rules.call import Call
from prisma_local.rules.pagination import page
from prisma_local.store import tokens
from prisma_local.store.clock import now
from prisma_local.store.ids import new_id, with_prefix
from prisma_local.store.records import UniqueViolation
from prisma_local.store.values import DELETING, LIVE, Database, Project, Workspace


def list_(context: Context, call: Call) -> Result:
    where: dict[str, Any] = {"logical_id": call.query["logicalId"]} if "logicalId" in call.query else {}

    def show(rows: list[Project]) -> list[response_bodies.Json]:
        return [response_bodies.project(context, row, call.workspace) for row in rows]

    return page(context.records, Project, call.query, show, workspace_id=call.workspace.id, state=LIVE, **where)


def get(context: Context, call: Call) -> Result:
    return ok(response_bodies.project(context, find.project(context, call, call.path["id"]), call.workspace))


def create(context: Context, call: Call) -> Result:
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
    first, branch_id = _record(context, draft, with_database=wanted)
    body = response_bodies.project(context, draft, call.workspace)
    if first is None:
        return ok({**body, "database": None}, 201)
    password = _build(context, draft, first, branch_id)
    made = context.records.one(Database, id=first.id) or first
    secrets = {first.default_connection_id or "": password}
    database = response_bodies.new_database(context, made, secrets)
    del database["project"]
    return ok({**body, "database": database}, 201)


def patch(context: Context, call: Call) -> Result:
    with context.records.transaction():
        project = find.project(context, call, call.path["id"])
        if "name" in call.body:
            context.records.change(Project, project.id, name=call.body["name"])
        if "settings" in call.body:
            merged = {**json.loads(project.settings), **call.body["settings"]}
            context.records.change(Project, project.id, settings=json.dumps(merged))
        return ok(response_bodies.project(context, find.project(context, call, project.id), call.workspace))


def delete(context: Context, call: Call) -> Result:
    deletion.delete_project(context, find.project(context, call, call.path["id"]))
    return Result(204)


def transfer(context: Context, call: Call) -> Result:
    """With its databases and variables. From then on it is not found with the former owner's tokens."""
    with context.records.transaction():
        project = find.project(context, call, call.path["id"])
        recipient = tokens.valid(context.records, call.body["recipientAccessToken"])
        if recipient is None or recipient.workspace_id == call.workspace.id:
            raise Conflict(
                "The project cannot be transferred.",
                hint="recipientAccessToken is a valid token of another workspace.",
            )
        try:
            context.records.change(Project, project.id, workspace_id=recipient.workspace_id)
        except UniqueViolation as violation:
            raise Conflict(
                f"The new owner's workspace has a project with the logicalId '{project.logical_id}'."
            ) from violation
    return Result(204)


def _refuse_other_workspace(call: Call) -> None:
    named = call.body.get("workspaceId")
    if named is not None and with_prefix(Workspace.prefix, named) != call.workspace.id:
        raise NotFound("Workspace with the specified ID was not found.")


def _record(context: Context, draft: Project, *, with_database: bool) -> tuple[Database | None, str]:
    with context.records.transaction():
        if with_database:
            creation.refuse_over_limit(context, draft.workspace_id)
        try:
            context.records.insert(draft)
        except UniqueViolation as violation:
            message = f"A project with the logicalId '{draft.logical_id}' already exists in the workspace."
            raise Conflict(message) from violation
        branch = branch_records.create_default(context, draft.id)
        if not with_database:
            context.records.change(Project, draft.id, state=LIVE)
            return None, branch.id
        region = draft.default_region or regions.DEFAULT
        chosen = {"name": draft.name, "region": region, "branch_id": None, "logical_id": None, "source": None}
        first = creation.draft_database(context, draft, **chosen)
        creation.record_database(context, first)
    return first, branch.id


def _build(context: Context, draft: Project, first: Database, branch_id: str) -> str:
    """Where its database cannot be created, the project is deleted, too."""

    def publish() -> None:
        context.records.change(Project, draft.id, state=LIVE)
        context.records.change(Database, first.id, branch_id=branch_id, is_default=True)

    try:
        return creation.create_database(context, first, publish)
    except BaseException:
        context.records.change(Project, draft.id, state=DELETING)
        context.background.submit(partial(deletion.drop_project, context, draft.id))
        raise
