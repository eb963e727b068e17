"""A review for a terminal."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from prisma_provider.review.findings import Finding
from prisma_provider.review.review import Review
from prisma_provider.review.wording import DRIFT, KEPT, LOOKALIKE, NOT_WHOLE, headline, others, way_out
from prisma_provider.text import plain


def render(review: Review, allowed: Collection[str] = ()) -> str:
    """What is lost first; then what else changes, what drifted, and the calls."""
    lines = [_one(f"{review.stack or 'Prisma Postgres'}: {headline(review, allowed)}")]
    lines += _block(NOT_WHOLE, (line.strip() for problem in review.problems for line in problem.splitlines()))
    lines += _block("Data that is lost", map(_loss, review.lost))
    lines += _block(KEPT, map(_line, review.kept))
    lines += _paragraph(way_out(review, allowed))
    for each in review.lookalikes:
        lines += _block(f"{each.deleted.kind} {_one(each.deleted.name)} {LOOKALIKE}", [each.advice])
    lines += _block("Changes", map(_line, review.intended))
    lines += _block(DRIFT, map(_line, review.drift))
    lines += _paragraph(others(review))
    lines += _block("Calls to be made", review.calls)
    return "\n".join(lines) + "\n"


def _block(title: str, lines: Iterable[str]) -> list[str]:
    """A title and what belongs to it; nothing where there is nothing."""
    kept = [f"  {_one(line)}" for line in lines]
    return ["", title, *kept] if kept else []


def _paragraph(text: str | None) -> list[str]:
    return ["", _one(text)] if text else []


def _loss(finding: Finding) -> str:
    return f"! {_line(finding)}"


def _line(finding: Finding) -> str:
    known = f" ({finding.known_as})" if finding.known_as else ""
    values = " -> ".join(value for value in (finding.before, finding.after) if value)
    said = ". ".join(part for part in (values, finding.note or "") if part)
    return f"{finding.kind:9} {finding.title}{known}" + (f": {said}" if said else "")


def _one(text: str) -> str:
    """One line, whatever a name holds."""
    return plain(text, instead=" ")
