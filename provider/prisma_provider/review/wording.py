"""The sentences that all reports share."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Collection, Mapping
from itertools import accumulate
from typing import Final

from prisma_provider.reporting import Verdict
from prisma_provider.review.review import Review
from prisma_provider.text import near, plain

HEADLINES: Final[Mapping[Verdict, str]] = {
    Verdict.SAFE: "nothing changes",
    Verdict.CHANGES: "changes, no data is lost",
    Verdict.FAILED: "the preview failed",
    Verdict.DATA_LOSS: "DATA WOULD BE LOST",
}
DRIFT = "Changed elsewhere since the last run; `pulumi up` puts back what the program declares"
KEPT = "A default database leaves the program, and lives on with its data"
LOOKALIKE = "is made, which looks like it. If it is one and the same, keep it by its alias:"
NOT_WHOLE = "The preview did not reach its end, so this is not all of it:"
OTHERS = "Data of other providers may be lost"
UNSEEN = "Not all could be seen:"


def headline(review: Review, allowed: Collection[str]) -> str:
    """The first line."""
    verdict = review.verdict(allowed)
    if verdict is Verdict.DATA_LOSS:
        return _blocking(review, allowed)
    if review.unseen and not review.problems:
        return "not all could be seen, so data may be lost"
    if review.lost or review.risked:
        return HEADLINES[verdict] if verdict is Verdict.FAILED else "data is lost, as allowed"
    if verdict is Verdict.SAFE and (review.findings or review.others):
        return HEADLINES[Verdict.CHANGES]
    return HEADLINES[verdict]


def _blocking(review: Review, allowed: Collection[str]) -> str:
    """The worst of what is not allowed."""
    if not review.are_allowed(review.lost, allowed):
        return HEADLINES[Verdict.DATA_LOSS]
    worst = KEPT if review.are_allowed(review.risked, allowed) else OTHERS
    return worst[0].lower() + worst[1:]


def others(review: Review) -> str | None:
    """What happens to the resources of other providers."""
    if not review.others:
        return None
    counts = ", ".join(f"{count} {op}" for op, count in review.others.items())
    return f"Resources of other providers that are not known to hold data: {counts}."


def way_out(review: Review, allowed: Collection[str], *, limit: int | None = None) -> tuple[str, int]:
    """What lets the losses that block through, quoted for a shell, and how many found no room in it."""
    losses = () if review.problems else review.losses  # a preview that failed is not let through
    blocking = [loss for loss in losses if not review.is_allowed(loss, allowed)]
    names = (next(filter(_can_be_pasted, review.names(loss)), None) for loss in blocking)
    flags = [f"--allow {shlex.quote(name)}" for name in dict.fromkeys(filter(None, names))]
    ends = accumulate(len(flag) + 1 for flag in flags)
    kept = len(flags) if limit is None else sum(end <= limit for end in ends)
    return " ".join(flags[:kept]), len(flags) - kept


def _can_be_pasted(name: str) -> bool:
    """What is replaced where it is shown would name something else."""
    return plain(name) == name


def unmet(name: str, review: Review, shown: Callable[[str], str]) -> str:
    """What is to be said of an `--allow` that let nothing go; `shown` is how a name is written there."""
    allow = shown(f"--allow {shlex.quote(name)}")
    if any(name == loss.label for loss in review.losses):
        return f"{allow} is the name of several: name one by its URN or its id."
    meant = " or ".join(map(shown, near(name, review.allowable)))
    if meant:
        return f"{allow} meets nothing that is lost here. Did you mean {meant}?"
    takes = f"--allow takes {shown('changes')}, {shown('other')}, or the name, URN or id of what is lost here."
    if not name.strip():
        return f"{allow} names nothing. {takes}"
    return (
        f"{allow} meets nothing that is lost here. {takes} Take it out: what is left over lets a later loss go unasked."
    )
