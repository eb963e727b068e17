"""A review as a comment of a pull request, in GitHub's Markdown. Values stand in code: nobody can write with them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from prisma_provider.review.findings import Finding
from prisma_provider.review.review import Review
from prisma_provider.review.wording import DRIFT, LOOKALIKE, NOT_WHOLE, headline, others, way_out
from prisma_provider.text import plain

MOST_LINES = 100
"""A comment has room for 65,536 characters."""
_LONGEST = 200


def render(review: Review, allowed: Collection[str] = ()) -> str:
    """What is lost first; then what else changes, what drifted, and the calls."""
    parts = [
        f"### Prisma Postgres: {headline(review, allowed)}",
        f"Stack {code(review.stack)}" if review.stack else "",
        *_problems(review),
        *_losses(review, allowed),
        *_lookalikes(review),
        *_table("", review.intended),
        *_table(f"**Drift.** {DRIFT}:", review.drift),
        others(review) or "",
        *_calls(review),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _problems(review: Review) -> Iterator[str]:
    if review.problems:
        yield f"> [!WARNING]\n> {NOT_WHOLE}"
        for problem in review.problems[:MOST_LINES]:
            yield _block("\n".join(plain(line, instead=" ") for line in problem.splitlines()))


def _losses(review: Review, allowed: Collection[str]) -> Iterator[str]:
    blocks = not review.are_allowed(review.lost, allowed)
    yield from _alert("[!CAUTION]" if blocks else "[!WARNING]", review.lost)
    yield from _alert("[!NOTE]", review.kept)
    out = way_out(review, allowed)
    if out:
        yield f"If that is meant: {code(out.partition(': ')[2], limit=2000)}"


def _alert(mark: str, found: Sequence[Finding]) -> Iterator[str]:
    if found:
        yield "\n".join(f"> {line}" for line in _some([mark, *(f"- {_sentence(each)}" for each in found)]))


def _sentence(finding: Finding) -> str:
    known = f" ({code(finding.known_as)})" if finding.known_as else ""
    values = _values(finding)
    said = f": {values}." if values else "."
    title = f"**{finding.step.kind} {code(finding.step.name)}**{known} is **{finding.kind}**{said}"
    return f"{title} {finding.note or ''}".rstrip()


def _values(finding: Finding) -> str:
    return " → ".join(code(value) for value in (finding.before, finding.after) if value)


def _lookalikes(review: Review) -> Iterator[str]:
    for each in review.lookalikes[:MOST_LINES]:
        yield (
            f"> [!IMPORTANT]\n> {each.deleted.kind} {code(each.deleted.name)} {LOOKALIKE}\n>\n"
            f"> {code(each.advice, limit=2000)}"
        )


def _table(title: str, found: Sequence[Finding]) -> Iterator[str]:
    if not found:
        return
    if title:
        yield title
    rows = [f"| {each.kind} | {_resource(each)} | {_what(each)} |" for each in found]
    yield "\n".join(["| | resource | |", "|---|---|---|", *_some(rows)])


def _resource(finding: Finding) -> str:
    return f"{finding.step.kind} {code(finding.step.name)}".replace("|", r"\|")


def _what(finding: Finding) -> str:
    said = " ".join(part for part in (_values(finding), finding.note or "") if part)
    return said.replace("|", r"\|")


def _calls(review: Review) -> Iterator[str]:
    if review.calls:
        lines = "\n".join(_some([_plain(call, 1000) for call in review.calls]))
        yield f"<details><summary>Calls to be made: {len(review.calls)}</summary>\n\n{_block(lines)}\n\n</details>"


def _some(lines: Sequence[str]) -> list[str]:
    left = len(lines) - MOST_LINES
    return [*lines[:MOST_LINES], *([f"… and {left} more"] if left > 0 else [])]


def code(text: str, *, limit: int = _LONGEST) -> str:
    """Text as code: a fence longer than any in it, on one line."""
    text = _plain(text, limit)
    fence = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    return f"{fence} {text} {fence}" if len(fence) > 1 else f"`{text}`"


def _block(text: str) -> str:
    fence = "`" * max(3, max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
    return f"{fence}\n{text}\n{fence}"


def _plain(text: str, limit: int) -> str:
    text = plain(text, instead=" ")
    return text if len(text) <= limit else text[: limit - 1] + "…"
