"""Which objects a Terraform state of the official provider holds, and what they are called there.

Only ids and names are read: the state also holds connection strings, in the clear.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from prisma_provider.adoption.inventory import Holding
from prisma_provider.adoption.plan import Key, key
from prisma_provider.errors import PrismaError

KINDS = {
    "prisma-postgres_project": "Project",
    "prisma-postgres_database": "Database",
    "prisma-postgres_connection": "Connection",
}
VERSION = 4


class UnreadableState(PrismaError):
    """It is no state file, or holds nothing of Prisma's."""


def read(text: str) -> dict[Key, str]:
    """The Terraform name of each object; UnreadableState where there is none."""
    try:
        state = json.loads(text)
        if state["version"] != VERSION:
            raise _unreadable(f"its version is {state['version']}, and {VERSION} is understood")
        found = dict(_objects(state["resources"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise _unreadable("it is no Terraform state") from None
    if not found:
        raise _unreadable(f"it holds none of {', '.join(KINDS)}")
    return found


def refuse_missing(given: Mapping[Key, str], holdings: tuple[Holding, ...]) -> None:
    """UnreadableState where the workspace lacks something of the state: half of it would be half a takeover."""
    databases = [each for holding in holdings for each in holding.databases]
    there = {key("Project", each.project.id) for each in holdings}
    there |= {key("Database", each.id) for each in databases}
    there |= {key("Connection", each.id) for database in databases for each in database.connections}
    missing = [f"{name} ({one[0].lower()} {one[1]})" for one, name in given.items() if one not in there]
    if missing:
        raise UnreadableState(
            f"The state holds what the workspace does not: {', '.join(missing[:10])}.",
            hint="use a token of the workspace that the state is of, or `terraform apply -refresh-only` first.",
        )


def _objects(resources: list[dict[str, Any]]) -> Iterator[tuple[Key, str]]:
    for resource in resources:
        if resource["mode"] != "managed" or resource["type"] not in KINDS:
            continue
        for instance in resource["instances"]:
            if instance.get("deposed"):
                continue  # what a replacement has yet to delete
            index = instance.get("index_key")
            module = resource.get("module", "").removeprefix("module.").replace(".module.", "-")
            parts = [module, resource["name"], "" if index is None else str(index)]
            yield key(KINDS[resource["type"]], instance["attributes"]["id"]), "-".join(part for part in parts if part)


def _unreadable(why: str) -> UnreadableState:
    return UnreadableState(
        f"The state cannot be used: {why}.",
        hint="give the file of `terraform state pull`, of the provider prisma/prisma-postgres.",
    )
