"""What the rules of ownership speak of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from prisma_provider.live import Live
from prisma_provider.live.run import resource
from prisma_provider.live.state import Entry, named
from prisma_provider.members import member, resource_of

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


def alias(of: str, at: str) -> str:
    """The option with which the resource `at` takes the place of the resource `of` in state; both are URNs.

    A name alone is an alias only within the same parent and type.
    """
    of, at = resource_of(of), resource_of(at)
    here, _, name = of.rpartition("::")
    given = f'pulumi.Alias(name="{name}")' if here == at.rpartition("::")[0] else f'"{of}"'
    return f"opts=pulumi.ResourceOptions(aliases=[{given}])"


def adopting(object_id: str) -> str:
    """How the resource that is worked on is declared to take this object."""
    found = member(resource())
    return f'adopt="{object_id}"' if found is None else f'adopt={{"{found.key}": "{object_id}"}}'


def forgetting(urn: str, stack: str = "") -> str:
    """How Pulumi forgets what a resource has, which deletes nothing: a command, or what its set declares."""
    found = member(urn)
    if found is None:
        return f"pulumi state delete{f' --stack {stack}' if stack else ''} '{urn}'"
    where = f" of stack {stack}" if stack else ""
    return f'release=["{found.key}"] in place of that key in {named(found.of)}{where}, and `pulumi up`'


def or_another() -> str:
    """How to have another object made beside one that is there; a database of a set has no such way."""
    return "" if member(resource()) else "adopt=False to have another one beside it, or "


def is_shown(live: Live, entry: Entry) -> bool:
    """Whether the program declares a resource of state, as far as this run was shown."""
    return live.run.inputs(entry.urn) is not None


def has_by_state(live: Live, kind: str, object_id: str) -> bool:
    """Whether the resource that is worked on has this object by the state of the stack."""
    return any(entry.urn == resource() for entry in live.recorded().holders(kind, object_id))


def is_own(live: Live, kind: str, object_id: str) -> bool:
    """Whether the resource that is worked on has this object: as this run was shown, or by the state of the stack."""
    if not resource():
        return False
    return live.run.holder(kind, object_id) == resource() or has_by_state(live, kind, object_id)


def is_declared(live: Live) -> bool:
    """Whether the program declares the resource that is worked on: what is deleted then is what it replaced."""
    return live.run.inputs(resource()) is not None
