"""Which objects a Terraform state of the official provider holds, and what they are called there."""

from __future__ import annotations

import json
import shlex
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from prisma_provider.adoption.given import SHOWN, Given, Key, UnreadableState, key
from prisma_provider.adoption.known import read as known
from prisma_provider.adoption.names import slug

KINDS = {
    "prisma-postgres_project": "Project",
    "prisma-postgres_database": "Database",
    "prisma-postgres_connection": "Connection",
}
VERSION = 4


def read(text: str) -> dict[Key, Given]:
    """What the state says of each object; UnreadableState where there is none."""
    try:
        state = json.loads(text)
        if state["version"] != VERSION:
            raise _unreadable(f"its version is {state['version']}, and {VERSION} is understood")
        found = dict(_objects(state["resources"]))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _unreadable("it is no Terraform state") from None
    if not found:
        raise _unreadable(f"it holds none of {', '.join(KINDS)}")
    return found


def missing(given: Mapping[Key, Given], gone: Collection[Key]) -> str:
    """What to do where the workspace lacks these objects of the state."""
    addresses = shlex.join([given[one].address for one in gone][:SHOWN])
    return (
        "use a token of the workspace that the state is of. If they are deleted, make Terraform forget them: "
        f"`terraform apply -refresh-only`, or `terraform state rm {addresses}`."
    )


def _objects(resources: list[dict[str, Any]]) -> Iterator[tuple[Key, Given]]:
    for resource in resources:
        if resource["mode"] != "managed" or resource["type"] not in KINDS:
            continue
        for instance in resource["instances"]:
            if instance.get("deposed"):
                continue  # what a replacement has yet to delete
            attributes = instance["attributes"]
            kind = KINDS[resource["type"]]
            given = Given(_name(resource, instance, kind), known(attributes), address=_address(resource, instance))
            yield key(kind, attributes["id"]), given


def _name(resource: Mapping[str, Any], instance: Mapping[str, Any], kind: str) -> str:
    module = resource.get("module", "").removeprefix("module.").replace(".module.", "-")
    index = instance.get("index_key")
    parts = [module, resource["name"], "" if index is None else str(index)]
    return slug("-".join(part for part in parts if part)) or kind.lower()


def _address(resource: Mapping[str, Any], instance: Mapping[str, Any]) -> str:
    """What `terraform state rm` takes."""
    index = instance.get("index_key")
    place = [resource["module"]] if resource.get("module") else []
    return ".".join((*place, resource["type"], resource["name"])) + ("" if index is None else f"[{json.dumps(index)}]")


def _unreadable(why: str) -> UnreadableState:
    return UnreadableState(
        f"The state cannot be used: {why}.",
        hint="give the file of `terraform state pull`, of the provider prisma/prisma-postgres.",
    )
