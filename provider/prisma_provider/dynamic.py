"""The dynamic host: Pulumi's dynamic providers over the handlers. Translation only.

Pulumi pickles the provider objects into state. These classes are pickled by reference, a few dozen characters
that an upgrade does not change, as long as they have no attributes and keep their names for good; a token or a
setting held by an instance would stand in state. What a process needs to know is therefore kept by the module.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, cast

from pulumi import dynamic
from pulumi.output import Unknown

from prisma_provider.imports import installed_first, uncollected
from prisma_provider.network.logs import write_log
from prisma_provider.text import plain_lines

if TYPE_CHECKING:
    from prisma_provider.handlers import Handler
    from prisma_provider.live import Live

# The handlers, and HTTP and pydantic with them, are imported where they are used: a program imports this module
# for the classes alone, and pays nothing for what only the provider's own process needs.


_REFERENCE = "__provider"


class _Process:
    """What the provider's process knows: one `Live`, or why there is none. It lives for one operation."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._live: Live | None = None
        self._problem: Exception | None = None
        self.stack: str | None = None
        """The stack that this operation is of, once a request has named it."""

    def configure(self, config: Callable[[str], str | None]) -> None:
        """Read settings once; a problem is kept for `check`, which can report it cleanly.

        All that the handlers need is imported here, and from where it is installed.
        """
        with self._lock, installed_first(), uncollected():
            from prisma_provider import handlers  # noqa: F401
            from prisma_provider.api.client import Client
            from prisma_provider.errors import ConfigurationError
            from prisma_provider.live import Live
            from prisma_provider.live.intents import Intents
            from prisma_provider.live.state import others, recorded
            from prisma_provider.settings import Settings

            if self._live is not None or self._problem is not None:
                return
            try:
                self._live = Live(
                    Client(Settings.load(config)),
                    note=_say,
                    recorded=lambda: recorded(self.stack),
                    others=lambda: others(self.stack),
                    intents=Intents.of_pulumi(),
                )
            except ConfigurationError as problem:
                self._problem = problem

    def tell(self, urn: str, identity: str = "") -> None:
        """The stack, as a resource of it names it: its URN, and, with the organisation, the program."""
        from prisma_provider.keys import stack_of

        self.stack = identity.rpartition("/")[0] or self.stack or stack_of(urn) or None

    def live(self) -> Live:
        if self._problem is not None:
            raise self._problem.with_traceback(None)
        if self._live is None:
            raise RuntimeError("Pulumi did not configure the provider before it used it")
        return self._live


_process = _Process()


class _Provider(dynamic.ResourceProvider):
    serialize_as_secret_always = False
    resource: ClassVar[str]

    def configure(self, req: dynamic.ConfigureRequest) -> None:
        if not os.environ.get("PRISMA_TRACEBACK"):
            # An exception reaches the user as its traceback: with no frames, its message is what is left.
            sys.tracebacklimit = 0
        write_log(_say)
        _process.configure(req.config.get)

    def check(self, olds: dict[str, Any], news: dict[str, Any]) -> dynamic.CheckResult:
        from prisma_provider.errors import PrismaError
        from prisma_provider.handlers import check, named_by
        from prisma_provider.live.run import working_on
        from prisma_provider.network.retries import DEFAULT_TIME_LIMIT, time_limit

        urn, identity = _urn(), news.get("identity", "")
        try:
            live = _process.live()
            _process.tell(urn, identity)
            inputs = {**_properties(news), "identity": identity.rpartition("/")[2]}
            with working_on(urn), time_limit(DEFAULT_TIME_LIMIT):
                checked = check(live, self.resource, _properties(olds), inputs)
                live.warn_if_blocked()  # of what is new, Pulumi asks nothing else in a preview
        except PrismaError as error:
            return dynamic.CheckResult(news, [dynamic.CheckFailure(named_by(self.resource, error), str(error))])
        failures = [dynamic.CheckFailure(named_by(self.resource, each), str(each)) for each in checked.problems]
        known = {name: news[name] if _is_unknown(news.get(name)) else v for name, v in checked.inputs.items()}
        return dynamic.CheckResult(known, failures)

    def diff(self, object_id: str, olds: dict[str, Any], news: dict[str, Any]) -> dynamic.DiffResult:
        from prisma_provider.diff import explain
        from prisma_provider.handlers.lookup import title, waiting
        from prisma_provider.live import ignoring

        handler, old, new = self._handler(), _properties(olds), _properties(news)
        with self._operation(_urn(), "update", olds) as live:
            found = ignoring.diff(live, object_id, old, new, lambda o, n: handler.diff(live, object_id, o, n))
            later = waiting(self.resource, object_id, old, handler.fields, new, found)
            for line in (*explain(title(self.resource, object_id, olds), found), *later):
                live.note(line)
        # True whenever anything differs from live, False otherwise: left to itself, the engine compares inputs,
        # and after a refresh those agree while live does not.
        # What comes from the plugin lacks the reference to this provider, without which Pulumi can neither read nor
        # delete it: an update that sends nothing records it.
        moved = _REFERENCE in news and _REFERENCE not in olds
        return dynamic.DiffResult(changes=bool(found) or moved, replaces=found.replaces(), delete_before_replace=False)

    def create(self, props: dict[str, Any]) -> dynamic.CreateResult:
        with self._operation(_urn(), "create", props) as live:
            object_id, outputs = self._handler().create(live, _properties(props))
        return dynamic.CreateResult(object_id, outputs)

    def read(self, object_id: str, props: dict[str, Any]) -> dynamic.ReadResult:
        from prisma_provider.handlers.lookup import look_up, refreshed

        with self._operation(_urn(), "read", props) as live:
            # Every managed resource has its workspace in state; what has none comes from `.get`.
            if "workspaceId" in props:
                outputs = refreshed(live, self.resource, self._handler(), object_id, _properties(props))
            else:
                outputs = look_up(live, self.resource, self._handler(), object_id, _properties(props))
        # An empty id says to Pulumi that it is gone; None would crash the host.
        return dynamic.ReadResult("", {}) if outputs is None else dynamic.ReadResult(object_id, outputs)

    def update(self, object_id: str, olds: dict[str, Any], news: dict[str, Any]) -> dynamic.UpdateResult:
        from prisma_provider.live import ignoring

        with self._operation(_urn(), "update", {**olds, **news}) as live:
            old, new = ignoring.with_recorded(live, object_id, _properties(olds), _properties(news))
            outputs = self._handler().update(live, object_id, old, new)
        # What only the engine ignores is recorded by the engine alone.
        return dynamic.UpdateResult({**outputs, "ignoreChanges": news.get("ignoreChanges")})

    def delete(self, object_id: str, props: dict[str, Any]) -> None:
        with self._operation(_urn(), "delete", props) as live:
            self._handler().delete(live, object_id, _properties(props))

    def _handler(self) -> Handler:
        from prisma_provider.handlers import HANDLERS

        return HANDLERS[self.resource]

    @contextmanager
    def _operation(self, urn: str, name: str, given: Mapping[str, Any]) -> Iterator[Live]:
        """The live objects, in the right workspace, within the operation's time limit."""
        from prisma_provider.errors import PrismaError
        from prisma_provider.handlers.inputs import time_limit_of
        from prisma_provider.live.run import working_on
        from prisma_provider.network.retries import time_limit

        try:
            live = _process.live()
            _process.tell(urn)
            live.client.expect_workspace(given.get("workspaceId"))
            with working_on(urn), time_limit(time_limit_of(given, name)):
                if live.client.settings.workspace_id:
                    live.verify()
                with live.saying_plan():
                    yield live
        except PrismaError as error:
            raise _headline(error) from None


class ProjectProvider(_Provider):
    """Projects. Its path is in every stack's state: it never moves."""

    resource = "Project"


class BranchProvider(_Provider):
    """Branches. Its path is in every stack's state: it never moves."""

    resource = "Branch"


class DatabaseProvider(_Provider):
    """Databases. Its path is in every stack's state: it never moves."""

    resource = "Database"


class DatabaseSetProvider(_Provider):
    """Sets of databases. Its path is in every stack's state: it never moves."""

    resource = "DatabaseSet"


class ConnectionProvider(_Provider):
    """Connections. Its path is in every stack's state: it never moves."""

    resource = "Connection"


class RestoreProvider(_Provider):
    """Restores. Its path is in every stack's state: it never moves."""

    resource = "Restore"


class MigrationProvider(_Provider):
    """Migrations. Its path is in every stack's state: it never moves."""

    resource = "Migration"


class EnvironmentVariableProvider(_Provider):
    """Environment variables. Its path is in every stack's state: it never moves."""

    resource = "EnvironmentVariable"


class ServiceTokenProvider(_Provider):
    """Service tokens. Its path is in every stack's state: it never moves."""

    resource = "ServiceToken"


def _urn() -> str:
    """The URN of the request under way; empty where it is not known.

    Pulumi's host knows it and does not pass it on, and a deletion names neither the resource nor the stack otherwise:
    it is read from the variable `request` of the host's method that calls the provider's.
    """
    caller = sys._getframe(2)
    return str(getattr(caller.f_locals.get("request"), "urn", ""))


def _headline(error: Exception) -> Exception:
    """The error as it reads best at the end of a traceback: its kind and its sentences, without a path of ours."""
    if os.environ.get("PRISMA_TRACEBACK"):
        return error
    return cast("Exception", type(type(error).__name__, (Exception,), {"__module__": "builtins"})(str(error)))


def _is_unknown(value: object) -> bool:
    if isinstance(value, Mapping):
        return any(_is_unknown(part) for part in value.values())
    if isinstance(value, list | tuple):
        return any(_is_unknown(part) for part in value)
    return isinstance(value, Unknown)


def _properties(props: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as the handlers take them: without Pulumi's own, with UNKNOWN for what is not known yet."""
    from prisma_provider.diff import UNKNOWN

    return {
        name: UNKNOWN if _is_unknown(value) else value
        for name, value in props.items()
        if not name.startswith("__") and name not in ("id", "urn")
    }


def _say(line: str) -> None:
    """One line for the user; Pulumi shows it under Diagnostics."""
    # In one piece: `print` writes the end of the line by itself, and other threads write, too.
    sys.stderr.write(f"prisma: {plain_lines(line)}\n")
    sys.stderr.flush()
