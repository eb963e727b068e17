"""What a Pulumi stack holds under Prisma's bridged Terraform provider, by `pulumi stack export`.

Such an entry leaves state by `pulumi state delete`, which deletes nothing in Prisma. Taken out of the program, it would
be deleted with its data.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from graphlib import CycleError, TopologicalSorter
from typing import Any

from prisma_provider.adoption.given import SHOWN, Given, Key, UnreadableState, key
from prisma_provider.adoption.known import read as known
from prisma_provider.errors import Refused
from prisma_provider.signatures import SIGNATURE

PACKAGE = "prisma-postgres"
KINDS = ("Project", "Database", "Connection")
_PROVIDER = f"pulumi:providers:{PACKAGE}"
_ROOT = "pulumi:pulumi:Stack"


@dataclass(frozen=True)
class Component:
    """A component of the stack that something is a child of."""

    urn: str
    type: str
    name: str
    parent: str = ""


@dataclass(frozen=True)
class Bridged:
    """What stacks hold under the bridged provider; nothing of it, where they hold none."""

    resources: tuple[Mapping[str, Any], ...] = ()
    """Everything that the stacks hold, as the export has it."""

    @property
    def entries(self) -> tuple[Mapping[str, Any], ...]:
        """The entries of the bridged provider that stand for an object."""
        return tuple(each for each in self.resources if _kind(each) and each.get("id"))

    def given(self) -> dict[Key, Given]:
        """What it says of each object that it manages; Refused where the next `up` deletes one."""
        found: dict[Key, Given] = {}
        for entry in self.entries:
            if entry.get("delete"):
                raise _pending(entry)
            if not entry.get("external"):  # `.get` only looks at an object
                found[_key(entry)] = Given(_name(entry["urn"]), _known(entry), self._parent(entry), entry["urn"])
        return found

    def _parent(self, entry: Mapping[str, Any]) -> str:
        """The URN of what it is a child of, where the program can say so; empty for the stack itself."""
        parent = self._by_urn.get(entry.get("parent") or "")
        if parent is None or parent["type"] == _ROOT or not (_kind(parent) or _is_component(parent)):
            return ""
        return str(parent["urn"])

    @cached_property
    def _by_urn(self) -> dict[str, Mapping[str, Any]]:
        return {each["urn"]: each for each in self.resources}

    def components(self, urns: Iterable[str]) -> tuple[Component, ...]:
        """The components among these, and what they are in."""
        found: dict[str, Component] = {}
        to_see = [*urns]
        while to_see:
            urn = to_see.pop()
            entry = self._by_urn.get(urn)
            if entry is not None and urn not in found and _is_component(entry):
                found[urn] = Component(urn, entry["type"], _name(urn), self._parent(entry))
                to_see.append(found[urn].parent)
        return tuple(found.values())

    def removals(self, wanted: Collection[Key]) -> tuple[str, ...]:
        """The commands that make state forget these objects, dependents first; the provider goes last."""
        leaving = {each["urn"]: each for each in self.entries if _key(each) in wanted}
        leaving |= {each["urn"]: each for each in self.resources if _is_unused_provider(each, self.resources, leaving)}
        order = TopologicalSorter({urn: _needs(each) & leaving.keys() for urn, each in leaving.items()})
        try:
            return tuple(_removal(leaving[urn]) for urn in reversed((*order.static_order(),)))
        except CycleError:
            raise unreadable("its entries depend on one another in a circle") from None

    def missing(self, gone: Collection[Key]) -> str:
        """What to do where the workspace lacks these objects of the stack."""
        commands = " && ".join(self.removals(gone)[:SHOWN])
        return (
            "use a token of the workspace that the stack is of. If they are deleted, make the stack forget them, and "
            f"export it again: `pulumi refresh` with the old program, or `{commands}`."
        )

    def dependents(self, wanted: Collection[Key]) -> tuple[str, ...]:
        """The resources of others that depend on these objects: `pulumi state delete` refuses while they do."""
        leaving = {each["urn"] for each in self.entries if _key(each) in wanted}
        return tuple(each["urn"] for each in self.resources if each["urn"] not in leaving and _needs(each) & leaving)


def read(exports: Iterable[str]) -> Bridged:
    """What these exports hold; UnreadableState for what is no export."""
    try:
        found = [each for text in exports for each in (json.loads(text)["deployment"] or {}).get("resources") or ()]
        for each in found:
            _ = (each["urn"].split("::")[3], each["type"].partition(":"), (each.get("id") or "").partition(","))
    except (ValueError, TypeError, KeyError, AttributeError, IndexError, RecursionError):
        raise unreadable("it is none") from None
    return Bridged(tuple(found))


def unreadable(why: str) -> UnreadableState:
    """An export that cannot be used."""
    return UnreadableState(
        f"The export of the stack cannot be used: {why}.",
        hint="give the output of `pulumi stack export --show-secrets`, as it is, of a stack with resources of the "
        f"package {PACKAGE}.",
    )


def _kind(entry: Mapping[str, Any]) -> str:
    package, _, rest = entry["type"].partition(":")
    kind = rest.rpartition(":")[2]
    return kind if package == PACKAGE and kind in KINDS else ""


def _is_component(entry: Mapping[str, Any]) -> bool:
    return not entry.get("custom")


def _key(entry: Mapping[str, Any]) -> Key:
    return key(_kind(entry), entry["id"].rpartition(",")[2])


def _name(urn: str) -> str:
    return urn.split("::", 3)[3]


def _known(entry: Mapping[str, Any]) -> Any:
    opened = {name: _opened(value) for name, value in (entry.get("outputs") or {}).items()}
    return known(opened, encrypted=any(value is _ENCRYPTED for value in opened.values()))


_ENCRYPTED = object()


def _opened(value: Any) -> Any:
    """A value without Pulumi's mark of a secret."""
    if not (isinstance(value, dict) and SIGNATURE in value):
        return value
    if "plaintext" in value:
        return json.loads(value["plaintext"])
    return value.get("value", _ENCRYPTED)


def _needs(entry: Mapping[str, Any]) -> set[str]:
    """The URNs that state names as what an entry depends on, is in, or is made by."""
    by_property = (each for urns in (entry.get("propertyDependencies") or {}).values() for each in urns or ())
    provider = (entry.get("provider") or "").rpartition("::")[0]
    named = (entry.get("parent"), entry.get("deletedWith"), provider, *(entry.get("dependencies") or ()), *by_property)
    return {each for each in named if each}


def _is_unused_provider(
    provider: Mapping[str, Any], resources: Iterable[Mapping[str, Any]], leaving: Collection[str]
) -> bool:
    """Whether nothing is left that needs a provider, once these have left."""
    if provider["type"] != _PROVIDER or not leaving:
        return False
    return all(each["urn"] in leaving for each in resources if provider["urn"] in _needs(each))


def _removal(entry: Mapping[str, Any]) -> str:
    quoted = "'" + entry["urn"].replace("'", "'\"'\"'") + "'"
    return f"pulumi state delete {quoted} --yes" + (" --force" if entry.get("protect") else "")


def _pending(entry: Mapping[str, Any]) -> Refused:
    return Refused(
        f"The stack has still to delete {_name(entry['urn'])} ({entry['id']}), which was replaced: the next "
        "`pulumi up` deletes it in Prisma, with its data.",
        hint="if that is right, let `pulumi up` of the old program do it first, and export the stack again; to keep "
        "it, take its entry out of the export and `pulumi stack import` that.",
    )
