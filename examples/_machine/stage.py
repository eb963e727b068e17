"""What a tour may do. A tour is `examples/NAME/tour.py` with `def tour(stage: Stage) -> None`."""

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psycopg

from .console import Console
from .failure import Failure
from .processes import Processes

STACK = "dev"
# Operations that leave the world as it is.
QUIET = ("same", "read", "refresh")


class Stage:
    """One stack of one example, in a folder of its own, and others beside it."""

    def __init__(
        self,
        console: Console,
        processes: Processes,
        folder: Path,
        environment: Mapping[str, str],
        local: Callable[..., Any],
        stack: str = STACK,
    ) -> None:
        self._console = console
        self._processes = processes
        self._folder = folder
        self._environment = environment
        self._local = local
        self._stack = stack

    def beside(self, stack: str, *, program: str = ".", **environment: str) -> "Stage":
        """Another stack, of this program or of one in a folder of it, and perhaps with its state elsewhere."""
        settings = {**self._environment, **environment}
        return Stage(self._console, self._processes, self._folder / program, settings, self._local, stack)

    def step(self, title: str) -> AbstractContextManager[None]:
        """A numbered step of the tour."""
        return self._console.step(title)

    def say(self, text: str) -> None:
        """A line, indented beneath the step."""
        self._console.say(text)

    def require(self, holds: bool, sentence: str) -> None:
        """What the example promises; where it does not hold, the run fails with this sentence."""
        if not holds:
            raise Failure(sentence)
        self._console.say(f"✓ {sentence}")

    def create(self) -> None:
        """A new stack."""
        self._ask("stack", "init", self._stack)

    def up(self, **config: str) -> dict[str, int]:
        """`pulumi up` after setting these; gives how many resources met which fate, the unchanged left out."""
        self._configure(config)
        self._show("up", "--yes", "--skip-preview")
        (last,) = json.loads(self._ask("stack", "history", "--json", "--page-size", "1", *self._named))
        return _changes(last.get("resourceChanges"))

    def preview(self, **config: str) -> dict[str, int]:
        """`pulumi preview` after setting these; gives what would be done to how many resources."""
        self._configure(config)
        self._show("preview")
        planned = json.loads(self._ask("preview", "--json", *self._named))
        return _changes(planned.get("changeSummary"))

    def property_changes(self) -> dict[str, dict[str, str]]:
        """Which property of which resource a preview would change, and how."""
        planned = json.loads(self._ask("preview", "--json", "--diff"))
        return {
            str(step["urn"]).split("::")[-1]: {name: entry["kind"] for name, entry in step["detailedDiff"].items()}
            for step in planned["steps"]
            if step.get("detailedDiff")
        }

    def destroy(self) -> None:
        """`pulumi destroy`, and the stack with it."""
        self._show("destroy", "--yes", "--skip-preview")
        self._ask("stack", "rm", "--yes", *self._named)

    def outputs(self) -> dict[str, Any]:
        """What the stack exports, secrets in clear."""
        answer = json.loads(self._ask("stack", "output", "--json", "--show-secrets", *self._named))
        assert isinstance(answer, dict)
        return answer

    def sql(self, url: str, query: str) -> list[tuple[Any, ...]]:
        """The rows that PostgreSQL answers over this connection string."""
        try:
            with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
                cursor = connection.execute(query.encode())
                return cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            raise Failure("PostgreSQL refused what the tour asked.", said=str(error).splitlines()) from None

    def backup(self, database_id: str) -> str:
        """A backup of a database, taken now; Prisma takes its own, one for each day that a database is used."""
        return str(self._local("backups", {"databaseId": database_id})["data"]["id"])

    def disturb(self, **fault: Any) -> None:
        """Let something go wrong with the next call that fits."""
        self._local("faults", fault)

    def calls(self) -> list[dict[str, Any]]:
        """The calls that the Management API has had so far."""
        found: list[dict[str, Any]] = self._local("requests")["data"]
        return found

    def connects(self, url: str) -> bool:
        """Whether a connection string opens a session."""
        try:
            with psycopg.connect(url, connect_timeout=10):
                return True
        except psycopg.OperationalError:
            return False

    @property
    def _named(self) -> tuple[str, str]:
        return ("--stack", self._stack)

    def _configure(self, config: Mapping[str, str]) -> None:
        for name, value in config.items():
            self._ask("config", "set", name, value, *self._named)

    def _show(self, *arguments: str) -> None:
        colour = "always" if self._console.has_colour else "never"
        argv = ["pulumi", *arguments, *self._named, "--color", colour, "--suppress-progress"]
        other = self._named if self._stack != STACK else ()
        self._console.say(f"$ {' '.join(['pulumi', *arguments, *other])}")
        ended = self._processes.run(
            [*argv, "--non-interactive"],
            env=self._environment,
            cwd=self._folder,
            on_line=lambda line: self._console.say(f"| {line}"),
        )
        if not ended.well:
            raise Failure(f"`pulumi {arguments[0]}` failed (exit code {ended.code}).")

    def _ask(self, *arguments: str) -> str:
        """An answer for us alone: it may hold secrets, so it is never printed."""
        code, out, errors = self._processes.ask(
            ["pulumi", *arguments, "--non-interactive", "--color", "never"],
            env=self._environment,
            cwd=self._folder,
        )
        if code:
            raise Failure(f"`pulumi {' '.join(arguments[:2])}` failed.", said=errors.splitlines()[-15:])
        return out


def _changes(counts: object) -> dict[str, int]:
    assert isinstance(counts, dict)
    return {str(name): int(count) for name, count in counts.items() if name not in QUIET and count}
