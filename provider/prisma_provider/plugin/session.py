"""The account that Configure named, and how each operation on it begins and ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from prisma_provider.api.client import Client
from prisma_provider.errors import ConfigurationError, NoToken
from prisma_provider.keys import stack_of
from prisma_provider.live import Live
from prisma_provider.live.intents import Intents
from prisma_provider.live.run import working_on
from prisma_provider.live.state import others, recorded
from prisma_provider.network.retries import DEFAULT_TIME_LIMIT, time_limit
from prisma_provider.plugin.engine import Engine
from prisma_provider.settings import Settings


@dataclass
class _Work:
    """An operation that is under way: on what, and what went wrong with an object that it made."""

    urn: str = ""
    problems: list[str] = field(default_factory=list)


_NOTHING = _Work()
_work: ContextVar[_Work] = ContextVar("work", default=_NOTHING)

SETTINGS = ("serviceToken", "baseUrl", "workspaceId")
"""What the provider can be configured with; the environment stands in for what is not given."""

SECRET_SETTINGS = ("serviceToken",)
"""Those that Pulumi must keep encrypted, however they were given."""


def load(config: Mapping[str, Any]) -> Settings:
    """The settings of a provider; ConfigurationError where they are not enough."""
    return Settings.load(lambda name: config.get(name.removeprefix("prisma:")))


def wrong(config: Mapping[str, Any]) -> Iterator[ConfigurationError]:
    """What is wrong with the settings of a provider. That there is no token is an error of what needs one."""
    try:
        load(config)
    except NoToken:
        return
    except ConfigurationError as problem:
        yield problem


class Session:
    """One provider of a program: its settings, and what it knows of the service."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.stack: str | None = None
        """The stack that this operation is of, once a resource of it has been checked."""
        self.reference = ""
        """The provider that this process is, as URN::ID."""
        self.looked_up: dict[str, str] = {}
        """The id that a resource was looked up by, by its URN: for a `.get`, or for an import."""
        self._live: Live | None = None
        self._problem = ConfigurationError("Pulumi did not configure the provider before it used it.")

    def begin(self, live: Live) -> None:
        """Use this from now on; what an earlier configuration knew of the service is forgotten."""
        self.close()
        self.looked_up.clear()
        self._live = live

    def configure(self, config: Mapping[str, Any]) -> None:
        """Take these settings, and begin with empty hands; ConfigurationError where they are wrong.

        That there is no token is an error of the first operation: an update of other resources (`--target`) needs none.
        The engine starts a process for each provider. One that it attaches to gets several and cannot keep them
        apart, so it stays with the account that came first.
        """
        try:
            settings = load(config)
        except NoToken as problem:
            if self._live is not None:
                raise
            self._problem = problem
            return
        if self._live is not None and self._live.client.settings != settings:
            raise ConfigurationError(
                "This process of the plugin serves another account, or another base URL, already.",
                hint="attach to one provider only (PULUMI_DEBUG_PROVIDERS), or start the plugin again.",
            )
        client = Client(settings)
        self.begin(
            Live(
                client,
                note=self.note,
                problem=self.problem,
                recorded=lambda: recorded(self.stack),
                others=lambda: others(self.stack),
                intents=Intents.of_pulumi(),
            )
        )

    def note(self, line: str) -> None:
        """One line for the user, about the resource that is worked on."""
        self.engine.say(line, _work.get().urn)

    def problem(self, line: str) -> None:
        """What went wrong with an object that this operation made; `problems` gives them."""
        _work.get().problems.append(line)

    def problems(self) -> list[str]:
        """What went wrong with the object that the operation under way has made."""
        return _work.get().problems

    @contextmanager
    def operation(self, urn: str, seconds: float = 0, state: Mapping[str, Any] | None = None) -> Iterator[Live]:
        """The live objects, in the right workspace, within the operation's time limit.

        `seconds` is what `customTimeouts` gives, or 0; `state` is what is known of the resource already.
        """
        live = self._live
        if live is None:
            raise self._problem.with_traceback(None)
        self.stack = stack_of(urn) or self.stack
        live.client.expect_workspace((state or {}).get("workspaceId"))
        mark = _work.set(_Work(urn))
        try:
            with working_on(urn), time_limit(seconds or DEFAULT_TIME_LIMIT):
                if live.client.settings.workspace_id:
                    live.verify()
                with live.saying_plan():
                    yield live
        finally:
            _work.reset(mark)

    def cancel(self) -> None:
        """End all waiting."""
        if self._live is not None:
            self._live.cancel()

    def close(self) -> None:
        """End the connections."""
        if self._live is not None:
            self._live.close()
