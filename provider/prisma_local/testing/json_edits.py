"""How faults change JSON: fields left out, values set, the newest objects hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def without_fields(body: Any, fields: list[str]) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if name not in fields}


def has(body: Any, wanted: dict[str, Any]) -> bool:
    """Whether there is this value at each dotted path; compared as JSON, in which true is not 1."""
    return all(_holds(body, path.split("."), json.dumps(value, sort_keys=True)) for path, value in wanted.items())


def _holds(body: Any, path: list[str], text: str) -> bool:
    found = [
        container[key] for container, key in _containers(body, path) if isinstance(container, list) or key in container
    ]
    return any(json.dumps(value, sort_keys=True) == text for value in found)


def patched(response: Any, remove: list[str], set_: dict[str, Any]) -> Any:
    """The response with dotted paths removed or set; `*` means every item of a list, a number one of them."""
    for path in remove:
        for container, key in _containers(response, path.split(".")):
            if isinstance(container, dict):
                container.pop(key, None)
            elif key < len(container):
                del container[key]
    for path, value in set_.items():
        for container, key in _containers(response, path.split(".")):
            if isinstance(container, dict) or key < len(container):
                container[key] = value
    return response


def without_objects(response: Any, ids: frozenset[str]) -> Any:
    """A response as it was before these objects were created, also where they are inside others."""
    if isinstance(response, list):
        kept = [item for item in response if not (isinstance(item, dict) and item.get("id") in ids)]
        return [without_objects(item, ids) for item in kept]
    if isinstance(response, dict):
        return {name: without_objects(value, ids) for name, value in response.items()}
    return response


def _containers(value: Any, path: list[str]) -> Iterator[tuple[Any, Any]]:
    """Each container at the end of the path with the key in it; none where there is no such path."""
    name, rest = path[0], path[1:]
    for key in _keys(value, name):
        if not rest:
            yield value, key
        elif isinstance(value, list) or key in value:
            yield from _containers(value[key], rest)


def _keys(value: Any, name: str) -> list[Any]:
    if isinstance(value, dict):
        return [name]
    if isinstance(value, list):
        if name == "*":
            return list(range(len(value)))
        return [int(name)] if name.isdigit() and int(name) < len(value) else []
    return []
