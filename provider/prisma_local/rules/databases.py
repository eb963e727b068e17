"""Databases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from prisma_local.databases import creation, deletion
from prisma_local.databases.context import Context
from prisma_local.errors import Conflict, Forbidden, Invalid, NotFound
from prisma_local.http.result import Result, ok
from prisma_local.rules import branch_records, default_database, find, regions, response_bodies, sources
from prisma_local.rules.call import Call
from prisma_local.rules.pagination import page
from prisma_local.store.ids import normalise, with_prefix
from prisma_local.store.records import UniqueViolation
from prisma_local.store.values import LIVE, Branch, Database, Project


def list_(context: Context, call: Call) -> Result:
    return _page(context, call, **_filters(context, call))


def list_of_project(context: Context, call: Call) -> Result:
    return _page(context, call, project_id=find.project(context, call, call.path["projectId"]).id)


def get(context: Context, call: Call) -> Result:
    return ok(response_bodies.database(context, find.database(context, call, call.path["databaseId"])))


def create(context: Context, call: Call) -> Result:
    project = find.project(context, call, call.body["projectId"])
    database, passwords = _create(context, call, project, call.body.get("source"))
    return ok(response_bodies.database(context, database, passwords), 201)


def create_in_project(context: Context, call: Call) -> Result:
    """The older route: no branch and no logicalId in its request, more secrets in its response."""
    project = find.project(context, call, call.path["projectId"])
    body = {name: call.body[name] for name in ("name", "region", "isDefault") if name in call.body}
    source = call.body.get("source") or sources.from_deprecated(call.body.get("fromDatabase"))
    database, passwords = _create(context, replace(call, body=body), project, source)
    return ok(response_bodies.new_database(context, database, passwords), 201)


def patch(context: Context, call: Call) -> Result:
    """All changes in one transaction."""
    body = call.body
    branch_records.refuse_contradictions(body)
    if "logicalId" in body and ("branchId" in body or "branchGitName" in body):
        raise Invalid("logicalId cannot be combined with a branch move; move first, then set logicalId.")
    with context.records.transaction():
        database = find.database(context, call, call.path["databaseId"])
        _patch_default(context, database, body.get("isDefault"))
        changes: dict[str, Any] = {"name": body["name"]} if "name" in body else {}
        branch = branch_records.chosen(context, database.project_id, body)
        if branch is not None:
            changes["branch_id"] = branch.id
        if "logicalId" in body:
            changes["logical_id"] = body["logicalId"]
        if changes:
            _change(context, database, changes)
        return ok(response_bodies.database(context, find.database(context, call, database.id)))


def delete(context: Context, call: Call) -> Result:
    with context.records.transaction():
        database = find.database(context, call, call.path["databaseId"])
        if database.is_default:
            raise Forbidden("Cannot delete the default environment.")
    deletion.delete_database(context, database)
    return Result(204)


def _create(context: Context, call: Call, project: Project, source: Any) -> tuple[Database, response_bodies.Passwords]:
    body = call.body
    branch_records.refuse_contradictions(body)
    if "logicalId" in body and "branchGitName" in body:
        raise Invalid("logicalId cannot be combined with branchGitName; pass branchId instead.")
    origin = sources.read(context, call, source)
    draft = _record(context, project, body, origin.as_json)

    def publish() -> None:
        branch = branch_records.chosen(context, project.id, body)
        if branch is not None:
            context.records.change(Database, draft.id, branch_id=branch.id)
        if body.get("isDefault", False):
            default_database.promote(context, draft)

    password = creation.create_database(context, draft, publish, origin.create)
    made = context.records.one(Database, id=draft.id, state=LIVE)
    if made is None:
        raise NotFound("The database was deleted as soon as it was made.")
    return made, {made.default_connection_id or "": password}


def _record(context: Context, project: Project, body: Mapping[str, Any], source: str) -> Database:
    """Record the database. A new branch is created when the database is published, not before."""
    with context.records.transaction():
        if body.get("isDefault") and context.settings.one_default and default_database.current(context, project.id):
            raise Conflict("Default database already exists")
        creation.refuse_over_limit(context, project.workspace_id)
        branch = branch_records.default(context, project.id)
        if "branchId" in body:
            branch = branch_records.by_id(context, project.id, body["branchId"])
        draft = creation.draft_database(
            context,
            project,
            name=body.get("name"),
            region=_region(context, project, body.get("region", regions.DEFAULT)),
            branch_id=branch.id,
            logical_id=body.get("logicalId"),
            source=source,
        )
        try:
            creation.record_database(context, draft)
        except UniqueViolation as violation:
            raise _logical_id_taken(draft.logical_id) from violation
    return draft


def _region(context: Context, project: Project, wanted: str) -> str:
    if wanted != regions.INHERIT:
        return wanted
    current = default_database.current(context, project.id)
    return project.default_region or (current.region if current else None) or regions.DEFAULT


def _patch_default(context: Context, database: Database, wanted: bool | None) -> None:
    if wanted:
        default_database.promote(context, database)
    elif wanted is False and database.is_default:
        raise Invalid(
            "The default database cannot be demoted; promote another database instead.",
            hint='PATCH another database of the project with {"isDefault": true}.',
        )


def _change(context: Context, database: Database, changes: dict[str, Any]) -> None:
    try:
        context.records.change(Database, database.id, **changes)
    except UniqueViolation as violation:
        raise _logical_id_taken(changes.get("logical_id", database.logical_id)) from violation


def _logical_id_taken(logical_id: str | None) -> Conflict:
    return Conflict(f"A database with the logicalId '{logical_id}' already exists on the branch.")


def _filters(context: Context, call: Call) -> dict[str, Any]:
    """The query as columns; what is not in this workspace matches nothing."""
    query = call.query
    own = [row.id for row in context.records.select(Project, workspace_id=call.workspace.id, state=LIVE)]
    if "projectId" in query:
        own = [id_ for id_ in own if id_ == normalise(Project.prefix, query["projectId"])]
    where: dict[str, Any] = {"project_id": tuple(own)}
    if "logicalId" in query:
        where["logical_id"] = query["logicalId"]
    branch_ids = _branch_filter(context, query, tuple(own))
    if branch_ids is not None:
        where["branch_id"] = branch_ids
    if query.get("branchId") == "unassigned":
        where["branch_id"] = None
    return where


def _branch_filter(context: Context, query: Mapping[str, str], project_ids: tuple[str, ...]) -> Any:
    where: dict[str, Any] = {}
    if "branchId" in query:
        where["id"] = with_prefix(Branch.prefix, query["branchId"])
    if "branchGitName" in query:
        where["git_name"] = query["branchGitName"]
    if not where:
        return None
    return tuple(row.id for row in context.records.select(Branch, project_id=project_ids, **where))


def _page(context: Context, call: Call, **where: Any) -> Result:
    def show(rows: list[Database]) -> list[response_bodies.Json]:
        return response_bodies.databases(context, rows)

    return page(context.records, Database, call.query, show, state=LIVE, **where)
