"""A rehearsal as it is written down: Markdown for a comment, text for a terminal, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from prisma_provider.rehearsal import markdown, text
from prisma_provider.rehearsal.values import Loss, Rehearsal


def document(found: Rehearsal) -> str:
    """Everything that the other two say, for programs."""
    whole = {
        "verdict": found.verdict.name.lower().replace("_", "-"),
        "exitStatus": int(found.verdict),
        "database": {"id": found.database_id, "name": found.database},
        "command": found.command,
        "seconds": round(found.seconds, 3),
        "failure": found.failure and {"what": found.failure.what, "lines": list(found.failure.lines)},
        "losesData": [_loss(each) for each in found.losses],
        "changes": [
            {"how": each.how, "kind": each.kind, "name": each.name, "detail": each.detail} for each in found.changes
        ],
        "migrations": [{"name": each.name, "seconds": each.seconds} for each in found.applied],
        "locks": [
            {
                "table": each.table,
                "stopsReads": each.stops_all,
                "statement": each.statement or None,
                "seconds": round(each.seconds, 3),
            }
            for each in found.locks
        ],
    }
    return json.dumps(whole, indent=2) + "\n"


def _loss(loss: Loss) -> dict[str, Any]:
    """`lost` is null where it could not be counted."""
    note = loss.note.format(*loss.names) or None
    return {"what": loss.what, "name": loss.name, "lost": loss.lost, "of": loss.of, "said": loss.said, "note": note}


FORMATS: Mapping[str, Callable[[Rehearsal], str]] = {
    "markdown": markdown.render,
    "text": text.render,
    "json": document,
}
"""Every way to write a rehearsal down."""
