"""The databases of a `DatabaseSet`, each as the resource `Database` that it could be as well.

For Pulumi a set is one resource. Whatever decides on a database (comparison, ownership, review) sees its members
instead: resources `Database` beneath the set, with a URN, inputs and state of their own.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from typing import Any, NamedTuple

from prisma_provider.diff import ignores
from prisma_provider.keys import stem

SET = "DatabaseSet"

_TYPE = "prisma:set:Database"
"""The type of a member in its URN; no program can declare one."""
_MEMBER = re.compile(
    rf"(?P<place>urn:pulumi:.+?::.+?)::(?P<types>.*{SET})\${_TYPE}::(?P<name>.+)\[(?P<key>\".*\")\]", re.DOTALL
)

_SHARED = ("projectId", "region", "branchId", "source", "workspaceId", "customTimeouts")
"""What all members of a set have in common."""
_BY_KEY = {
    "ids": "id",
    "logicalIds": "logicalId",
    "createdAt": "createdAt",
    "statuses": "status",
    "rotationTriggers": "rotationTrigger",
    "databaseUrls": "databaseUrl",
    "directUrls": "directUrl",
}
"""Where the state of a set has a property of each of its members."""


class Member(NamedTuple):
    """A database as a set declares it: the URN of the set, and the key."""

    of: str
    key: str


def urn_of(set_urn: str, key: str) -> str:
    """The URN of a member."""
    place, project, types, name = set_urn.split("::", 3)
    return f"{place}::{project}::{types}${_TYPE}::{path(name, key)}"


def member(urn: str) -> Member | None:
    """What a URN says of a member; None for the URN of anything else."""
    match = _MEMBER.fullmatch(urn)
    return Member(f"{match['place']}::{match['types']}::{match['name']}", json.loads(match["key"])) if match else None


def resource_of(urn: str) -> str:
    """The URN of the resource that a program declares: for a member, its set."""
    found = member(urn)
    return found.of if found else urn


def stem_of_member(set_stem: str, key: str) -> str:
    """What all logicalIds of one key share."""
    return stem(key, set_stem)


def names(inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """The declared databases, names by key; none, where they are not known yet."""
    return by_key(inputs, "databases")


def by_key(properties: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """A property that has a value for each key; empty where there is none, or it is not known yet."""
    found = properties.get(name)
    return found if isinstance(found, Mapping) else {}


def released(inputs: Mapping[str, Any]) -> Collection[str]:
    """The keys that are to be forgotten; none, where they are not known yet."""
    found = inputs.get("release")
    return frozenset(found) if isinstance(found, list | tuple) else frozenset()


def path(name: str, key: str) -> str:
    """The path of one key of a property, as Pulumi writes it."""
    return f"{name}[{json.dumps(key, ensure_ascii=False)}]"


def name_of(path: str) -> str:
    """The property that such a path begins with."""
    return path.partition("[")[0]


def key_in(path: str) -> str | None:
    """The key that such a path ends with; None for the name of a property alone."""
    _, bracket, rest = path.partition("[")
    return str(json.loads(rest.removesuffix("]"))) if bracket else None


def inputs_of(inputs: Mapping[str, Any], key: str) -> dict[str, Any]:
    """The inputs of one member. What an interrupted run made for it is its own, unless there is doubt (`adopt`)."""
    given = {name: inputs[name] for name in _SHARED if inputs.get(name) is not None}
    paths = list(inputs.get("ignoreChanges") or ())
    if paths:
        own = any(each in (f"databases.{key}", path("databases", key)) for each in paths)
        given["ignoreChanges"] = [*paths, *(["name"] if own or ignores(paths, "databases") else [])]
    if key in by_key(inputs, "rotationTriggers"):
        given["rotationTrigger"] = by_key(inputs, "rotationTriggers")[key]
    return {**given, "name": names(inputs).get(key), "adopt": by_key(inputs, "adopt").get(key, True)}


def state_of(state: Mapping[str, Any], key: str) -> dict[str, Any]:
    """What the state of a set holds of one member."""
    found = {name: by_key(state, where)[key] for where, name in _BY_KEY.items() if key in by_key(state, where)}
    shared = {name: state[name] for name in _SHARED if state.get(name) is not None}
    return {"status": "ready", **shared, "name": by_key(state, "names").get(key), **found}


def state_by_key(states: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """The states of members, put together as the state of their set has them."""
    found = {where: _values(states, name) for where, name in {**_BY_KEY, "names": "name"}.items()}
    found["statuses"] = {key: status for key, status in found["statuses"].items() if status != "ready"}
    return found


def _values(states: Mapping[str, Mapping[str, Any]], name: str) -> dict[str, Any]:
    return {key: state[name] for key, state in states.items() if state.get(name) is not None}
