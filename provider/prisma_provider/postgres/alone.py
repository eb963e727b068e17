"""One migration of a database at a time, whoever runs it: an advisory lock of PostgreSQL, held by a session of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from prisma_provider import errors
from prisma_provider.network.retries import time_left
from prisma_provider.postgres.asking import asking

if TYPE_CHECKING:
    from prisma_provider.postgres.connecting import Session

_KEY: Final = 5_785_723_319_117_115_233
"""Any number that others do not use; Prisma's own tool has 72707369."""

_LOOK: Final = 1.0
"""Seconds from one attempt to the next."""


@contextmanager
def alone(session: Session, wait: Callable[[float], None], busy: Callable[[], None]) -> Iterator[None]:
    """Nobody else who asks for this lock migrates the session's database; it ends with the session at the latest.

    `busy` is called once where another holds it, `wait` pauses until the next attempt. MigrationFailed where another
    still holds it at the time limit of the operation.
    """
    with asking("lock the database for the migration"):
        if not _locked(session):
            busy()
            _wait_for_the_lock(session, wait)
    yield


def _wait_for_the_lock(session: Session, wait: Callable[[float], None]) -> None:
    while True:
        if time_left() <= _LOOK:
            raise errors.MigrationFailed(
                "Another run still migrates this database at the time limit: nothing was run.",
                output=(),
                hint="run `pulumi up` again when it has ended, or give this one more time with custom_timeouts.",
            )
        wait(_LOOK)
        if _locked(session):
            return


def _locked(session: Session) -> bool:
    row = session.execute("select pg_try_advisory_lock(%s)", [_KEY]).fetchone()
    return bool(row and row[0])
