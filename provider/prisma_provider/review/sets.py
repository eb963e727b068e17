"""The steps of a `DatabaseSet`, one for each database: a review speaks of databases, however they are declared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from prisma_provider import members
from prisma_provider.review.plan import Plan, State, Step
from prisma_provider.review.values import UNKNOWN_MARK, is_masked


def expanded(plan: Plan) -> Iterator[Step]:
    """The steps of a plan, with those of its sets replaced by those of their databases."""
    for step in plan.steps:
        found = list(_members(step, plan)) if step.kind == members.SET and is_readable(step) else []
        yield from found or (step,)


def is_readable(step: Step) -> bool:
    """Whether the keys that a step declares can be seen."""
    return all(_is_known(state.inputs.get("databases")) for state in (step.old, step.new) if state)


def _is_known(databases: Any) -> bool:
    return isinstance(databases, Mapping) and not is_masked(databases) and UNKNOWN_MARK not in databases.values()


def _members(step: Step, plan: Plan) -> Iterator[Step]:
    old, refreshed = _held(step.old), _held(step.refreshed)
    new = _declared(step.new) if step.op != "delete" else {}
    released = members.released(step.new.inputs) if step.new else ()
    for key in dict.fromkeys((*old, *new)):
        one = replace(
            step,
            urn=members.urn_of(step.urn, key),
            op=_op(step.op, old.get(key), new.get(key), plan),
            old=old.get(key),
            new=new.get(key),
            detailed=(),
            refreshed=refreshed.get(key),
        )
        if key in released and one.op == "delete" and one.old:
            one = replace(one, old=replace(one.old, retained=True))
        if one.op != "update" or _differs(one, plan):
            yield one


def _op(op: str, old: State | None, new: State | None, plan: Plan) -> str:
    """What happens to one database of a set to which this happens."""
    if op != "update":
        return op
    if old is None or new is None:
        return "create" if new else "delete"
    return "replace" if plan.is_gone(old.id) else "update"


def _differs(one: Step, plan: Plan) -> bool:
    before, after = one.old or State(), one.new or State()
    return dict(before.inputs) != dict(after.inputs) or (before.id or "") in plan.said_of


def _held(state: State | None) -> dict[str, State]:
    """The databases that a set has by its state."""
    if state is None:
        return {}
    return {key: _state(state, key, object_id) for key, object_id in members.by_key(state.outputs, "ids").items()}


def _declared(state: State | None) -> dict[str, State]:
    """The databases that a set declares."""
    return {} if state is None else {key: _state(state, key, None) for key in members.names(state.inputs)}


def _state(state: State, key: str, object_id: Any) -> State:
    inputs = members.inputs_of(state.inputs, key)
    if inputs["adopt"] is True:
        del inputs["adopt"]  # nobody declared it
    outputs = members.state_of(state.outputs, key) if object_id else {}
    kept = {name: value for name, value in outputs.items() if value is not None and name != "id"}
    return replace(state, id=object_id, inputs=inputs, outputs=kept)
