"""Whose token it is, and what its workspace offers."""

from __future__ import annotations

from datetime import datetime
from email.utils import parsedate_to_datetime

from live.findings import DIFFERS, Found, NotTried, Table, compared, field, holds, optional
from live.world import World

ROWS = Table()
MINUTES = 300.0
"""Seconds that two clocks may be apart: what is asked of them is whether something is older than an hour."""


@ROWS.row("me", "GET /v1/me names the workspace of the token", "live/account.py workspace_id")
def _(world: World) -> Found:
    workspace = field(world.me.data, "workspace")
    if workspace is None:
        raise NotTried("the token is one of a user, who may have several workspaces")
    return holds(field(workspace, "id"))


@ROWS.row(
    "workspaces",
    "GET /v1/workspaces lists the workspaces that the token sees",
    "live/account.py sees_workspace",
)
def _(world: World) -> Found:
    ids = [field(each, "id") for each in world.api.all("/v1/workspaces", limit=100)]
    return holds(", ".join(ids)) if world.workspace_id in ids else Found(DIFFERS, world.workspace_id, str(ids))


@ROWS.row("wrong-token", "A token that is none is answered with 401", "api/answers.py status_error")
def _(world: World) -> Found:
    return world.api.call("GET", "/v1/me", token="not-a-token-of-this-service").expected(401)


@ROWS.row("regions", "GET /v1/regions/postgres lists ids, all in one answer", "handlers/inputs.py check_region")
def _(world: World) -> Found:
    return holds(", ".join(world.regions)) if world.regions else Found(DIFFERS, "at least one region", "none")


@ROWS.row("subscription", "A workspace's subscription names its plan, and whether usage is blocked", "")
def _(world: World) -> Found:
    data = world.api.get(f"/v1/workspaces/{world.workspace_id}/subscription").offered().data
    plan, blocked = field(data, "planName"), field(data, "usageBlocked")
    return compared(True, isinstance(blocked, bool), says=f"plan {plan}, usageBlocked {blocked}")


@ROWS.row("date", "The Date of an answer and createdAt go by one clock", "")
def _(world: World) -> Found:
    created = optional(world.project, "createdAt")
    header = world.project_answer.headers.get("date")
    if header is None:
        raise NotTried("the answer has no Date")
    apart = abs((parsedate_to_datetime(header) - datetime.fromisoformat(created)).total_seconds())
    return compared(True, apart < MINUTES, says=f"{apart:.0f} s apart")
