"""A review for a terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from prisma_provider.reporting import some
from prisma_provider.review import wording
from prisma_provider.review.findings import Finding
from prisma_provider.review.review import Review
from prisma_provider.text import plain

_MOST_PROBLEMS = 100


def render(review: Review, allowed: Collection[str] = ()) -> str:
    """What is lost first; then what else changes, what drifted, and the calls."""
    lines = [_one(f"{review.stack or 'Prisma Postgres'}: {wording.headline(review, allowed)}")]
    lines += _block("Data that is lost", (_loss(each, review, allowed) for each in review.lost))
    lines += _block(wording.OTHERS, (_loss(each, review, allowed) for each in review.risked))
    lines += _block(wording.KEPT, map(_line, review.kept))
    flags, _ = wording.way_out(review, allowed)
    lines += _paragraph(f"If that is meant: {flags}" if flags else None)
    lines += _block(wording.NOT_WHOLE, _problems(review))
    lines += _block(wording.UNSEEN, filter(None, [review.unseen]))
    for name in review.unmet(allowed):
        lines += _paragraph(wording.unmet(name, review, plain))
    for each in review.lookalikes:
        old, new = each.deleted, each.created
        lines += _block(
            f"{old.noun} {old.name} is deleted, and {new.noun} {new.name} {wording.LOOKALIKE}", [each.advice]
        )
    lines += _block("Changes", map(_line, review.intended))
    lines += _block(wording.DRIFT, map(_line, review.drift))
    lines += _paragraph(wording.others(review))
    lines += _block("Calls to be made", review.calls)
    return "\n".join(lines) + "\n"


def _problems(review: Review) -> list[str]:
    lines = [line.strip() for problem in review.problems for line in problem.splitlines()]
    return some(lines, _MOST_PROBLEMS)


def _block(title: str, lines: Iterable[str]) -> list[str]:
    """A title and what belongs to it; nothing where there is nothing."""
    kept = [f"  {_one(line)}" for line in lines]
    return ["", _one(title), *kept] if kept else []


def _paragraph(text: str | None) -> list[str]:
    return ["", _one(text)] if text else []


def _loss(finding: Finding, review: Review, allowed: Collection[str]) -> str:
    return f"! {_line(finding)}" + (" Allowed." if review.is_allowed(finding, allowed) else "")


def _line(finding: Finding) -> str:
    known = f" ({finding.known_as})" if finding.known_as else ""
    values = " -> ".join(value for value in (finding.before, finding.after) if value)
    said = ". ".join(part for part in (values, finding.note or "") if part)
    return f"{finding.kind:9} {finding.title}{known}" + (f": {said}" if said else "")


def _one(text: str) -> str:
    """One line, whatever a name holds."""
    return plain(text)
