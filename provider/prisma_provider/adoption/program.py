"""A plan as a Python program. Every text of the workspace stands in it as a literal, whatever it holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence

from prisma_provider.adoption.bridged import Component
from prisma_provider.adoption.names import RESERVED, Names, identifier
from prisma_provider.adoption.plan import Plan, Reference, Resource, Secret, Value
from prisma_provider.text import plain

DYNAMIC = '''"""What `pulumi-prisma adopt` found: `pulumi up` takes it over as it is, and sends no change."""

import pulumi
import pulumi_prisma as prisma
'''
PLUGIN = '''"""What `pulumi-prisma adopt` found, for the plugin: `pulumi import --file` takes it over as it is."""

import pulumi
from pulumi_prisma import native as prisma
'''
CONFIG = "\nconfig = pulumi.Config()  # connection strings that are known: they count until a rotation_trigger is set\n"
PROTECT = "\nkept = pulumi.ResourceOptions(protect=True)  # nothing of it is deleted before you take this away\n"
WIDTH = 120


def write(plan: Plan, *, plugin: bool, protect: bool, components: Iterable[Component] = ()) -> str:
    """The program; for the plugin without `adopt=`, where `pulumi import` has put it into state.

    `components` are those that something in it is a child of.
    """
    writer = _Writer(plan, plugin, protect, {each.urn: each for each in components})
    lines = [PLUGIN if plugin else DYNAMIC, CONFIG if plan.secrets else "", PROTECT if protect else "", "\n"]
    lines += [line for each in plan.resources for line in writer.lines(each)]
    lines += [f"# Left out: {plain(why)}\n" for why in plan.left_out]
    return "".join(lines)


class _Writer:
    """Declares one resource after the other, and before it the component that it is in."""

    def __init__(self, plan: Plan, plugin: bool, protect: bool, components: Mapping[str, Component]) -> None:
        self._plugin = plugin
        self._protect = protect
        self._components = components
        self._variables = Names("_", {*RESERVED, *(each.variable for each in plan.resources)})
        self._declared: dict[str, str] = {}
        """The variables of what is declared by now, by the URN that it has in the other state."""

    def lines(self, resource: Resource) -> Iterator[str]:
        yield from self._component(resource.parent)
        options = self._options(resource.parent, protect=self._protect)
        arguments = [quoted(resource.name), *_arguments(resource, self._plugin), *options]
        yield _call(f"{resource.variable} = prisma.{resource.kind}", arguments)
        self._declared[resource.address] = resource.variable

    def _component(self, urn: str) -> Iterator[str]:
        found = self._components.get(urn)
        if found is None or urn in self._declared:
            return
        yield from self._component(found.parent)
        variable = self._variables.take(identifier(found.name), identifier(f"{found.name}-component"), "component")
        arguments = [quoted(found.type), quoted(found.name), *self._options(found.parent, protect=False)]
        yield _call(f"{variable} = pulumi.ComponentResource", arguments)
        self._declared[urn] = variable

    def _options(self, parent: str, *, protect: bool) -> Iterator[str]:
        if parent and parent in self._declared:
            more = ", protect=True" if protect else ""
            yield f"opts=pulumi.ResourceOptions(parent={self._declared[parent]}{more})"
        elif protect:
            yield "opts=kept"


def _call(head: str, arguments: Sequence[str]) -> str:
    line = f"{head}({', '.join(arguments)})\n"
    return line if len(line) <= WIDTH else f"{head}(\n" + "".join(f"    {each},\n" for each in arguments) + ")\n"


def _arguments(resource: Resource, plugin: bool) -> Iterator[str]:
    for name, value in resource.arguments.items():
        yield f"{name}={_value(value)}"
    if not (plugin and resource.is_importable):
        yield f"adopt={quoted(resource.id)}"


def _value(value: Value) -> str:
    if isinstance(value, Reference):
        return f"{value.variable}.id"
    if isinstance(value, Secret):
        return f"config.require_secret({quoted(value.setting)})"
    return str(value) if isinstance(value, bool) else quoted(value)


def quoted(text: str) -> str:
    """A Python literal. JSON's is one, as long as nothing is escaped into surrogates; they are `repr`'s business."""
    return json.dumps(text, ensure_ascii=False) if text.isprintable() else repr(text)
