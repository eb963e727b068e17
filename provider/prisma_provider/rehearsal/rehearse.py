"""A rehearsal: the user's command on a clone, and what the clone holds before and after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final, TypeVar

from prisma_provider.api.client import Client
from prisma_provider.api.models import Database
from prisma_provider.live import Live
from prisma_provider.migrations.standing import pending
from prisma_provider.network.retries import time_left
from prisma_provider.postgres.applied import Applied, read_applied
from prisma_provider.postgres.catalog import Catalog, read_catalog
from prisma_provider.postgres.contents import Contents, Counts
from prisma_provider.postgres.locks import Lock, Watch
from prisma_provider.postgres.waiting import wait_until_connected
from prisma_provider.rehearsal.alive import Alive
from prisma_provider.rehearsal.clone import Clone, clone_of, remove_left
from prisma_provider.rehearsal.comparison import Findings, Readings, compare, matching
from prisma_provider.rehearsal.values import Failure, HeldLock, Rehearsal
from prisma_provider.reporting import Verdict
from prisma_provider.user_command import Ended, environment_for, hiding, run

if TYPE_CHECKING:
    from prisma_provider.postgres.connecting import Session

Item = TypeVar("Item")

_EVERY: Final = 5.0
"""Seconds between two lines while rows are counted."""

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
    applied, before, contents = read_applied(session), read_catalog(session), Contents(session)
    counts = _keep(contents, before, task.say)
    task.say("Running the command on the clone.")
    hide = hiding((clone.database_url, clone.direct_url))
    with Watch(session, [table.oid for table in before.tables]) as watch:
        ended = _run(clone, task, hide)
    new = _new(applied, read_applied(session))
    result = Rehearsal(source.name, source.id, hide(task.command), ended.seconds, new)
    if ended.status != 0:
        return replace(result, failure=_failed(ended))
    task.say("Counting what the clone holds now.")
    found = _compared(contents, before, read_catalog(session), counts, task.say)
    result = replace(result, losses=found.losses, changes=found.changes, locks=_locks(watch.locks, before))
    is_pending = bool(pending(task.directory, applied))
    if result.verdict is Verdict.SAFE and (is_pending or not watch.was_used):
        return replace(result, failure=Failure(f"{NOT_TOUCHED} {_WHERE}", ended.lines))
    return result


def _run(clone: Clone, task: Task, hide: Callable[[str], str]) -> Ended:
    urls = {"DATABASE_URL": clone.database_url, "DIRECT_URL": clone.direct_url}
    return run(
        task.command,
        folder=task.directory,
        environment=environment_for(urls, task.environment),
        hide=hide,
        show=task.show,
        seconds=time_left(),
    )


def _compared(
    contents: Contents, before: Catalog, after: Catalog, counts: Mapping[int, Counts | None], say: Callable[[str], None]
) -> Findings:
    found = matching(before, after)
    differences = {
        (pair.before.oid, pair.after.oid): contents.compare(pair)
        for pair in _telling(found.pairs, lambda pair: pair.after.title, say)
        if counts[pair.before.oid]
    }
    return compare(before, after, found, Readings(counts, differences))


def _keep(contents: Contents, before: Catalog, say: Callable[[str], None]) -> dict[int, Counts | None]:
    say(f"Counting what the clone holds: {len(before.tables)} tables.")
    return {table.oid: contents.keep(table) for table in _telling(before.tables, lambda each: each.title, say)}


def _telling(items: Sequence[Item], title: Callable[[Item], str], say: Callable[[str], None]) -> Iterator[Item]:
    """These, with a line now and then where they take long."""
    said = monotonic()
    for number, item in enumerate(items, 1):
        if monotonic() - said > _EVERY:
            said = monotonic()
            say(f"Counting {title(item)}, {number} of {len(items)}.")
        yield item


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
