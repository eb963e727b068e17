"""Changing a thing in place: what was sent is believed only when the response says so."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from prisma_provider import errors
from prisma_provider.diff import GONE, PROJECT_GONE, Change, Diff, Field, behind, diff, ignores, settings_changed
from prisma_provider.handlers.inputs import Properties
from prisma_provider.live import Live

T = TypeVar("T")


HOLDERS = ("project", "branch")
"""What is deleted only when nothing is in it."""


def compare(fields: tuple[Field, ...], olds: Properties, news: Properties, live: Properties) -> Diff:
    """Everything that an update has to see to: what differs from live, then where only our record is behind."""
    ignored = {field.name for field in fields if ignores(news.get("ignoreChanges"), field.name)}
    differs = diff(fields, news, live, ignored=ignored)
    seen = {change.field for change in differs.changes}.union(ignored)
    recorded = {name: olds[name] for name in news if name in olds and name not in seen}
    return Diff(
        (
            *differs.changes,
            *behind(fields, recorded, live).changes,
            *settings_changed(fields, olds, news).changes,
        )
    )


def patch(title: str, body: Mapping[str, Any], send: Callable[[Mapping[str, Any]], T]) -> T:
    """Send one PATCH; a refusal says what was asked and that nothing was lost."""
    try:
        return send(body)
    except (errors.Unauthorized, errors.NotFound, errors.PlanLimit):
        raise
    except errors.Rejected as error:
        asked = _asked(body.items())
        flag = "; or leave is_default out, which then stays as it is" if "isDefault" in body else ""
        raise type(error)(
            f"Prisma refused to change {asked} of {title}." if error.said else f"{error.what} Asked for was {asked}.",
            said=error.said,
            hint=f"nothing was lost; correct the program, or the token's access, and run `pulumi up` again{flag}.",
        ) from None


def check_applied(title: str, fields: tuple[Field, ...], body: Mapping[str, Any], answer: Properties) -> None:
    """Raise NotApplied for what was asked and is not in the response."""
    same = {field.name: field.same for field in fields}
    missing = [(name, value) for name, value in body.items() if not same[name](answer.get(name), value)]
    if missing:
        holds = _asked((name, answer.get(name)) for name, _ in missing)
        raise errors.NotApplied(
            f"Prisma responded, and did not apply {_asked(missing)} to {title}.",
            said=f"it has {holds}",
            hint="nothing was lost. The next preview shows the difference and the next `pulumi up` tries again; "
            "or declare what the service has.",
        )


def delete(
    live: Live, what: str, object_id: str, olds: Properties, send: Callable[[str], None], *, patiently: bool = False
) -> None:
    """Delete; what is gone already, as far as its own workspace can tell, is done.

    `patiently`: what it held was deleted just now, and the service may take a moment to see that.
    """
    final = (errors.Unauthorized, errors.Forbidden, errors.NotFound)
    try:
        if patiently:
            live.client.retrying(errors.Rejected, but=final)(send, object_id)
        else:
            send(object_id)
    except errors.NotFound:
        live.absent(f"{what} {object_id}", olds.get("workspaceId"))
        if what == "project":
            live.note(
                f"Project {object_id} is not found, so nothing is deleted: it was deleted before, or transferred to "
                "another workspace with all its databases, which Prisma's API does not tell apart."
            )
    except errors.Rejected as error:
        holds = "Delete what it still holds, which Prisma Console shows" if what in HOLDERS else "See Prisma Console"
        hint = error.hint or f"it is kept. {holds}, and run it again."
        raise type(error)(error.what, said=error.said, hint=hint) from None


def rotation(change: Change) -> Change:
    """A trigger that was set or changed rotates; one that was taken away only stops being one."""
    if change.field == "rotationTrigger" and change.declared is not None:
        return Change(change.field, change.live, change.declared, "rotate")
    return change


def demotion(change: Change) -> Change:
    """No PATCH takes a default flag away: it goes when another object gets it, so this one waits."""
    if change.field == "isDefault" and change.how == "patch" and change.declared is False:
        return Change(change.field, change.live, change.declared, "wait")
    return change


def gone(live: Live, olds: Properties, project_id: str | None = None) -> Diff:
    """An object that is not found any more. With its project a transfer takes it away, too."""
    of = project_id or olds.get("projectId")
    return PROJECT_GONE if of and live.project(of, olds.get("workspaceId")) is None else GONE


def went_away(what: str, object_id: str) -> errors.PrismaError:
    """It was there in the preview and is gone now."""
    or_else = ", or transferred to another workspace" if what == "project" else ""
    return errors.NotReady(
        f"The {what} {object_id} was deleted in the meantime, outside of this run{or_else}.",
        hint="run `pulumi up` again: it will be shown as gone and made again.",
    )


def _asked(values: Iterable[tuple[str, Any]]) -> str:
    return ", ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in values)
