"""A rehearsal as a comment of a pull request, in GitHub's Markdown. Values stand in code."""

from __future__ import annotations

from collections.abc import Iterator

from prisma_provider.rehearsal import wording
from prisma_provider.rehearsal.values import Rehearsal
from prisma_provider.reporting import alert, block, code, fitting, joined, table


def render(found: Rehearsal) -> str:
    """What is lost first; then what else changes, the migrations, and the locks; what is cut is said."""
    return fitting(lambda most: joined(_parts(found, most)))


def _parts(found: Rehearsal, most: int) -> Iterator[str]:
    yield f"### {wording.TITLE}: {wording.HEADLINES[found.verdict]}"
    yield wording.ran(found, code)
    if found.failure:
        yield f"> [!WARNING]\n> {found.failure.what}"
        yield block("\n".join(found.failure.lines)) if found.failure.lines else ""
    yield alert("CAUTION", "", [wording.loss(loss, code) for loss in found.losses], most)
    rows = [(change.how, f"{change.kind} {code(change.name)}", _detail(change.detail)) for change in found.changes]
    yield table(("", "", ""), rows, most)
    applied = [(code(each.name), wording.duration(each.seconds)) for each in found.applied]
    yield table(("migration", "took"), applied, most)
    locks = [(code(lock.table), wording.effect(lock), lock.statement, wording.held(lock)) for lock in found.locks]
    yield f"{wording.LOCKS}:" if locks else ""
    yield table(("table", "", "statement", "for"), locks, most)


def _detail(text: str) -> str:
    return code(text) if text else ""
