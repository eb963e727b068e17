"""The workspace of the token: the only one it can see."""

from __future__ import annotations

from prisma_local.databases.context import Context
from prisma_local.errors import Forbidden, NotFound
from prisma_local.http.result import Result, ok
from prisma_local.rules import response_bodies
from prisma_local.rules.call import Call
from prisma_local.rules.pagination import page
from prisma_local.store.values import Workspace

USER = {"id": "usr_local", "email": "you@localhost.localdomain", "name": "This machine's user"}


def list_(context: Context, call: Call) -> Result:
    def show(rows: list[Workspace]) -> list[response_bodies.Json]:
        return [response_bodies.workspace(context, row) for row in rows]

    return page(context.records, Workspace, call.query, show, id=call.workspace.id)


def get(context: Context, call: Call) -> Result:
    return ok(response_bodies.workspace(context, _own(call)))


def create(_context: Context, _call: Call) -> Result:
    raise Forbidden(
        "Workspace integration tokens cannot create workspaces; a user-attributable actor is required.",
        hint="The local control plane has service tokens only; POST /_local/tokens makes a workspace.",
    )


def subscription(context: Context, call: Call) -> Result:
    url = context.url(f"workspaces/{_own(call).id}")
    return ok({"planName": "Local", "usageBlocked": False, "upgradeUrl": url})


def me(_context: Context, call: Call) -> Result:
    kind = "oauth" if call.token.grant_id else "service_token"
    return ok(
        {
            "user": USER if call.token.grant_id else None,
            "workspace": {"id": call.workspace.id, "name": call.workspace.name},
            "credential": {"type": kind, "id": call.token.id, "name": call.token.name},
        }
    )


def _own(call: Call) -> Workspace:
    if call.path["id"] != call.workspace.id:
        raise NotFound("Workspace with the specified ID was not found.")
    return call.workspace
