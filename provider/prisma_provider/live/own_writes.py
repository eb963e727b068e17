"""The databases that this run wrote, and how they overlay what lists say: no list hides or undoes a write."""

from __future__ import annotations

from dataclasses import dataclass
from threading import Lock

from prisma_provider.api.models import Database, bare_id


@dataclass(frozen=True)
class Write:
    """What we know of an object by our own write, at a tick; no database is: deleted."""

    at: int
    database: Database | None = None
    home: str | None = None
    """The bare id of its project, kept beside it: each of many databases is compared with each."""


class OwnWrites:
    """Shared by all threads of a run; databases go by bare id."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._writes: dict[str, Write] = {}
        self._defaults: dict[str, str] = {}

    def put(self, at: int, database: Database, *, promoted: bool = False) -> None:
        """What a write answered. One that was promoted by it took the flag from the others of its project."""
        home = bare_id(database.project.id)
        with self._lock:
            self._writes[bare_id(database.id)] = Write(at, database, home)
            if promoted and database.is_default:
                self._defaults[home] = bare_id(database.id)

    def drop(self, at: int, database_id: str) -> None:
        """It was deleted."""
        with self._lock:
            self._writes[bare_id(database_id)] = Write(at)

    def get(self, key: str) -> Write | None:
        """The last write to a database."""
        return self._writes.get(key)

    def of(self, project_id: str) -> list[str]:
        """Those of a project that this run made or changed, and did not delete."""
        home = bare_id(project_id)
        with self._lock:
            return [key for key, write in self._writes.items() if write.home == home]

    def seen(self, key: str, project_id: str, listed: Database | None, began: int) -> Database | None:
        """One database of a list that began at a tick, with what our own writes know better."""
        home = bare_id(project_id)
        with self._lock:
            write = self._writes.get(key)
            default = self._defaults.get(home)
        if write is not None and write.database is None:
            return None
        if write is not None and write.home == home:
            listed = _merge(write, listed, began)
        return None if listed is None else _with_default(listed, key, default)


def _merge(write: Write, listed: Database | None, began: int) -> Database:
    """Our own write, with what moves by itself (its status), and what its answer lacked, from a list begun after it."""
    assert write.database is not None  # noqa: S101  the caller looked
    if listed is None or began < write.at:
        return write.database
    moved = {"status": listed.status, "connections": listed.connections or write.database.connections}
    return write.database.completed(listed).model_copy(update=moved)


def _with_default(database: Database, key: str, default: str | None) -> Database:
    """Only one database of a project has the flag: the one that this run gave it to."""
    if default is None or database.is_default == (key == default):
        return database
    return database.model_copy(update={"is_default": key == default})
