"""A review as it is written down: Markdown for a comment, text for a terminal, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from typing import Any

from prisma_provider.review import markdown, text
from prisma_provider.review.findings import Finding
from prisma_provider.review.review import Review


def document(review: Review, allowed: Collection[str]) -> str:
    """Everything that the other two say, for programs."""
    verdict = review.verdict(allowed)
    found = {
        "stack": review.stack,
        "verdict": verdict.name.lower().replace("_", "-"),
        "exitStatus": int(verdict),
        "losesData": [{**_finding(loss), "allowed": review.is_allowed(loss, allowed)} for loss in review.lost],
        "livesOn": [{**_finding(kept), "allowed": review.is_allowed(kept, allowed)} for kept in review.kept],
        "mayLoseOther": [{**_finding(loss), "allowed": review.is_allowed(loss, allowed)} for loss in review.risked],
        "changes": [_finding(finding) for finding in review.intended],
        "drift": [_finding(finding) for finding in review.drift],
        "lookalikes": [
            {"deleted": each.deleted.urn, "created": each.created.urn, "aliases": each.advice}
            for each in review.lookalikes
        ],
        "calls": list(review.calls),
        "otherResources": dict(review.others),
        "problems": list(review.problems),
        "unseen": review.unseen or None,
        "allowedInVain": list(review.unmet(allowed)),
    }
    return json.dumps(found, indent=2) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    found = {
        "kind": finding.kind,
        "resource": finding.label,
        "urn": finding.step.urn,
        "before": finding.before,
        "after": finding.after,
        "note": finding.note,
        "loses": None if finding.lives_on else finding.loses,
        "drift": finding.drift,
    }
    return {name: value for name, value in found.items() if value is not None}


FORMATS: Mapping[str, Callable[[Review, Collection[str]], str]] = {
    "markdown": markdown.render,
    "text": text.render,
    "json": document,
}
"""Every way to write a review down."""
