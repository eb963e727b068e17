"""The walk: every reliance in turn, each with a verdict, and the workspace as it was before."""

from __future__ import annotations

import contextlib
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from live.api import Api
from live.connecting import Refused
from live.findings import DIFFERS, NOT_TRIED, Different, Found, NotTried, Reliance
from live.rows import (
    branches,
    connections,
    copies,
    databases,
    default,
    ends,
    errors,
    lists,
    login,
    projects,
    tokens,
    variables,
    workspace,
)
from live.tidy import tidy
from live.world import World

PATIENCE = 120.0
"""Seconds that anything may take on a service far away."""

PARTS = (
    workspace,
    login,
    projects,
    branches,
    databases,
    default,
    connections,
    variables,
    tokens,
    copies,
    lists,
    errors,
    ends,
)
RELIANCES: tuple[Reliance, ...] = tuple(row for part in PARTS for row in part.ROWS.rows)
"""The one list by which services are compared, in the order in which it is walked."""

INTERRUPTED = Found(NOT_TRIED, why="the walk was interrupted")


@dataclass
class Walk:
    """What was found of each reliance, and what could not be removed."""

    service: str
    found: dict[str, Found] = field(default_factory=dict)
    left: list[str] = field(default_factory=list)
    seconds: float = 0.0
    interrupted: bool = False

    def names(self, verdict: str) -> list[str]:
        """The reliances with this verdict."""
        return [name for name, found in self.found.items() if found.verdict == verdict]


def walk(
    base_url: str,
    token: str,
    *,
    patience: float = PATIENCE,
    name: str = "",
    back_up: Callable[[str], object] | None = None,
    tell: Callable[[Reliance, Found], None] = lambda reliance, found: None,
) -> Walk:
    """Try everything in a project that is made for it, and remove that, also after a failure or an interrupt.

    `name` is what the project is called (with a random part, where it is left out); `back_up` takes a backup of a
    database now; `tell` is called as findings come.
    """
    api = Api(base_url, token, patience)
    world = World(api, patience, name, back_up)
    result = Walk(api.base_url)
    began = time.monotonic()
    try:
        for reliance in RELIANCES:
            found = _judged(reliance, world)
            result.found[reliance.name] = found
            tell(reliance, found)
    except KeyboardInterrupt:
        result.interrupted = True
    finally:
        with _undisturbed():
            result.left = [api.without_secrets(line) for line in tidy(world)]
        api.close()
    for reliance in RELIANCES:
        result.found.setdefault(reliance.name, INTERRUPTED)
    result.seconds = time.monotonic() - began
    return result


def _judged(reliance: Reliance, world: World) -> Found:
    try:
        found = reliance.judge(world)
    except NotTried as why:
        found = Found(NOT_TRIED, why=str(why))
    except Different as different:
        found = different.found
    except Refused as refused:
        found = Found(DIFFERS, "an answer of PostgreSQL", str(refused))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        found = Found(DIFFERS, "an answer of the contract's shape", f"{type(error).__name__}: {error}")
    shown = world.api.without_secrets
    return Found(found.verdict, shown(found.wanted), shown(found.seen), shown(found.why))


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C of an impatient person must not leave half of it behind; each wait in here is bounded."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, signal.SIG_IGN) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
