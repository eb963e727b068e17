"""Deletions that an earlier replacement left undone, from the state of the stack.

Where the deletion of a replaced object failed, the engine keeps it in state with `delete: true`, and the next
`pulumi up` deletes it. `pulumi preview --json` shows that step only with `--show-replacement-steps`, and counts it
never; whether that flag was given cannot be seen in a document that has no replacement.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from prisma_provider.review.plan import Plan, Step
from prisma_provider.review.reading import stack_of, state_of

OTHER_STACK = "The state that was read is of another stack. Give the export of this one: --state FILE."


def completed(plan: Plan, export: str | None) -> Plan:
    """The plan with the pending deletions of this export of its stack; without one, the plan says what is unseen."""
    if not plan.unseen:
        return plan
    found = None if export is None else _resources(export)
    if found is None:
        return plan
    mine = [each for each in found if stack_of(each["urn"]) == plan.stack]
    if found and not mine:
        return replace(plan, unseen=OTHER_STACK)
    return replace(plan, steps=(*plan.steps, *_pending(mine)), unseen="")


def is_of(export: str, stack: str) -> bool:
    """Whether this is an export of the stack (project/stack), or of one that holds nothing yet."""
    found = _resources(export)
    return found is not None and (not found or any(stack_of(each["urn"]) == stack for each in found))


def _resources(export: str) -> list[Mapping[str, Any]] | None:
    try:
        deployment = json.loads(export)["deployment"]
        found = (deployment or {}).get("resources") or []
        return [each for each in found if isinstance(each["urn"], str) and each["urn"].count("::") >= 3]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _pending(resources: list[Mapping[str, Any]]) -> Iterator[Step]:
    for each in resources:
        if each.get("delete") is True:
            old = state_of({**each, "inputs": _bag(each, "inputs"), "outputs": _bag(each, "outputs")})
            yield Step("delete", each["urn"], old=old, custom=each.get("custom") is not False, pending=True)


def _bag(resource: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = resource.get(name)
    return found if isinstance(found, Mapping) else {}
