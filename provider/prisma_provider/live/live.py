"""What the service holds now: reads that everything in one operation shares, whatever the thread.

One list of a project's databases serves every database and connection of it. A list that is on its way is joined,
not asked for twice; a write puts its answer here, and no list, begun before or lagging behind, hides it.
Absence is never read off a list: what one lacks is asked for by id, and a "not found" counts only in the workspace
that the object belongs to, since a token of another one sees nothing at all.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition, Thread
from typing import Any, TypeVar, cast

from prisma_provider import errors
from prisma_provider.api.client import Client
from prisma_provider.api.models import Branch, Connection, Database, Project, bare_id, same_id
from prisma_provider.live.flights import Flight, Flights
from prisma_provider.live.intents import Intents
from prisma_provider.live.run import Run
from prisma_provider.live.state import Recorded
from prisma_provider.live.written import Written
from prisma_provider.network.retries import DEFAULT_TIME_LIMIT, time_left, time_limit

T = TypeVar("T")

SEVERAL = 3
"""Projects that are asked for by their ids before a list of them is begun."""


class Live:
    """The live objects of one operation; `client` is there for the writes.

    `run` remembers what this run did itself, and `note` takes one line for the user, about a resource or the run.
    `recorded` reads the stack's state, which the engine does not show a provider, and `others` those of the project's
    other stacks: each is read in doubt only, once in a run.
    `intents` are what earlier runs on this machine asked for and did not see the end of.
    `problem` takes what went wrong with an object after it was made: state has to hold it as it is.
    """

    def __init__(
        self,
        client: Client,
        *,
        note: Callable[[str], None] = lambda line: None,
        problem: Callable[[str], None] | None = None,
        recorded: Callable[[], Recorded] = Recorded,
        others: Callable[[], tuple[Recorded, ...]] = tuple,
        intents: Intents | None = None,
    ) -> None:
        self.client = client
        self.note = _unrepeated(note)
        self.problem = problem or note
        self._read_state = recorded
        self._read_others = others
        self.intents = intents or Intents()
        self.run = Run()
        self._changed = Condition()
        self._flights = Flights()
        self._written = Written()
        self._connections: dict[str, Connection | None] = {}
        self._branches: dict[str, Branch] = {}
        self._projects: dict[str, Project | None] = {}
        self._sought: set[str] = set()
        self._listed: dict[str, Project] = {}
        self._under_way: list[Thread] = []
        self._begun_here: Counter[tuple[str, ...]] = Counter()

    def close(self) -> None:
        """End the connections, once what is read ahead has come."""
        for thread in self._under_way:
            thread.join()
        self.client.close()

    def cancel(self) -> None:
        """End all waiting: Cancelled is raised where something was waited for."""
        self.client.cancel()
        self._tell()

    # what stacks hold

    def recorded(self) -> Recorded:
        """What the state of this stack held when it was first asked for in this run."""

        def read() -> Recorded:
            self._begun_here = self.run.creations_under_way()
            return self._read_state()

        return self._flights.once("state", read)

    def begun_before(self, kind: str, *key: str, **inputs: Any) -> bool:
        """Whether state saw a creation with these inputs only begin, and it is none of this run's (`Run.under_way`)."""
        began = self.recorded().began(kind, **inputs)
        return len(began) > self._begun_here[key]

    def others(self) -> tuple[Recorded, ...]:
        """What the other stacks of this Pulumi project hold, as far as it can be read."""
        return self._flights.once("states", self._read_others)

    # who we are

    def verify(self) -> None:
        """Refuse a token that is not valid, or that is of another workspace than `prisma:workspaceId`."""
        wanted = self.client.settings.workspace_id
        found = self.workspace_id()
        if wanted and not self._sees_workspace(wanted):
            raise errors.ConfigurationError(
                f"The token belongs to workspace {found or 'of no name'}, and prisma:workspaceId is {wanted}.",
                hint="use a token of that workspace, or correct prisma:workspaceId.",
            )

    def workspace_id(self) -> str | None:
        """The workspace that the token stands for, where it names one."""
        me = self._flights.once("me", self.client.me)
        return me.workspace.id if me.workspace else None

    def workspace_id_of(self, project_id: str, recorded: str | None = None) -> str | None:
        """The workspace of a project: as this run was told, else as it is recorded, else asked for."""
        key = bare_id(project_id)
        told = self._projects.get(key) or self._listed.get(key)
        for project in [told] if told else self._flights.landed("project", key):
            return str(project.workspace.id)
        if recorded:
            return recorded
        own = self.workspace_id()
        project = None if own else self.project(project_id)
        return own or (project.workspace.id if project else None)

    def absent(self, what: str, workspace_id: str | None) -> None:
        """Believe that something is gone, or raise: only the workspace that held it can say so."""
        if workspace_id is None or self._sees_workspace(workspace_id):
            return
        raise errors.ConfigurationError(
            f"Cannot tell whether {what} still exists: it belongs to workspace {workspace_id}, and the token to "
            f"{self.workspace_id() or 'none'}.",
            hint=f"use a token of workspace {workspace_id}. Nothing was changed.",
        )

    def _sees_workspace(self, workspace_id: str) -> bool:
        own = self.workspace_id()
        if own is not None:
            return same_id(own, workspace_id)
        # A token of a user, not of a workspace: it sees what it lists.
        seen = self._flights.once("workspaces", self.client.workspaces)
        return any(same_id(workspace.id, workspace_id) for workspace in seen)

    def regions(self) -> frozenset[str]:
        """The regions that the service names."""
        return frozenset(region.id for region in self._flights.once("regions", self.client.regions))

    # projects

    def project(self, project_id: str, workspace_id: str | None = None) -> Project | None:
        """A project, or None where it is proved gone."""
        key = bare_id(project_id)
        if key in self._projects:
            return self._projects[key]
        listed = self._listed_project(key)
        if listed is not None:
            return listed
        try:
            return self._flights.once("project", lambda: self.client.project(project_id), key)
        except errors.NotFound:
            self.absent(f"project {project_id}", workspace_id)
            return None

    def _listed_project(self, key: str) -> Project | None:
        """What a list has told of a project by now. Pulumi asks for one after the other: several are worth a list."""
        with self._changed:
            begins = key not in self._sought and len(self._sought) == SEVERAL
            self._sought.add(key)
        if begins:
            self._ahead(lambda: self._flights.fly(("list of projects", ""), self._list_projects))
        return self._listed.get(key)

    def _list_projects(self, _flight: Flight) -> None:
        """No more pages than there were projects to look for: a workspace may have many that are none of this stack."""
        for number, page in enumerate(self.client.pages_of_projects(), 1):
            self._listed.update((bare_id(project.id), project) for project in page)
            if number >= len(self._sought):
                return

    def projects(self) -> tuple[Project, ...]:
        """All projects of the workspace."""
        return self._flights.once("projects", self.client.projects)

    def put_project(self, project: Project) -> None:
        """What a write answered."""
        self._projects[bare_id(project.id)] = project

    def new_project(self, project: Project) -> None:
        """A project that this run made: nobody needs to ask which databases it holds."""
        self.put_project(project)
        self._flights.known(("databases", bare_id(project.id)), {})

    def drop_project(self, project_id: str) -> None:
        """It was deleted."""
        self._projects[bare_id(project_id)] = None

    # databases

    def databases(self, project_id: str, *, after: int | None = None) -> dict[str, Database]:
        """The databases of a project by bare id; `after` asks for a list that began later than this tick."""
        flight = self._databases_of(project_id, after)
        listed: dict[str, Database] = flight.result.result()  # raises what went wrong
        written = self._written.of(project_id)
        seen = {i: self._seen(i, project_id, flight) for i in (*listed, *(i for i in written if i not in listed))}
        return {i: database for i, database in seen.items() if database is not None}

    def prefetch_databases(self, project_id: str) -> None:
        """Begin the list of a project's databases: what comes after the project needs it, and waits one answer less.

        Who needs it while it is under way joins it, for better or worse; who comes later does not hear of a failure,
        and asks again.
        """
        self._ahead(lambda: self._databases_of(project_id))

    def _ahead(self, read: Callable[[], Flight]) -> None:
        """Read while others go on. It is for all of them, so no limit of the one that began it ends it."""

        def run() -> None:
            with time_limit(DEFAULT_TIME_LIMIT):
                read()

        thread = Thread(target=run, name="ahead", daemon=True)
        thread.start()
        self._under_way.append(thread)

    def _databases_of(self, project_id: str, after: int | None = None) -> Flight:
        """The list of a project's databases, which joins or begins; what is on a page is there when the page is."""

        def read(flight: Flight) -> dict[str, Database]:
            flight.result.add_done_callback(lambda _: self._tell())
            with self._within(project_id):
                for page in self.client.pages_of_databases(project_id):
                    flight.arrived.update((bare_id(database.id), database) for database in page)
                    self._tell()
            return flight.arrived

        return self._flights.fly(("databases", bare_id(project_id)), read, after)

    @contextmanager
    def _within(self, project_id: str) -> Iterator[None]:
        """Ask for what a project holds. Where the project is gone, that may be refused, too: NotFound in both cases."""
        try:
            yield
        except errors.Forbidden:
            self._flights.once("project", lambda: self.client.project(project_id), bare_id(project_id))
            raise

    def _tell(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _seen(self, key: str, project_id: str, flight: Flight) -> Database | None:
        """One database of a list, with what our own writes know better."""
        return self._written.seen(key, project_id, flight.arrived.get(key), flight.began)

    def _database_of(self, key: str, project_id: str, after: int | None = None) -> Database | None:
        flight = self._databases_of(project_id, after)
        with self._changed:
            self._changed.wait_for(lambda: key in flight.arrived or flight.result.done())
        try:
            if key not in flight.arrived:
                flight.result.result()  # raises what went wrong
        except errors.NotFound:
            return None  # there is no such project, as far as the token sees
        return self._seen(key, project_id, flight)

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
        write = self._written.get(key)
        if write is not None and write.database is None:
            return None
        project_id = project_id or self._project_of(key)
        if project_id is not None:
            found = self._database_of(key, project_id, after)
            if found is not None:
                return found
        found, _ = self._database_by_id(database_id, workspace_id, after)
        return found

    def _database_by_id(
        self, database_id: str, workspace_id: str | None, after: int | None = None
    ) -> tuple[Database | None, int]:
        """What the service answers for its id, None where it is proved gone, and the tick at which it was asked."""
        key = ("database", bare_id(database_id))
        flight = self._flights.fly(key, lambda _: self.client.database(database_id), after)
        try:
            return cast("Database", flight.result.result()), flight.began
        except errors.NotFound:
            self.absent(f"database {database_id}", workspace_id)
            return None, flight.began

    def confirmed(self, database: Database, workspace_id: str | None = None) -> Database | None:
        """The same, asked for by its id, once in a run: a list may lag behind what an earlier run wrote."""
        key = bare_id(database.id)
        if self._written.get(key) is not None:
            return database
        found, began = self._database_by_id(database.id, workspace_id)
        return found and self._written.seen(key, found.project.id, found, began)

    def completed(self, database: Database) -> Database:
        """What a write answered, with what the answer lacked: asked for by its id."""
        found = database.completed(self.client.database(database.id))
        self.put_database(found)
        return found

    def databases_or_none(self, project_id: str, *, after: int | None = None) -> dict[str, Database]:
        """The databases of a project; none where there is no such project."""
        try:
            return self.databases(project_id, after=after)
        except errors.NotFound:
            return {}

    def _project_of(self, key: str) -> str | None:
        """The project of a database that a write or a list of this run has named."""
        write = self._written.get(key)
        if write is not None and write.database is not None:
            return write.database.project.id
        done: list[dict[str, Database]] = self._flights.landed("databases")
        return next((listed[key].project.id for listed in done if key in listed), None)

    def now(self) -> int:
        """A tick: what begins after it is fresh."""
        return self._flights.now()

    def put_database(self, database: Database, *, promoted: bool = False) -> None:
        """What a write answered: no list hides it. One that was promoted by it took the flag from the others."""
        self._written.put(self.now(), database, promoted=promoted)
        self._tell()

    def drop_database(self, database_id: str) -> None:
        """It was deleted."""
        self._written.drop(self.now(), database_id)

    def wait_for(
        self, database: Database, done: Callable[[Database], bool], seconds: float = float("inf")
    ) -> Database | None:
        """Wait until `done` or the time is over, and answer what was seen last; None is: it went away.

        Polls lists, which all who wait share; a write of this run is seen at once.
        """
        ends = time.monotonic() + min(seconds, time_left())
        seen: Database | None = database
        pause, looked = 0.1, self.now()
        ask_at = time.monotonic() + pause
        while seen is not None and not done(seen) and time.monotonic() < ends:
            self._pause(min(ask_at, ends) - time.monotonic())
            after = None
            if time.monotonic() >= ask_at:
                # However often a write wakes us, the service is asked in time.
                after, looked, pause = looked, self.now(), min(pause * 1.5, 3.0)
                ask_at = time.monotonic() + pause
            seen = self.database(database.id, database.project.id, after=after)
        return seen

    def _pause(self, seconds: float) -> None:
        """Sleep, until a write of this run at the longest."""
        with self._changed:
            self.client.check_cancelled()
            self._changed.wait(max(0.0, seconds))
        self.client.check_cancelled()

    # branches

    def branch(self, branch_id: str, project_id: str | None = None, workspace_id: str | None = None) -> Branch | None:
        """A branch, or None where it is proved gone; by its project's list where the project is known."""
        key = bare_id(branch_id)
        if key in self._branches:
            return self._branches[key]
        for branch in self._branches_of(project_id) if project_id else ():
            if same_id(branch.id, branch_id):
                return branch
        try:
            return self._flights.once("branch", lambda: self.client.branch(branch_id), key)
        except errors.NotFound:
            self.absent(f"branch {branch_id}", workspace_id)
            return None

    def named_branch(self, project_id: str, git_name: str) -> Branch | None:
        """The branch of a project by its name: one that this run made, or one of the project's list."""
        for branch in tuple(self._branches.values()):
            if branch.git_name == git_name and same_id(branch.project.id, project_id):
                return branch
        listed = self._branches_of(project_id)
        return next((branch for branch in listed if branch.git_name == git_name), None)

    def _branches_of(self, project_id: str) -> tuple[Branch, ...]:
        try:
            with self._within(project_id):
                return self._flights.once("branches", lambda: self.client.branches(project_id), bare_id(project_id))
        except errors.NotFound:
            return ()

    def put_branch(self, branch: Branch) -> None:
        """What a write answered; who becomes the default takes the flag from the others."""
        with self._changed:
            if branch.is_default:
                listed = self._flights.landed("branches", bare_id(branch.project.id))
                for other in (*(each for branches in listed for each in branches), *self._branches.values()):
                    if same_id(other.project.id, branch.project.id):
                        self._branches[bare_id(other.id)] = other.model_copy(update={"is_default": False})
            self._branches[bare_id(branch.id)] = branch

    # connections

    def connection(
        self,
        connection_id: str,
        database_id: str | None = None,
        project_id: str | None = None,
        workspace_id: str | None = None,
    ) -> Connection | None:
        """A connection, or None where it is proved gone. Its database's own list is proof that it lives."""
        key = bare_id(connection_id)
        if key in self._connections:
            return self._connections[key]
        if project_id is not None and database_id is not None:
            database = self._database_of(bare_id(database_id), project_id)
            for connection in database.connections if database else ():
                if same_id(connection.id, connection_id):
                    return connection
        try:
            return self._flights.once("connection", lambda: self.client.connection(connection_id), key)
        except errors.NotFound:
            self.absent(f"connection {connection_id}", workspace_id)
            return None

    def put_connection(self, connection: Connection) -> None:
        """What a write answered."""
        self._connections[bare_id(connection.id)] = connection

    def drop_connection(self, connection_id: str) -> None:
        """It was deleted."""
        self._connections[bare_id(connection_id)] = None


def _unrepeated(note: Callable[[str], None]) -> Callable[[str], None]:
    """What is said twice in a run, by a check and by what follows it, is read once."""
    said: set[str] = set()

    def tell(line: str) -> None:
        if line not in said:
            said.add(line)
            note(line)

    return tell
