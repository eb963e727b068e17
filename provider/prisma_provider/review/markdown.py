"""A review as a comment of a pull request, in GitHub's Markdown. Values stand in code: nobody can write with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from prisma_provider.review import wording
from prisma_provider.review.findings import Finding
from prisma_provider.review.lookalikes import Lookalike
from prisma_provider.review.plan import Step
from prisma_provider.review.review import Review
from prisma_provider.text import cut, plain

MOST_CHARACTERS = 60_000
"""A comment has room for 65,536; a workflow writes a line or two of its own around it."""
_LINES = (100, 30, 10, 3)
"""How many lines of each list are shown: the most that fit."""
_LONGEST = 200


def render(review: Review, allowed: Collection[str] = ()) -> str:
    """What is lost first; then what else changes, what drifted, and the calls; what is cut is said."""
    comment = ""
    for most in _LINES:
        comment = _render(review, allowed, most)
        if len(comment.encode("utf-16-le")) <= 2 * MOST_CHARACTERS:
            break
    return comment


def _render(review: Review, allowed: Collection[str], most: int) -> str:
    parts = [
        f"### Prisma Postgres: {wording.headline(review, allowed)}",
        f"Stack {code(review.stack)}" if review.stack else "",
        *_losses(review, allowed, most),
        *_problems(review, most),
        f"> [!WARNING]\n> {wording.UNSEEN} {review.unseen}" if review.unseen else "",
        *wording.some([wording.unmet(name, review, code) for name in review.unmet(allowed)], most),
        *wording.some([_lookalike(each) for each in review.lookalikes], most),
        *_table("", review.intended, most),
        *_table(f"**Drift.** {wording.DRIFT}:", review.drift, most),
        wording.others(review) or "",
        *_calls(review, most),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _problems(review: Review, most: int) -> Iterator[str]:
    if review.problems:
        yield f"> [!WARNING]\n> {wording.NOT_WHOLE}"
        shown = ["\n".join(map(plain, cut(problem, 1000).splitlines())) for problem in review.problems]
        yield from map(_block, wording.some(shown, most))


def _losses(review: Review, allowed: Collection[str], most: int) -> Iterator[str]:
    blocks = not review.are_allowed(review.lost, allowed)
    yield from _alert("[!CAUTION]" if blocks else "[!WARNING]", "", review.lost, (review, allowed), most)
    yield from _alert("[!WARNING]", f"{wording.OTHERS}:", review.risked, (review, allowed), most)
    yield from _alert("[!NOTE]", f"{wording.KEPT}:", review.kept, (review, allowed), most)
    flags, left = wording.way_out(review, allowed, limit=2000)
    if flags:
        yield f"If that is meant: {code(flags, limit=2000)}" + (f" {wording.MORE.format(left)}" if left else "")


def _alert(
    mark: str, title: str, found: Sequence[Finding], judged: tuple[Review, Collection[str]], most: int
) -> Iterator[str]:
    review, allowed = judged
    lines = [_sentence(each) + (" Allowed." if review.is_allowed(each, allowed) else "") for each in found]
    if lines:
        shown = [mark, *filter(None, [title]), *(f"- {line}" for line in wording.some(lines, most))]
        yield "\n".join(f"> {line}" for line in shown)


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


def _table(title: str, found: Sequence[Finding], most: int) -> Iterator[str]:
    if not found:
        return
    if title:
        yield title
    rows = [f"| {each.kind} | {_resource(each)} | {_what(each)} |" for each in found]
    yield "\n".join(["| | resource | |", "|---|---|---|", *wording.some(rows, most)])


def _resource(finding: Finding) -> str:
    return f"{_noun(finding.step)} {code(finding.step.name)}".replace("|", r"\|")


def _what(finding: Finding) -> str:
    said = " ".join(part for part in (_values(finding), finding.note or "") if part)
    return said.replace("|", r"\|")


def _calls(review: Review, most: int) -> Iterator[str]:
    if review.calls:
        lines = "\n".join(wording.some([cut(plain(call), 1000) for call in review.calls], most))
        yield f"<details><summary>Calls to be made: {len(review.calls)}</summary>\n\n{_block(lines)}\n\n</details>"


def code(text: str, *, limit: int = _LONGEST) -> str:
    """Text as code: a fence longer than any in it, on one line."""
    text = cut(plain(text), limit)
    fence = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    return f"{fence} {text} {fence}" if len(fence) > 1 else f"`{text}`"


def _block(text: str) -> str:
    fence = "`" * max(3, max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    return f"{fence}\n{text}\n{fence}"
