"""A plan as a Python program. Every text of the workspace stands in it as a literal, whatever it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator

from prisma_provider.adoption.plan import Plan, Reference, Resource
from prisma_provider.text import plain

DYNAMIC = '''"""What `pulumi-prisma adopt` found: `pulumi up` takes it over as it is, and sends no change."""

import pulumi
import pulumi_prisma as prisma
'''
PLUGIN = '''"""What `pulumi-prisma adopt` found, for the plugin: `pulumi import --file` takes it over as it is."""

import pulumi
from pulumi_prisma import native as prisma
'''
PROTECT = "\nkept = pulumi.ResourceOptions(protect=True)  # nothing of it is deleted before you take this away\n"
WIDTH = 120


def write(plan: Plan, *, plugin: bool, protect: bool) -> str:
    """The program; for the plugin without `adopt=`, since `pulumi import` has put it into state."""
    lines = [PLUGIN if plugin else DYNAMIC, PROTECT if protect else "", "\n"]
    lines += [_declaration(each, plugin, protect) for each in plan.resources]
    lines += [f"# Left out: {plain(why)}\n" for why in plan.left_out]
    return "".join(lines)


def _declaration(resource: Resource, plugin: bool, protect: bool) -> str:
    head = f"{resource.variable} = prisma.{resource.kind}("
    arguments = [quoted(resource.name), *_arguments(resource, plugin, protect)]
    line = f"{head}{', '.join(arguments)})\n"
    if len(line) <= WIDTH:
        return line
    return head + "\n" + "".join(f"    {each},\n" for each in arguments) + ")\n"


def _arguments(resource: Resource, plugin: bool, protect: bool) -> Iterator[str]:
    for name, value in resource.arguments.items():
        yield f"{name}={_value(value)}"
    if not plugin:
        yield f"adopt={quoted(resource.id)}"
    if protect:
        yield "opts=kept"


def _value(value: str | bool | Reference) -> str:
    if isinstance(value, Reference):
        return f"{value.variable}.id"
    return str(value) if isinstance(value, bool) else quoted(value)


def quoted(text: str) -> str:
    """A Python literal. JSON's is one, as long as nothing is escaped into surrogates; they are `repr`'s business."""
    return json.dumps(text, ensure_ascii=False) if text.isprintable() else repr(text)
