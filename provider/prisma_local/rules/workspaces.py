"""Workspaces: that of the token, and with the token of a person all of this machine."""

from __future__ import annotations

from typing import Any

from prisma_local.databases.context import Context
from prisma_local.errors import Forbidden
from prisma_local.http.result import Result, ok
from prisma_local.rules import find, response_bodies
from prisma_local.rules.call import Call
from prisma_local.rules.pagination import page
from prisma_local.store.clock import now
from prisma_local.store.ids import new_id
from prisma_local.store.values import Workspace


def list_(context: Context, call: Call) -> Result:
    def show(rows: list[Workspace]) -> list[response_bodies.Json]:
        return [response_bodies.workspace(context, row) for row in rows]

    seen: dict[str, Any] = {} if call.token.grant_id else {"id": call.workspace.id}
    return page(context.records, Workspace, call.query, show, **seen)


def get(context: Context, call: Call) -> Result:
    return ok(response_bodies.workspace(context, find.workspace(context, call, call.path["id"])))


def create(context: Context, call: Call) -> Result:
    if call.token.grant_id is None:
        raise Forbidden(
            "Workspace integration tokens cannot create workspaces; a user-attributable actor is required.",
            hint="Ask with a token of `pulumi-prisma login`; or POST /_local/tokens, which makes a workspace, too.",
        )
    id_ = new_id(Workspace.prefix)
    name = call.body.get("displayName") or "Untitled workspace"
    with context.records.transaction():
        if context.records.one(Workspace, name=name) is not None:
            name = f"{name} ({id_[-4:]})"  # here a name is unique: /_local/tokens goes by it
        made = context.records.insert(Workspace(id=id_, name=name, created_at=now()))
    return ok(response_bodies.workspace(context, made), 201)


def subscription(context: Context, call: Call) -> Result:
    workspace = find.workspace(context, call, call.path["id"])
    return ok(response_bodies.subscription(context, workspace))


def me(_context: Context, call: Call) -> Result:
    kind = "oauth" if call.token.grant_id else "service_token"
    return ok(
        {
            "user": response_bodies.USER if call.token.grant_id else None,
            "workspace": {"id": call.workspace.id, "name": call.workspace.name},
            "credential": {"type": kind, "id": call.token.id, "name": call.token.name},
        }
    )
