"""What a rule is given and what it gives back: no request, no response, only values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from prisma_local.plane import Plane
from prisma_local.values import Token, Workspace


@dataclass(frozen=True, slots=True)
class Call:
    """A checked call: ids in the path are normalised, query and body fit the operation's schemas."""

    workspace: Workspace
    token: Token
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status and a JSON body; no body for 204."""

    status: int
    body: Any = None


Rule = Callable[[Plane, Call], Answer]


def ok(data: Any, status: int = 200) -> Answer:
    return Answer(status, {"data": data})
