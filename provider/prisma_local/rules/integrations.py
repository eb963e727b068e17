"""Integrations: the programs that a person allowed to work in a workspace."""

from __future__ import annotations

from prisma_local.databases.context import Context
from prisma_local.errors import NotFound
from prisma_local.http.result import Result
from prisma_local.rules import find, response_bodies
from prisma_local.rules.call import Call
from prisma_local.rules.pagination import page
from prisma_local.store import tokens
from prisma_local.store.values import Grant


def list_(context: Context, call: Call) -> Result:
    workspace = find.workspace(context, call, call.path["workspaceId"])

    def show(rows: list[Grant]) -> list[response_bodies.Json]:
        return [response_bodies.integration(context, row) for row in rows]

    return page(context.records, Grant, call.query, show, workspace_id=workspace.id)


def delete(context: Context, call: Call) -> Result:
    """Revoke whatever the program was allowed in the workspace."""
    workspace = find.workspace(context, call, call.path["workspaceId"])
    with context.records.transaction():
        allowed = context.records.select(Grant, workspace_id=workspace.id)
        of_client = [each for each in allowed if response_bodies.client_id(each) == call.path["clientId"]]
        if not of_client:
            raise NotFound("Integration with the given client ID was not found.")
        for grant in of_client:
            tokens.revoke_grant(context.records, grant.id)
    return Result(204)
