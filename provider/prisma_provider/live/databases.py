"""Databases, by the list of their project, which everything in one operation shares."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

from prisma_provider import errors
from prisma_provider.api.ids import bare_id
from prisma_provider.api.models import Database
from prisma_provider.api.requests import PAGE_SIZE
from prisma_provider.live.projects import Projects
from prisma_provider.live.shared_reads import SharedRead
from prisma_provider.network.retries import time_left

SOON = 0.1
"""Seconds after which a database that is waited for is asked about again, at first."""


class Databases(Projects):
    """The databases that are live."""

    def databases(self, project_id: str, *, after: int | None = None) -> dict[str, Database]:
        """The databases of a project by bare id; `after` asks for a list that began later than this tick."""
        shared = self._databases_of(project_id, after)
        listed: dict[str, Database] = shared.result.result()  # raises what went wrong
        return self._own.all_seen(project_id, listed, shared.began)

    def databases_or_none(self, project_id: str, *, after: int | None = None) -> dict[str, Database]:
        """The databases of a project; none where there is no such project."""
        try:
            return self.databases(project_id, after=after)
        except errors.NotFound:
            return {}

    def prefetch_databases(self, project_id: str) -> None:
        """Begin the list of a project's databases: what comes after the project needs it, and waits one response less.

        Who needs it while it is under way joins it, for better or worse; who comes later does not hear of a failure,
        and asks again.
        """
        self._ahead(lambda: self._databases_of(project_id))

    def begin_deletions(self, project_id: str | None) -> None:
        """Begin what every deletion in a project needs, side by side: the stack's state, and the list of databases."""
        if project_id is not None and bare_id(project_id) not in self._deleting_in:
            self._deleting_in.add(bare_id(project_id))
            self.prefetch_databases(project_id)
            self._ahead(self._state)

    def database(
        self,
        database_id: str,
        project_id: str | None = None,
        workspace_id: str | None = None,
        *,
        after: int | None = None,
    ) -> Database | None:
        """A database, or None where it is proved gone; by its project's list where the project is known."""
        key = bare_id(database_id)
        write = self._own.get(key)
        if write is not None and write.database is None:
            return None
        project_id = project_id or self._project_of(key)
        if project_id is not None:
            found = self._database_of(key, project_id, after)
            if found is not None:
                return found
        found, _ = self._database_by_id(database_id, workspace_id, after)
        return found

    def confirmed(self, database: Database, workspace_id: str | None = None) -> Database | None:
        """The same, asked for by its id, once in a run: a list may lag behind what an earlier run wrote."""
        key = bare_id(database.id)
        if self._own.get(key) is not None:
            return database
        found, began = self._database_by_id(database.id, workspace_id)
        return found and self._own.seen(key, found.project.id, found, began)

    def completed(self, database: Database) -> Database:
        """The response to a write, with what it lacked: asked for by its id."""
        found = database.completed(self.client.database(database.id))
        self.put_database(found)
        return found

    def put_database(self, database: Database, *, promoted: bool = False) -> None:
        """The response to a write: no list hides it. One that was promoted by it took the flag from the others."""
        self._own.put(self.now(), database, promoted=promoted)
        self._notify()

    def drop_database(self, database_id: str) -> None:
        """It was deleted."""
        self._own.drop(self.now(), database_id)

    def wait_for(
        self, database: Database, done: Callable[[Database], bool], seconds: float = float("inf")
    ) -> Database | None:
        """Wait until `done` or the time is over, and return what was seen last; None is: it went away.

        Polls lists, which all who wait share; a write of this run is seen at once. Where a list has more pages than
        there are who wait, each polls its own.
        """
        with self._waits(database.project.id):
            return self._wait_for(database, done, seconds)

    def _wait_for(self, database: Database, done: Callable[[Database], bool], seconds: float) -> Database | None:
        ends = time.monotonic() + min(seconds, time_left())
        seen: Database | None = database
        pause, looked = SOON, self.now()
        ask_at = time.monotonic() + pause
        while seen is not None and not done(seen) and time.monotonic() < ends:
            self._pause(min(ask_at, ends) - time.monotonic())
            after = None
            if time.monotonic() >= ask_at:
                # However often a write wakes us, the service is asked in time.
                after, looked, pause = looked, self.now(), min(pause * 1.5, 3.0)
                ask_at = time.monotonic() + pause
            seen = self._looked(database, after)
        return seen

    @contextmanager
    def _waits(self, project_id: str) -> Iterator[None]:
        """Somebody waits for a database of this project."""
        with self._changed:
            self._waiting[bare_id(project_id)] += 1
        try:
            yield
        finally:
            with self._changed:
                self._waiting[bare_id(project_id)] -= 1

    def _looked(self, database: Database, after: int | None) -> Database | None:
        """A database that is waited for, by whichever takes fewer requests: the list of its project, or its id."""
        home = bare_id(database.project.id)
        listed: list[dict[str, Database]] = self._reads.done("databases", home)
        pages = max(map(len, listed), default=0) // PAGE_SIZE
        if after is None or pages <= self._waiting[home]:
            return self.database(database.id, database.project.id, after=after)
        found, began = self._database_by_id(database.id, None, after)
        return found and self._own.seen(bare_id(database.id), home, found, began)

    def _databases_of(self, project_id: str, after: int | None = None) -> SharedRead:
        """The list of a project's databases, which joins or begins; what is on a page is there when the page is."""

        def read(shared: SharedRead) -> dict[str, Database]:
            shared.result.add_done_callback(lambda _: self._notify())
            with self._within(project_id):
                for page in self.client.pages_of_databases(project_id):
                    shared.arrived.update((bare_id(database.id), database) for database in page)
                    self._notify()
            return shared.arrived

        return self._reads.share(("databases", bare_id(project_id)), read, after)

    def _seen(self, key: str, project_id: str, shared: SharedRead) -> Database | None:
        """One database of a list, with what our own writes know better."""
        return self._own.seen(key, project_id, shared.arrived.get(key), shared.began)

    def _database_of(self, key: str, project_id: str, after: int | None = None) -> Database | None:
        shared = self._databases_of(project_id, after)
        with self._changed:
            self._changed.wait_for(lambda: key in shared.arrived or shared.result.done())
        try:
            if key not in shared.arrived:
                shared.result.result()  # raises what went wrong
        except errors.NotFound:
            return None  # there is no such project, as far as the token sees
        return self._seen(key, project_id, shared)

    def _database_by_id(
        self, database_id: str, workspace_id: str | None, after: int | None = None
    ) -> tuple[Database | None, int]:
        """What the service gives for its id, None where it is proved gone, and the tick at which it was asked."""
        key = ("database", bare_id(database_id))
        shared = self._reads.share(key, lambda _: self.client.database(database_id), after)
        try:
            return cast("Database", shared.result.result()), shared.began
        except errors.NotFound:
            self.absent(f"database {database_id}", workspace_id)
            return None, shared.began

    def _project_of(self, key: str) -> str | None:
        """The project of a database that a write or a list of this run has named."""
        write = self._own.get(key)
        if write is not None and write.database is not None:
            return write.database.project.id
        done: list[dict[str, Database]] = self._reads.done("databases")
        return next((listed[key].project.id for listed in done if key in listed), None)
