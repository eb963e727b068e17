"""Deletions that an earlier replacement left undone, from the state of the stack.

Where the deletion of a replaced object failed, the engine keeps it in state with `delete: true`, and the next
`pulumi up` deletes it. `pulumi preview --json` shows that step only with `--show-replacement-steps`, and counts it
never; whether that flag was given cannot be seen in a document that has no replacement.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from prisma_provider.errors import UnreadablePreview
from prisma_provider.review.plan import Plan, Step
from prisma_provider.review.reading import checked, stack_of, state_of

UNREAD = (
    "The state of the stack was not read, so a deletion that an earlier run left undone is not seen here. "
    "Run the review where `pulumi stack export` works, or give it the export of this stack with --state FILE."
)
NO_EXPORT = "What --state names is no export of a stack, as `pulumi stack export` prints it."
OTHER_STACK = "What --state names is the export of another stack: give that of the stack that was previewed."


def completed(plan: Plan, export: str | None) -> Plan:
    """The plan with the pending deletions that this export of its stack holds; without one, it says what is unseen."""
    if export is None:
        return plan if plan.has_pending else replace(plan, unseen=UNREAD)
    found = _resources(export)
    if found is None:
        return replace(plan, unseen=NO_EXPORT)
    if not _fits(found, plan):
        return replace(plan, unseen=OTHER_STACK)
    shown = {(step.urn, _id(step)) for step in plan.steps if step.op in ("delete", "replace")}
    missing = (step for step in found if step.pending and (step.urn, _id(step)) not in shown)
    return replace(plan, steps=(*plan.steps, *missing), has_pending=True)


def is_of(export: str, plan: Plan) -> bool:
    """Whether this is an export of the stack that was previewed."""
    found = _resources(export)
    return found is not None and _fits(found, plan)


def _fits(resources: list[Step], plan: Plan) -> bool:
    """Only an empty stack has an export that names none; a preview without a step names none either."""
    if not resources:
        return not any(step.old for step in plan.steps if step.op != "import")
    return not plan.stack or any(stack_of(each.urn) == plan.stack for each in resources)


def _resources(export: str) -> list[Step] | None:
    """Every resource of an export, the pending deletions among them as such; None where it is no export."""
    try:
        found = (json.loads(export)["deployment"] or {}).get("resources") or []
        return [_resource(each) for each in found]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, UnreadablePreview):
        return None


def _resource(entry: Mapping[str, Any]) -> Step:
    pending, custom = entry.get("delete") is True, entry.get("custom") is not False
    return Step("delete" if pending else "same", checked(entry["urn"]), state_of(entry), custom=custom, pending=pending)


def _id(step: Step) -> str | None:
    return step.old.id if step.old else None
