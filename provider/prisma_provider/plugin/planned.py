"""What a resource will be after the update, as far as it is known before: what does not change stays known.

The engine hands these values to the resource's dependents in a preview, so a rename leaves them still.
"""

from __future__ import annotations

from typing import Any

from prisma_provider.diff import UNKNOWN, Diff, Field
from prisma_provider.handlers.inputs import Properties
from prisma_provider.members import by_key, key_in, names


def after_create(fields: tuple[Field, ...], news: Properties) -> Properties:
    """What was declared; everything else is the service's, and not known yet."""
    keys = dict.fromkeys(names(news), UNKNOWN)
    new = {field.name: keys if field.by_key else UNKNOWN for field in fields if field.kind != "setting"}
    return {**new, **news}


def after_update(fields: tuple[Field, ...], olds: Properties, news: Properties, found: Diff) -> Properties:
    """The old outputs, and on top of them what will have changed."""
    outputs = {**news, **olds}
    for field in fields:
        if field.kind == "setting":
            outputs[field.name] = news.get(field.name)
        elif news.get(field.name) is UNKNOWN:
            outputs[field.name] = UNKNOWN
    for field in fields:
        if field.by_key:
            outputs[field.name] = _of_keys(field, olds, news, found)
    for change in found.changes:
        if key_in(change.field) is not None:
            continue  # of one database of a set
        if change.how == "patch":
            outputs[change.field] = change.declared
        elif change.how == "wait":
            outputs[change.field] = UNKNOWN
        elif change.how == "write":
            outputs |= {"value": news["value"], "updatedAt": UNKNOWN}
        elif change.how == "migrate":
            outputs |= {field.name: UNKNOWN for field in fields if field.kind == "output"}
        elif change.how == "rotate":
            outputs |= {field.name: UNKNOWN for field in fields if field.kind == "once"}
        elif change.how == "record" and change.field not in news:
            outputs[change.field] = change.live
        elif change.how == "record":
            outputs[change.field] = news[change.field]
        if change.field == "branchGitName":
            outputs["branchId"] = UNKNOWN
    return outputs


def _of_keys(field: Field, olds: Properties, news: Properties, found: Diff) -> Any:
    """A property of each database of a set: what stays as it is stays known; what is not given yet is not."""
    if news.get("databases") is UNKNOWN:
        return UNKNOWN
    before = by_key(olds, field.name)
    if field.repeats:
        return {**before, **by_key(news, field.repeats)}
    renewed = {key_in(change.field) for change in found.of("make", "rotate")}
    known = {key: value for key, value in before.items() if key not in renewed}
    if field.kind == "once" and not news.get("connections"):
        return None
    return {key: known.get(key, UNKNOWN) for key in names(news)}
