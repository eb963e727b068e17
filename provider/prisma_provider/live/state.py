"""The state of stacks, as Pulumi's CLI exports it: which resource of which stack holds which object.

The engine does not show it to a provider. It is read in doubt only: before an adoption, before the first deletion of a
run, and where an object looks like one that an interrupted run left behind. State that cannot be read is not a state
that holds nothing: `Recorded.problem` says why it could not be.
"""

from __future__ import annotations

import json
import logging
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from prisma_provider import members, pulumi_command
from prisma_provider.api.ids import bare_id
from prisma_provider.text import name as shown_name

_log = logging.getLogger(__name__)

_SECONDS = 60.0
"""How long the export of the stack's own state may take."""

_SECONDS_OF_OTHERS = 10.0
"""How long the states of all other stacks may take together."""

_TYPES = ("pulumi-python:dynamic/prisma:", "prisma:index:")
"""What the types of our resources begin with, in both hosts."""


@dataclass(frozen=True)
class Entry:
    """A resource of a stack that has an object of the service, or whose creation had begun (then without an id)."""

    urn: str
    object_id: str = ""
    inputs: Mapping[str, Any] = field(default_factory=dict)
    replaced: bool = False
    """Its replacement is made; its own deletion is still to be done."""
    retained: bool = False
    """`retain_on_delete`: Pulumi forgets it and deletes nothing."""
    deleted_with: str = ""
    """The URN of `deleted_with`."""
    ignored: tuple[str, ...] = ()
    """The property paths of `ignore_changes`."""

    @property
    def kind(self) -> str:
        """`Database`, …"""
        return kind_of(self.urn)


@dataclass(frozen=True)
class Recorded:
    """What the state of one stack holds, and the creations that it saw only begin."""

    entries: tuple[Entry, ...] = ()
    begun: tuple[Entry, ...] = ()
    stack: str = ""
    problem: str = ""
    """Why the state could not be read; empty where it was."""

    def holders(self, kind: str, object_id: str) -> list[Entry]:
        """The resources that hold an object. One that is replaced holds it no more, and waits for its deletion."""
        return [entry for entry in self._of(kind, object_id) if not entry.replaced]

    def replaced(self, kind: str, object_id: str) -> list[Entry]:
        """The resources that held an object before their replacement, and have still to delete it."""
        return [entry for entry in self._of(kind, object_id) if entry.replaced]

    def _of(self, kind: str, object_id: str) -> list[Entry]:
        return [entry for entry in self._by_id.get(bare_id(object_id), []) if entry.kind == kind]

    def holds(self, object_id: str) -> bool:
        """Whether an object is one of this stack's, of whatever kind; a restore only names its database."""
        return any(entry.kind != "Restore" for entry in self._by_id.get(bare_id(object_id), []))

    @cached_property
    def _by_id(self) -> dict[str, list[Entry]]:
        found: dict[str, list[Entry]] = {}
        for entry in self.entries:
            found.setdefault(bare_id(entry.object_id), []).append(entry)
        return found

    def began(self, kind: str, **inputs: Any) -> list[Entry]:
        """The creations with these inputs that it saw only begin; ids are compared without prefix."""
        wanted = {name: _bare(value) for name, value in inputs.items()}
        return [
            entry
            for entry in self.begun
            if entry.kind == kind and all(_bare(entry.inputs.get(name)) == value for name, value in wanted.items())
        ]


def _bare(value: Any) -> Any:
    return bare_id(value) if isinstance(value, str) else value


def kind_of(urn: str) -> str:
    """`Database` of the URN of a database; the type's last part of any other one."""
    return urn.split("::")[2].rpartition(":")[2] if urn.count("::") > 1 else ""


def named(urn: str) -> str:
    """A resource as its program names it: `Database "orders"`, or `DatabaseSet "tenants", "acme"`."""
    found = members.member(urn)
    if found is not None:
        return f'{named(found.of)}, "{shown_name(found.key)}"'
    return f'{kind_of(urn)} "{urn.rpartition("::")[2]}"'


def recorded(stack: str | None) -> Recorded:
    """What the state of this stack holds: `organisation/project/stack`, or a stack of the project in this folder."""
    if not stack:
        return Recorded(problem="the name of the stack is not known here")
    deadline = time.monotonic() + _SECONDS
    try:
        return read(_exported(stack, deadline), stack)
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        return Recorded(stack=stack, problem=_why(error))


def others(stack: str | None) -> tuple[Recorded, ...]:
    """What the other stacks of this Pulumi project hold, as far as it can be read within a few seconds."""
    deadline = time.monotonic() + _SECONDS_OF_OTHERS
    own = (stack or "").rpartition("/")[2]
    found: list[Recorded] = []
    try:
        listed = json.loads(_run(["stack", "ls", "--json"], deadline))
        names = [each["name"] for each in listed if each.get("resourceCount") != 0]
        found.extend(read(_exported(name, deadline), name) for name in names if name.rpartition("/")[2] != own)
    except (OSError, subprocess.SubprocessError, ValueError, KeyError) as error:
        _log.info("not all stacks of this project could be read: %s", _why(error))
    return tuple(found)


def _exported(stack: str, deadline: float) -> dict[str, Any] | None:
    exported: dict[str, Any] = json.loads(_run(["stack", "export", "--stack", stack], deadline))
    deployment: dict[str, Any] | None = exported["deployment"]
    return deployment


def _run(arguments: list[str], deadline: float) -> bytes:
    return pulumi_command.ask(*arguments, seconds=max(0.1, deadline - time.monotonic()))


def _why(error: Exception) -> str:
    """In a few words, without what the command printed: that may hold a path or a name of somebody's."""
    if isinstance(error, subprocess.CalledProcessError):
        return f"`{' '.join(['pulumi', *error.cmd[1:3]])}` ended with status {error.returncode}"
    if isinstance(error, subprocess.TimeoutExpired):
        return f"`{' '.join(['pulumi', *error.cmd[1:3]])}` took too long"
    return str(error) if isinstance(error, FileNotFoundError) else "its export is not what Pulumi writes"


def read(deployment: dict[str, Any] | None, stack: str = "") -> Recorded:
    """What a deployment holds, as an export has it; a stack that is new has none."""
    held = (deployment or {}).get("resources") or []
    pending = (deployment or {}).get("pending_operations") or []
    begun = (each["resource"] for each in pending if each["type"] == "creating" or _adds(each))
    return Recorded(tuple(_entries(held)), tuple(_entries(begun, begun=True)), stack)


def _entries(resources: Iterable[dict[str, Any]], *, begun: bool = False) -> Iterable[Entry]:
    for resource in resources:
        if _is_ours(resource) and (begun or resource.get("id")):
            own = Entry(
                resource["urn"],
                "" if begun else resource["id"],
                resource.get("inputs") or {},
                bool(resource.get("delete")),
                bool(resource.get("retainOnDelete")),
                resource.get("deletedWith") or "",
                tuple(resource.get("ignoreChanges") or ()),
            )
            yield own
            if own.kind == members.SET:
                yield from _members(own, resource.get("outputs") or {}, begun=begun)


def _members(of: Entry, outputs: Mapping[str, Any], *, begun: bool) -> Iterable[Entry]:
    """The databases of a set; those that it was only going to make, where its creation or its update had begun."""
    held = members.by_key(outputs, "ids")
    for key in members.names(of.inputs) if begun else held:
        inputs = {**members.inputs_of(of.inputs, key), "logicalId": members.by_key(outputs, "logicalIds").get(key)}
        if not (begun and key in held):
            yield replace(of, urn=members.urn_of(of.urn, key), object_id=held.get(key, ""), inputs=inputs)


def _adds(operation: Mapping[str, Any]) -> bool:
    """Whether an update may have made something: the databases that were added to a set."""
    return operation["type"] == "updating" and kind_of(operation["resource"].get("urn", "")) == members.SET


def _is_ours(resource: dict[str, Any]) -> bool:
    """A `.get` only looks at an object, and does not hold it."""
    return resource["type"].startswith(_TYPES) and not resource.get("external")
