"""What a rule takes and returns. Rules know operations, not HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from prisma_local.databases.context import Context
from prisma_local.http.result import Result
from prisma_local.store.values import Token, Workspace


@dataclass(frozen=True, slots=True)
class Call:
    """A checked request: ids in the path have their prefix, query and body satisfy the operation's schemas."""

    workspace: Workspace
    token: Token
    path: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)


Rule = Callable[[Context, Call], Result]
