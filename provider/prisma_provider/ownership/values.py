"""What the rules of ownership speak of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from prisma_provider.live import Live
from prisma_provider.run import resource
from prisma_provider.state import Entry, kind_of

Inputs = Mapping[str, Any]


class Keyed(Protocol):
    """A project or database: an object with a key."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def created_at(self) -> str | None: ...
    @property
    def logical_id(self) -> str | None: ...


Object = TypeVar("Object", bound=Keyed)


def named(urn: str) -> str:
    """A resource as its program names it: `Database "orders"`."""
    return f'{kind_of(urn)} "{urn.rpartition("::")[2]}"' if urn else "another resource"


def is_shown(live: Live, entry: Entry) -> bool:
    """Whether the program declares a resource of state, as far as this run was shown."""
    return live.run.inputs(entry.urn) is not None


def is_declared(live: Live) -> bool:
    """Whether the program declares the resource that is worked on: what is deleted then is what it replaced."""
    return live.run.inputs(resource()) is not None
