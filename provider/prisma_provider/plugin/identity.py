"""What a URN says of a resource: `urn:pulumi:STACK::PROJECT::PARENTS$TYPE::NAME`."""

from __future__ import annotations

import re
from typing import NamedTuple

from prisma_provider.errors import InvalidInput
from prisma_provider.handlers import HANDLERS
from prisma_provider.keys import stem

TYPE = "prisma:index:"
"""What the type of every resource begins with."""

_DYNAMIC = "dynamic/prisma:"
_ORGANIZATION = "organization"
"""No request of the engine names the organisation; this is what self-managed backends say. Only one of Pulumi's own
service has another, so there, and only there, the two hosts make different keys for one resource."""

_RESOURCE = re.compile(rf"{TYPE}(?=({'|'.join(HANDLERS)})(\$|$))")


class Urn(NamedTuple):
    """The parts of a URN."""

    stack: str
    project: str
    parents: str
    type: str
    name: str


def parse(urn: str) -> Urn:
    """The parts of a URN; its name may hold anything."""
    stack, project, types, name = urn.removeprefix("urn:pulumi:").split("::", 3)
    parents, _, own = types.rpartition("$")
    return Urn(stack, project, parents, own, name)


def is_of_no_stack(urn: Urn) -> bool:
    """Whether `pulumi do` made it up, which works without a stack: of a resource that is named like its type."""
    return (urn.stack, urn.project, urn.name) == ("dev", "default", urn.type.removeprefix(TYPE))


def is_question(urn: Urn) -> bool:
    """Whether the engine made it up to ask if an object exists (`DatabaseExists` of Go's SDK, from CLI 3.274)."""
    return urn.name.startswith("__exists__")


def kind_of(type_token: str) -> str:
    """`Database` of `prisma:index:Database`; an error where there is no such resource."""
    kind = type_token.removeprefix(TYPE)
    if kind not in HANDLERS or kind == type_token:
        known = ", ".join(TYPE + name for name in HANDLERS)
        raise InvalidInput("", f"There is no resource {type_token}.", hint=f"there are {known}.")
    return kind


def stem_for(urn: Urn) -> str:
    """The stem of its logicalId: the one that the dynamic host makes for the same resource.

    A stack that moves between the hosts must know what it left behind itself.
    """
    place = [_ORGANIZATION, urn.project, urn.stack, _DYNAMIC + kind_of(urn.type)]
    if urn.parents:
        parents = _RESOURCE.sub(f"pulumi-python:{_DYNAMIC}", urn.parents)  # a component's type is the same everywhere
        place.append(f"urn:pulumi:{urn.stack}::{urn.project}::{parents}")
    return stem(urn.name, *place)
