"""A review as a comment of a pull request, in GitHub's Markdown. Values stand in code: nobody can write with them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from prisma_provider.reporting import MORE, alert, block, code, fitting, joined, some, table
from prisma_provider.review import wording
from prisma_provider.review.findings import Finding
from prisma_provider.review.lookalikes import Lookalike
from prisma_provider.review.plan import Step
from prisma_provider.review.review import Review
from prisma_provider.text import cut, plain


def render(review: Review, allowed: Collection[str] = ()) -> str:
    """What is lost first; then what else changes, what drifted, and the calls; what is cut is said."""
    return fitting(lambda most: _render(review, allowed, most))


def _render(review: Review, allowed: Collection[str], most: int) -> str:
    parts = [
        f"### Prisma Postgres: {wording.headline(review, allowed)}",
        f"Stack {code(review.stack)}" if review.stack else "",
        *_losses(review, allowed, most),
        *_problems(review, most),
        f"> [!WARNING]\n> {wording.UNSEEN} {review.unseen}" if review.unseen else "",
        *some([wording.unmet(name, review, code) for name in review.unmet(allowed)], most),
        *some([_lookalike(each) for each in review.lookalikes], most),
        _table(review.intended, most),
        f"**Drift.** {wording.DRIFT}:" if review.drift else "",
        _table(review.drift, most),
        wording.others(review) or "",
        *_calls(review, most),
    ]
    return joined(parts)


def _problems(review: Review, most: int) -> Iterator[str]:
    if review.problems:
        yield f"> [!WARNING]\n> {wording.NOT_WHOLE}"
        shown = ["\n".join(map(plain, cut(problem, 1000).splitlines())) for problem in review.problems]
        yield from map(block, some(shown, most))


def _losses(review: Review, allowed: Collection[str], most: int) -> Iterator[str]:
    blocks = not review.are_allowed(review.lost, allowed)
    yield alert("CAUTION" if blocks else "WARNING", "", _sentences(review.lost, review, allowed), most)
    yield alert("WARNING", f"{wording.OTHERS}:", _sentences(review.risked, review, allowed), most)
    yield alert("NOTE", f"{wording.KEPT}:", _sentences(review.kept, review, allowed), most)
    flags, left = wording.way_out(review, allowed, limit=2000)
    if flags:
        yield f"If that is meant: {code(flags, limit=2000)}" + (f" {MORE.format(left)}" if left else "")


def _sentences(found: Sequence[Finding], review: Review, allowed: Collection[str]) -> list[str]:
    return [_sentence(each) + (" Allowed." if review.is_allowed(each, allowed) else "") for each in found]


def _sentence(finding: Finding) -> str:
    known = f" ({code(finding.known_as)})" if finding.known_as else ""
    values = _values(finding)
    said = f": {values}." if values else "."
    title = f"**{_noun(finding.step)} {code(finding.step.name)}**{known} is **{finding.kind}**{said}"
    return f"{title} {finding.note or ''}".rstrip()


def _noun(step: Step) -> str:
    """What it is: a word of ours, or the whole type of another provider's."""
    return step.kind or code(step.type)


def _values(finding: Finding) -> str:
    return " → ".join(code(value) for value in (finding.before, finding.after) if value)


def _lookalike(each: Lookalike) -> str:
    old, new = (f"{_noun(step)} {code(step.name)}" for step in (each.deleted, each.created))
    return f"> [!IMPORTANT]\n> {old} is deleted, and {new} {wording.LOOKALIKE}\n>\n> {code(each.advice, limit=2000)}"


def _table(found: Sequence[Finding], most: int) -> str:
    return table(("", "resource", ""), [(each.kind, _resource(each), _what(each)) for each in found], most)


def _resource(finding: Finding) -> str:
    return f"{_noun(finding.step)} {code(finding.step.name)}"


def _what(finding: Finding) -> str:
    return " ".join(part for part in (_values(finding), finding.note or "") if part)


def _calls(review: Review, most: int) -> Iterator[str]:
    if review.calls:
        lines = "\n".join(some([cut(plain(call), 1000) for call in review.calls], most))
        yield f"<details><summary>Calls to be made: {len(review.calls)}</summary>\n\n{block(lines)}\n\n</details>"
