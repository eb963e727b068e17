"""A preview as values: which resources, what happens to each, and what was said about it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

KINDS = (
    "Project",
    "Branch",
    "Database",
    "DatabaseSet",
    "Connection",
    "Restore",
    "Migration",
    "EnvironmentVariable",
    "ServiceToken",
)
_OURS = re.compile(rf"(?:pulumi-python:dynamic/prisma|prisma:index|prisma:set):({'|'.join(KINDS)})")
_ID = re.compile(r"\(([^\s()]+)\)")

QUIET = ("same", "read", "refresh", "read-replacement", "read-discard", "discard-replaced", "remove-pending-replace")
"""Operations that leave what exists as it is."""

STAYS = (*QUIET, "create", "update", "import")
"""Operations after which what there was before is still there."""

KNOWN = (*STAYS, "replace", "delete")
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
    urn: str = ""
    """Its own URN, which is not that of the step where an alias leads from the old one to the new one."""
    parent: str = ""
    """The URN of its parent."""

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
    pending: bool = False
    """A deletion that an earlier replacement left undone: the next `pulumi up` makes up for it."""

    @property
    def kind(self) -> str | None:
        """One of `KINDS`; None for what is not Prisma's."""
        match = _OURS.fullmatch(self.type)
        return match[1] if match else None

    @property
    def noun(self) -> str:
        """What it is in one word, whoever provides it: the last part of its type."""
        return re.split(r"[:/]", self.type)[-1]

    @property
    def is_untyped(self) -> bool:
        """A dynamic resource that its program gave no type of its own."""
        return re.fullmatch(r"pulumi-\w+:dynamic:Resource", self.type) is not None

    @property
    def package(self) -> str:
        """The package of its type."""
        return self.type.partition(":")[0]

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
    has_pending: bool = True
    """Whether it shows the deletions that an earlier replacement left undone, if there are any."""
    unseen: str = ""
    """What could not be seen, and is therefore not judged; empty where nothing is missing."""
    log: tuple[str, ...] = ()
    """Errors in full, without passwords: for the log of a job, and not for a comment."""

    @cached_property
    def said_of(self) -> Mapping[str, list[str]]:
        """By id, what was said after the id."""
        found: dict[str, list[str]] = {}
        for line in self.said:
            for match in _ID.finditer(line):
                found.setdefault(match[1], []).append(line[match.end() :].lstrip())
        return found

    def is_gone(self, object_id: str | None) -> bool:
        """Whether the provider said of the object of this id that it is gone."""
        return any(line.startswith("is gone") for line in self.said_of.get(object_id or "", ()))
