"""Which objects a Terraform state of the official provider holds, and what they are called there.

Only ids and names are read: the state also holds connection strings, in the clear.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from prisma_provider.adoption.inventory import Holding
from prisma_provider.errors import PrismaError
from prisma_provider.models import bare_id

KINDS = ("prisma-postgres_project", "prisma-postgres_database", "prisma-postgres_connection")
VERSION = 4


class UnreadableState(PrismaError):
    """It is no state file, or holds nothing of Prisma's."""


def read(text: str) -> dict[str, str]:
    """The Terraform name of each object, by its bare id; UnreadableState where there is none."""
    try:
        state = json.loads(text)
        if state["version"] != VERSION:
            raise _unreadable(f"its version is {state['version']}, and {VERSION} is understood")
        found = {bare_id(object_id): name for object_id, name in _objects(state["resources"])}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _unreadable("it is no Terraform state") from None
    if not found:
        raise _unreadable(f"it holds none of {', '.join(KINDS)}")
    return found


def refuse_missing(given: Mapping[str, str], holdings: tuple[Holding, ...]) -> None:
    """UnreadableState where the workspace lacks something of the state: half of it would be half a takeover."""
    there = {bare_id(each.project.id) for each in holdings}
    there |= {bare_id(each.id) for holding in holdings for each in holding.databases}
    there |= {bare_id(c.id) for holding in holdings for database in holding.databases for c in database.connections}
    missing = [f"{name} ({object_id})" for object_id, name in given.items() if object_id not in there]
    if missing:
        raise UnreadableState(
            f"The state holds what the workspace does not: {', '.join(missing[:10])}.",
            hint="use a token of the workspace that the state is of, or `terraform apply -refresh-only` first.",
        )


def _objects(resources: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for resource in resources:
        if resource["mode"] != "managed" or resource["type"] not in KINDS:
            continue
        for instance in resource["instances"]:
            key = instance.get("index_key")
            module = resource.get("module", "").removeprefix("module.").replace(".module.", "-")
            parts = [module, resource["name"], "" if key is None else str(key)]
            yield instance["attributes"]["id"], "-".join(part for part in parts if part)


def _unreadable(why: str) -> UnreadableState:
    return UnreadableState(
        f"The state cannot be used: {why}.",
        hint="give the file of `terraform state pull`, of the provider prisma/prisma-postgres.",
    )
