"""What all reads of one operation share: the client, the memory of the run, and reads that are under way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from threading import Condition, Thread
from typing import Any

from prisma_provider.api.client import Client
from prisma_provider.api.models import Branch, Connection, EnvironmentVariable, Project, ServiceToken
from prisma_provider.live.intents import Intents
from prisma_provider.live.own_writes import OwnWrites
from prisma_provider.live.run import Run, resource
from prisma_provider.live.shared_reads import SharedRead, SharedReads
from prisma_provider.live.state import Recorded, named
from prisma_provider.members import member
from prisma_provider.network.retries import DEFAULT_TIME_LIMIT, time_limit

LINES_OF_A_SET = 20
"""Notes about the databases of one set in a run, of which there may be ten thousand."""


class Shared:
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
        self._reads = SharedReads()
        self._own = OwnWrites()
        self._connections: dict[str, Connection | None] = {}
        self._branches: dict[str, Branch] = {}
        self._variables: dict[str, EnvironmentVariable | None] = {}
        self._tokens: dict[str, ServiceToken | None] = {}
        self._projects: dict[str, Project | None] = {}
        self._sought: set[str] = set()
        self._plan_asked = False
        self._deleting_in: set[str] = set()
        self._waiting: Counter[str] = Counter()
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
        self._notify()

    def recorded(self) -> Recorded:
        """What the state of this stack held when it was first asked for in this run."""
        found: Recorded = self._state().result.result()
        return found

    def _state(self) -> SharedRead:
        def read(_shared: SharedRead) -> Recorded:
            self._begun_here = self.run.creations_under_way()
            return self._read_state()

        return self._reads.share(("state", ""), read)

    def begun_before(self, kind: str, *key: str, **inputs: Any) -> bool:
        """Whether state saw a creation with these inputs only begin, and it is none of this run's (`Run.under_way`)."""
        began = self.recorded().began(kind, **inputs)
        return len(began) > self._begun_here[key]

    def others(self) -> tuple[Recorded, ...]:
        """What the other stacks of this Pulumi project hold, as far as it can be read."""
        return self._reads.once("states", self._read_others)

    def now(self) -> int:
        """A tick: what begins after it is fresh."""
        return self._reads.now()

    def _ahead(self, read: Callable[[], SharedRead]) -> None:
        """Read while others go on. It is for all of them, so no limit of the one that began it ends it."""

        def run() -> None:
            with time_limit(DEFAULT_TIME_LIMIT):
                read()

        thread = Thread(target=run, name="ahead", daemon=True)
        thread.start()
        self._under_way.append(thread)

    def _notify(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _pause(self, seconds: float) -> None:
        """Sleep, until a write of this run at the longest."""
        with self._changed:
            self.client.check_cancelled()
            self._changed.wait(max(0.0, seconds))


def _unrepeated(note: Callable[[str], None]) -> Callable[[str], None]:
    """What is said twice in a run, by a check and by what follows it, is read once; of a set, only so many lines."""
    said: set[str] = set()
    of_sets: Counter[str] = Counter()

    def say_once(line: str) -> None:
        if line in said:
            return
        said.add(line)
        one = member(resource())
        if one is not None:
            of_sets[one.of] += 1
            if of_sets[one.of] > LINES_OF_A_SET:
                return
            if of_sets[one.of] == LINES_OF_A_SET:
                line = f"{line} Lines about others of {named(one.of)} are left out."
        note(line)

    return say_once
