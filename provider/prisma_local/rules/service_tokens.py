"""Service tokens of a workspace. The response to create holds the value, no other does."""

from __future__ import annotations

from prisma_local.databases.context import Context
from prisma_local.errors import NotFound
from prisma_local.http.json_schema import ValidationError
from prisma_local.http.result import Result, ok
from prisma_local.rules import find, response_bodies
from prisma_local.rules.call import Call
from prisma_local.rules.pagination import limit_of, page
from prisma_local.store import tokens
from prisma_local.store.values import Token

LARGEST = 100


def list_(context: Context, call: Call) -> Result:
    """The newest first. A workspace that the caller does not see is not refused: it has none."""
    if limit_of(call.query.get("limit")) > LARGEST:
        raise ValidationError(f"limit must be at most {LARGEST}.")

    def show(rows: list[Token]) -> list[response_bodies.Json]:
        return [response_bodies.service_token(row) for row in rows]

    seen = tuple(id_ for id_ in [call.path["workspaceId"]] if find.sees_workspace(call, id_))
    return page(context.records, Token, call.query, show, newest_first=True, workspace_id=seen, grant_id=None)


def create(context: Context, call: Call) -> Result:
    workspace = find.workspace(context, call, call.path["workspaceId"])
    issued = tokens.issue(context.records, workspace.id, name=call.body["name"])
    return ok({**response_bodies.service_token(issued.token), "value": issued.text}, 201)


def delete(context: Context, call: Call) -> Result:
    """From now on it does not work, even if it is the one that asks."""
    workspace = find.workspace(context, call, call.path["workspaceId"])
    with context.records.transaction():
        found = context.records.one(Token, id=call.path["serviceTokenId"], workspace_id=workspace.id, grant_id=None)
        if found is None:
            raise NotFound("Service token with the given ID was not found in the workspace.")
        context.records.remove(Token, id=found.id)
    return Result(204)
