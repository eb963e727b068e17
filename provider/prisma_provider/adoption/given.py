"""What another tool's state says of an object: what it is called there, and its connection strings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from prisma_provider.adoption.inventory import Holding
from prisma_provider.adoption.known import NOTHING, Known
from prisma_provider.api.ids import PREFIXES, bare_id
from prisma_provider.errors import PrismaError
from prisma_provider.text import some_of

Key = tuple[str, str]
"""An object of a workspace: its kind, and its id without prefix."""

SHOWN = 10
"""How many of what is missing a message names."""


class UnreadableState(PrismaError):
    """It is no state, or holds nothing of Prisma's, or not what the workspace holds."""


@dataclass(frozen=True)
class Given:
    """`address` is what the other tool calls it: Terraform's address, or a URN. `parent` is the URN of its parent."""

    name: str
    known: Known = NOTHING
    parent: str = ""
    address: str = ""


def key(kind: str, object_id: str) -> Key:
    """The key of an object."""
    return kind, bare_id(object_id)


def keys(holdings: tuple[Holding, ...]) -> set[Key]:
    """Everything of these projects that another tool may hold."""
    databases = [each for holding in holdings for each in holding.databases]
    found = {key("Project", each.project.id) for each in holdings}
    found |= {key("Database", each.id) for each in databases}
    return found | {key("Connection", each.id) for database in databases for each in database.connections}


def refuse_missing(
    given: Mapping[Key, Given], holdings: tuple[Holding, ...], way_out: Callable[[Collection[Key]], str]
) -> None:
    """UnreadableState where the workspace lacks something of the state: half of it would be half a takeover.

    `way_out` says what to do about these objects.
    """
    there = keys(holdings)
    gone = [one for one in given if one not in there]
    if gone:
        names = [f"{given[one].name} ({PREFIXES[one[0]]}_{one[1]})" for one in gone]
        raise UnreadableState(
            f"The state holds what the workspace does not: {some_of(names, SHOWN)}.", hint=way_out(gone)
        )
