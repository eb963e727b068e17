"""A rehearsal for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from prisma_provider.rehearsal import wording
from prisma_provider.rehearsal.values import Change, Rehearsal
from prisma_provider.text import plain


def render(found: Rehearsal) -> str:
    """What is lost first; then what else changes, the migrations, and the locks."""
    return "".join(f"{plain(line)}\n" for line in _lines(found))


def _lines(found: Rehearsal) -> Iterator[str]:
    yield f"{wording.TITLE}: {wording.HEADLINES[found.verdict]}"
    yield wording.ran(found, str)
    if found.failure:
        yield from ("", found.failure.what, *(f"  {line}" for line in found.failure.lines))
    yield from _block("Data that is lost", (f"! {wording.loss(loss, str)}" for loss in found.losses))
    yield from _block("Changes", map(_change, found.changes))
    applied = (f"{each.name}: {wording.duration(each.seconds)}" for each in found.applied)
    yield from _block("Migrations applied", applied)
    locks = (
        f"{lock.table}: {' for '.join((wording.effect(lock), wording.held(lock)))} {lock.statement}".rstrip()
        for lock in found.locks
    )
    yield from _block(wording.LOCKS, locks)


def _change(change: Change) -> str:
    detail = f": {change.detail}" if change.detail else ""
    return f"{change.how:8} {change.kind} {change.name}{detail}"


def _block(title: str, lines: Iterable[str]) -> list[str]:
    """A title and what belongs to it; nothing where there is nothing."""
    kept = [f"  {line}" for line in lines]
    return ["", title, *kept] if kept else []
