"""Which tables a migration locks, and for how long: seen from a second session, a look at a time."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic, sleep
from types import TracebackType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from prisma_provider.postgres.connecting import Session

EVERY: Final = 0.05
"""Seconds between two looks: a shorter lock may not be seen, and a time is right to so much."""

_LATE: Final = 40
"""Looks for a session that has ended: PostgreSQL counts it when its process has."""

STOPS_ALL: Final = "AccessExclusiveLock"
"""Nobody else can read or write the table."""
_STOPS_WRITES: Final = ("ExclusiveLock", "ShareRowExclusiveLock", "ShareLock")

_HELD: Final = """
select l.pid, l.relation::int8, l.mode, coalesce(a.query, '')
from pg_locks l join pg_class c on c.oid = l.relation left join pg_stat_activity a on a.pid = l.pid
where l.locktype = 'relation' and l.granted and l.pid <> pg_backend_pid() and c.relkind in ('r', 'p')
  and l.database = (select oid from pg_database where datname = current_database())
  and l.mode = any(%s) and a.backend_type is distinct from 'autovacuum worker'
"""
_OTHERS: Final = """
select count(*) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and usename = current_user
"""
_SESSIONS: Final = "select sessions from pg_stat_database where datname = current_database()"
_STATEMENT: Final = re.compile(
    r"(?:\s|--[^\n]*\n|/\*.*?\*/)*"
    r"((?:ALTER|DROP|TRUNCATE|REINDEX|LOCK|CLUSTER|VACUUM|CREATE|UPDATE|DELETE|INSERT|REFRESH)"
    r"(?:\s+(?:UNIQUE|INDEX|TABLE|TRIGGER|POLICY|VIEW|MATERIALIZED|FROM|INTO|FULL|RULE))*)\b[^;]*;?\s*",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True)
class Lock:
    """One lock. `statement` is its kind of statement, such as `ALTER TABLE`; empty where there were several."""

    table: int
    """The oid of the table."""
    mode: str
    statement: str
    seconds: float

    @property
    def stops_all(self) -> bool:
        """Whether reads have to wait, too."""
        return self.mode == STOPS_ALL


class Watch:
    """Looks while it is entered. Nobody else uses the session meanwhile; it also keeps the database from standby."""

    def __init__(self, session: Session, tables: Collection[int]) -> None:
        self._session = session
        self._tables = frozenset(tables)
        self._stop = Event()
        self._thread = Thread(target=self._look, name="locks", daemon=True)
        self._sessions = 0
        self._now: dict[tuple[int, int, str], float] = {}
        self._found: dict[tuple[int, str, str], float] = {}
        self.was_used = False
        """Whether another session of this database was seen."""

    def __enter__(self) -> Watch:
        self._sessions = self._count(_SESSIONS)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()
        for _ in range(0 if kind else _LATE):
            self.was_used = self.was_used or self._count(_SESSIONS) > self._sessions
            if self.was_used:
                return
            sleep(EVERY)

    @property
    def locks(self) -> tuple[Lock, ...]:
        """What was seen, the longest first; one that stops all hides a weaker one of its table, if it is no shorter."""
        longest: dict[int, float] = {}
        for (table, mode, _), seconds in self._found.items():
            if mode == STOPS_ALL:
                longest[table] = max(longest.get(table, 0.0), seconds)
        found = (Lock(*key, seconds) for key, seconds in self._found.items())
        shown = (lock for lock in found if lock.stops_all or lock.seconds > longest.get(lock.table, -1.0))
        return tuple(sorted(shown, key=lambda lock: (-lock.seconds, lock.table, lock.mode)))

    def _look(self) -> None:
        import psycopg

        modes = [STOPS_ALL, *_STOPS_WRITES]
        while not self._stop.wait(EVERY):
            try:
                rows = self._session.execute(_HELD, [modes]).fetchall()
                self.was_used = self.was_used or self._count(_OTHERS) > 0
            except psycopg.Error:
                return  # the session is gone, and with it what was kept: nothing will be counted
            self._see(rows, monotonic())

    def _see(self, rows: Iterable[tuple[int, int, str, str]], at: float) -> None:
        """Add a look: how long each lock was held at a stretch, at the least."""
        held: dict[tuple[int, int, str], float] = {}
        for pid, table, mode, query in rows:
            if table not in self._tables:
                continue
            since = held.setdefault((pid, table, mode), self._now.get((pid, table, mode), at))
            kept = (table, mode, statement(query))
            self._found[kept] = max(self._found.get(kept, 0.0), at - since)
        self._now = held

    def _count(self, query: str) -> int:
        import psycopg

        try:
            row = self._session.execute(query).fetchone()  # type: ignore[arg-type,unused-ignore]  # a constant
        except psycopg.Error:
            return 0
        return int(row[0] or 0) if row else 0


def statement(query: str) -> str:
    """What kind of statement it is, by its first words alone: what follows may hold data."""
    match = _STATEMENT.fullmatch(query)
    return " ".join(match[1].upper().split()) if match else ""
