"""A rehearsal: the user's command on a clone, and what the clone holds before and after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final

from prisma_provider.api.client import Client
from prisma_provider.api.models import Database
from prisma_provider.live import Live
from prisma_provider.network.retries import time_left
from prisma_provider.postgres.applied import Applied, read_applied
from prisma_provider.postgres.catalog import Catalog, read_catalog
from prisma_provider.postgres.contents import Contents, Counts, Difference
from prisma_provider.postgres.locks import Lock, Watch
from prisma_provider.postgres.waiting import wait_until_connected
from prisma_provider.rehearsal.alive import Alive
from prisma_provider.rehearsal.clone import Clone, clone_of, remove_left
from prisma_provider.rehearsal.comparison import Readings, compare, matching
from prisma_provider.rehearsal.pending import pending
from prisma_provider.rehearsal.values import Failure, HeldLock, Rehearsal
from prisma_provider.user_command import Ended, environment_for, hiding, run

if TYPE_CHECKING:
    from prisma_provider.postgres.connecting import Session

CONNECT: Final = 300.0
"""Seconds for which the clone is waited for until it accepts connections."""

NOT_TOUCHED: Final = "The command did not touch the clone; it may have used another URL."
_WHERE: Final = "It gets DATABASE_URL and DIRECT_URL of the clone; a URL that stands in a file or in the command wins."


@dataclass(frozen=True)
class Task:
    """What is to be rehearsed. `say` takes a line of progress, `show` a line of the command's output."""

    command: str
    directory: Path
    environment: Mapping[str, str]
    say: Callable[[str], None]
    show: Callable[[str], None]


def rehearse(client: Client, source: Database, task: Task, alive: Alive) -> Rehearsal:
    """Run the command on a clone of this database; production is only copied."""
    live = Live(client, note=task.say)
    remove_left(client, source, alive, task.say)
    with clone_of(live, source, alive, task.say) as clone:
        task.say("Waiting until the clone accepts connections.")
        workspace = live.workspace_id()
        with wait_until_connected(
            client, clone.direct_url, CONNECT, report=task.say, workspace_id=workspace
        ) as session:
            return _on_clone(session, source, clone, task)


def _on_clone(session: Session, source: Database, clone: Clone, task: Task) -> Rehearsal:
    hide = hiding((clone.database_url, clone.direct_url))
    applied, before = read_applied(session), read_catalog(session)
    contents = Contents(session)
    counts = _keep(contents, before, task.say)
    task.say("Running the command on the clone.")
    began = monotonic()
    with Watch(session, [table.oid for table in before.tables]) as watch:
        ended = run(
            task.command,
            folder=task.directory,
            environment=environment_for(
                {"DATABASE_URL": clone.database_url, "DIRECT_URL": clone.direct_url}, task.environment
            ),
            hide=hide,
            show=task.show,
            seconds=time_left(),
        )
    seconds = monotonic() - began
    new = _new(applied, read_applied(session))
    result = Rehearsal(source.name, source.id, hide(task.command), seconds, new)
    if ended.status != 0:
        return replace(result, failure=_failed(ended))
    after = read_catalog(session)
    task.say("Counting what the clone holds now.")
    result = _compared(result, contents, before, after, counts)
    result = replace(result, locks=_locks(watch.locks, before))
    left = pending(task.directory, applied)
    if result.verdict == 0 and (left or not watch.was_used):
        return replace(result, failure=Failure(f"{NOT_TOUCHED} {_WHERE}", ended.lines))
    return result


def _keep(contents: Contents, before: Catalog, say: Callable[[str], None]) -> dict[int, Counts | None]:
    say(f"Counting what the clone holds: {len(before.tables)} tables.")
    return {table.oid: contents.keep(table) for table in before.tables}


def _compared(
    result: Rehearsal, contents: Contents, before: Catalog, after: Catalog, counts: Mapping[int, Counts | None]
) -> Rehearsal:
    found = matching(before, after)
    differences: dict[tuple[int, int], Difference | None] = {
        (pair.before.oid, pair.after.oid): contents.compare(pair) for pair in found.pairs if counts[pair.before.oid]
    }
    findings = compare(before, after, found, Readings(counts, differences))
    return replace(result, losses=findings.losses, changes=findings.changes)


def _new(before: Sequence[Applied], after: Sequence[Applied]) -> tuple[Applied, ...]:
    known = {each.id for each in before if each.finished}
    return tuple(each for each in after if each.id not in known and each.finished and not each.rolled_back)


def _locks(locks: Sequence[Lock], before: Catalog) -> tuple[HeldLock, ...]:
    titles = {table.oid: table.title for table in before.tables}
    return tuple(HeldLock(titles[lock.table], lock.stops_all, lock.statement, lock.seconds) for lock in locks)


def _failed(ended: Ended) -> Failure:
    if ended.status is None:
        return Failure("The command did not end in time, and was ended.", ended.lines)
    how = f"was ended by signal {-ended.status}" if ended.status < 0 else f"ended with status {ended.status}"
    return Failure(f"The command {how}.", ended.lines)
