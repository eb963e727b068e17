"""The sentences that all reports share."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from prisma_provider.review.review import Review, Verdict

HEADLINES: Final[Mapping[Verdict, str]] = {
    Verdict.SAFE: "nothing changes",
    Verdict.CHANGES: "changes, no data is lost",
    Verdict.FAILED: "the preview failed",
    Verdict.DATA_LOSS: "DATA WOULD BE LOST",
}
DRIFT = "Changed elsewhere since the last run; `pulumi up` puts back what the program declares"
KEPT = "A default database leaves the program, and lives on with its data"
LOOKALIKE = "is deleted, and a new one is made that looks like it. If it is one and the same, keep it by its alias:"
NOT_WHOLE = "The preview did not reach its end, so this is not all of it:"


def headline(review: Review, allowed: Collection[str]) -> str:
    """The first line."""
    verdict = review.verdict(allowed)
    if verdict in (Verdict.SAFE, Verdict.CHANGES) and review.lost:
        return "data is lost, as allowed"
    if verdict is Verdict.DATA_LOSS and review.are_allowed(review.lost, allowed):
        return KEPT[0].lower() + KEPT[1:]
    if verdict is Verdict.SAFE and (review.findings or review.others):
        return HEADLINES[Verdict.CHANGES]
    return HEADLINES[verdict]


def others(review: Review) -> str | None:
    """What happens to the resources of other providers."""
    if not review.others:
        return None
    counts = ", ".join(f"{count} {op}" for op, count in review.others.items())
    return f"Resources of other providers, whose data is not judged here: {counts}."


def way_out(review: Review, allowed: Collection[str]) -> str | None:
    """How the losses that block are let through."""
    blocking = [loss for loss in review.losses if not review.is_allowed(loss, allowed)]
    if not blocking:
        return None
    labels = [loss.label for loss in review.losses]
    names = (loss.label if labels.count(loss.label) == 1 else loss.step.urn for loss in blocking)
    return "If that is meant: " + " ".join(f"--allow {name}" for name in dict.fromkeys(names))
