"""The databases that this run wrote, and how they overlay what lists say: no list hides or undoes a write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock

from prisma_provider.api.ids import bare_id
from prisma_provider.api.models import Database


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
        """The response to a write. One that was promoted by it took the flag from the others of its project."""
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

    def all_seen(self, project_id: str, listed: Mapping[str, Database], began: int) -> dict[str, Database]:
        """A project's list that began at a tick, with what our own writes know better.

        Each of a thousand new databases is compared with all others, so this is one look at the writes, and not many.
        """
        home = bare_id(project_id)
        with self._lock:
            writes = {key: write for key, write in self._writes.items() if write.home == home or key in listed}
            default = self._defaults.get(home)
        unwritten = {key: database for key, database in listed.items() if key not in writes}
        overlaid = {key: _overlaid(write, home, listed.get(key), began) for key, write in writes.items()}
        found = unwritten | {key: each for key, each in overlaid.items() if each is not None}
        return found if default is None else {key: _with_default(each, key, default) for key, each in found.items()}

    def seen(self, key: str, project_id: str, listed: Database | None, began: int) -> Database | None:
        """One database of a list that began at a tick, with what our own writes know better."""
        home = bare_id(project_id)
        with self._lock:
            write = self._writes.get(key)
            default = self._defaults.get(home)
        found = listed if write is None else _overlaid(write, home, listed, began)
        return None if found is None else _with_default(found, key, default)


def _overlaid(write: Write, home: str, listed: Database | None, began: int) -> Database | None:
    """What is to be seen of a database that was written, in the list of a project."""
    if write.database is None:
        return None
    return _merge(write, listed, began) if write.home == home else listed


def _merge(write: Write, listed: Database | None, began: int) -> Database:
    """Our own write, with what moves by itself (its status) and what its response lacked from a list begun after it."""
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
