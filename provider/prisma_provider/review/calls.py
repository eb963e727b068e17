"""The calls of the Management API that a step comes to: method, path and, for a PATCH, its body."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from prisma_provider.diff import Change, Diff
from prisma_provider.members import SET
from prisma_provider.review.changes import adopted, is_gone, previous_token, restores, seen, stays
from prisma_provider.review.plan import Plan, State, Step
from prisma_provider.review.values import UNKNOWN_MARK, shown

_PATHS = {
    "Project": "projects",
    "Branch": "branches",
    "Database": "databases",
    "Connection": "connections",
    "EnvironmentVariable": "environment-variables",
}


def calls(step: Step, plan: Plan) -> Iterator[str]:
    """What would be sent for one step; reads are left out."""
    if step.kind in ("Migration", SET):
        return  # the calls of a set are those of its databases
    if step.kind == "Restore":
        yield from _restore(step, plan)
    elif adopted(step):
        yield from _update(step, plan)
    elif step.op == "create":
        yield from _create(step)
    elif step.op == "update":
        yield from _update(step, plan)
    elif step.op == "replace":
        yield from _create(step)
        yield from _delete(step, gone=is_gone(step, plan))
    elif step.op == "delete":
        yield from _delete(step)


def _create(step: Step) -> Iterator[str]:
    new = step.new or State()
    if isinstance(new.inputs.get("adopt"), str):
        return
    if step.kind == "Branch":
        yield f"POST /v1/projects/{shown(new.inputs.get('projectId'))}/branches"
    else:
        yield f"POST /v1/{_kind_path(step, new)}"


def _delete(step: Step, *, gone: bool = False) -> Iterator[str]:
    old = step.old or State()
    if old.retained or old.external:
        return
    if previous := previous_token(step):
        yield f"DELETE /v1/{_kind_path(step, old)}/{shown(previous)}"
    if not (gone or stays(step)):
        yield f"DELETE {_path(step)}"


def _update(step: Step, plan: Plan) -> Iterator[str]:
    differs = seen(step, plan)
    # No request takes a default flag away: a demotion waits for another's promotion.
    patched = [each for each in differs.values() if each.is_sent and each.after is not False]
    bodies = Diff(tuple(Change(each.field, each.before, _sent(each.after), "patch") for each in patched)).patches()
    yield from (f"PATCH {_path(step)} {json.dumps(body, ensure_ascii=False)}" for body in bodies)
    if "value" in differs or (step.kind == "EnvironmentVariable" and adopted(step)):
        yield f'PATCH {_path(step)} {{"value": "[secret]"}}'
    trigger = differs.get("rotationTrigger")
    if trigger and trigger.after is not None:
        connection = _connection(step)  # the state of a set does not hold it
        yield f"POST /v1/connections/{'…' if connection is None else shown(connection)}/rotate"


def _restore(step: Step, plan: Plan) -> Iterator[str]:
    new = step.new or State()
    once_more = step.op == "replace" or (step.op == "update" and restores(step, plan))
    if once_more or (step.op == "create" and new.inputs.get("adopt") is not True):
        yield f"POST /v1/databases/{shown(new.inputs.get('databaseId'))}/restore"


def _path(step: Step) -> str:
    return f"/v1/{_kind_path(step, step.old or State())}/{adopted(step) or (step.old or State()).id}"


def _kind_path(step: Step, state: State) -> str:
    if step.kind == "ServiceToken":
        return f"workspaces/{shown(state.get('workspaceId'))}/service-tokens"
    return _PATHS[str(step.kind)]


def _connection(step: Step) -> Any:
    old = step.old or State()
    return old.id if step.kind == "Connection" else old.get("defaultConnectionId")


def _sent(value: Any) -> Any:
    return value if isinstance(value, str | bool) and value != UNKNOWN_MARK else shown(value)
