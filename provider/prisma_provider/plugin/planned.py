"""What a resource will be after the update, as far as it is known before: what does not change stays known.

The engine hands these values to the resource's dependents in a preview, so a rename leaves them still.
"""

from __future__ import annotations

from prisma_provider.diff import UNKNOWN, Diff, Field
from prisma_provider.handlers.inputs import Properties


def after_create(fields: tuple[Field, ...], news: Properties) -> Properties:
    """What was declared; everything else is the service's, and not known yet."""
    return {**{field.name: UNKNOWN for field in fields if field.kind != "setting"}, **news}


def after_update(fields: tuple[Field, ...], olds: Properties, news: Properties, found: Diff) -> Properties:
    """The old outputs, and on top of them what will have changed."""
    outputs = {**news, **olds}
    for field in fields:
        if field.kind == "setting":
            outputs[field.name] = news.get(field.name)
        elif news.get(field.name) is UNKNOWN:
            outputs[field.name] = UNKNOWN
    for change in found.changes:
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
