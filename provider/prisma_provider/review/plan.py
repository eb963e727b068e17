"""A preview as values: which resources, what happens to each, and what was said about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = ("Project", "Branch", "Database", "Connection", "Restore")
_OURS = re.compile(rf"(?:pulumi-python:dynamic/prisma|prisma:index):({'|'.join(KINDS)})")

QUIET = ("same", "read", "refresh", "read-replacement", "read-discard", "discard-replaced", "remove-pending-replace")
"""Operations that leave what exists as it is."""

KNOWN = (*QUIET, "create", "update", "replace", "delete", "import", "import-replacement")
"""Operations whose meaning is known; any other one is taken for the worst."""


@dataclass(frozen=True)
class State:
    """A resource on one side of a step."""

    id: str | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    external: bool = False
    """It was only looked up: Pulumi does not delete it."""
    retained: bool = False
    """`retain_on_delete`: Pulumi forgets it, and does not delete it."""

    def get(self, name: str) -> Any:
        """A property: what it really was, where that is known, else what was declared."""
        return self.outputs.get(name, self.inputs.get(name))


@dataclass(frozen=True)
class Step:
    """What happens to one resource; `old` is absent for a creation, `new` for a deletion."""

    op: str
    urn: str
    old: State | None = None
    new: State | None = None
    reasons: tuple[str, ...] = ()
    """The properties that make it a replacement."""
    detailed: tuple[str, ...] = ()
    """The properties that the provider itself named, if it did."""
    custom: bool = True
    """False for a component, which is no object anywhere."""
    refreshed: State | None = None
    """Its state as it was before this very preview refreshed it."""

    @property
    def kind(self) -> str | None:
        """Project, Branch, Database, Connection or Restore; None for what is not Prisma's."""
        match = _OURS.fullmatch(self.type)
        return match[1] if match else None

    @property
    def type(self) -> str:
        """Its type, without those of its parents."""
        return self.urn.split("::", 3)[2].rpartition("$")[2]

    @property
    def name(self) -> str:
        """Its name in Pulumi."""
        return self.urn.split("::", 3)[3]

    @property
    def parents(self) -> str:
        """The types of its parents, which are a part of its identity."""
        return self.urn.split("::", 3)[2].rpartition("$")[0]


@dataclass(frozen=True)
class Plan:
    """A whole preview."""

    stack: str
    """project/stack; empty where nothing in the preview tells."""
    steps: tuple[Step, ...]
    said: tuple[str, ...] = ()
    """What the provider said of its resources, each line naming one by its id."""
    problems: tuple[str, ...] = ()
    """Why the preview ended before its end; a plan that has any is not whole."""
