"""Edits of JSON that faults make: fields left out, values changed, the newest objects hidden."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any


def without_fields(body: Any, fields: list[str]) -> Any:
    if not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if name not in fields}


def has(body: Any, wanted: dict[str, Any]) -> bool:
    """Whether each dotted place holds this very value of JSON, in which true is not 1."""
    return all(_holds(body, place.split("."), json.dumps(value, sort_keys=True)) for place, value in wanted.items())


def _holds(body: Any, path: list[str], timestamp: str) -> bool:
    found = [holder[key] for holder, key in _places(body, path) if isinstance(holder, list) or key in holder]
    return any(json.dumps(value, sort_keys=True) == timestamp for value in found)


def patched(answer: Any, remove: list[str], set_: dict[str, Any]) -> Any:
    """The answer with dotted places removed or set; `*` means every item of a list, a number one of them."""
    for place in remove:
        for holder, key in _places(answer, place.split(".")):
            if isinstance(holder, dict):
                holder.pop(key, None)
            elif key < len(holder):
                del holder[key]
    for place, value in set_.items():
        for holder, key in _places(answer, place.split(".")):
            if isinstance(holder, dict) or key < len(holder):
                holder[key] = value
    return answer


def without_objects(answer: Any, ids: frozenset[str]) -> Any:
    """A list as it stood before these objects were made, also where they stand inside others."""
    if isinstance(answer, list):
        kept = [item for item in answer if not (isinstance(item, dict) and item.get("id") in ids)]
        return [without_objects(item, ids) for item in kept]
    if isinstance(answer, dict):
        return {name: without_objects(value, ids) for name, value in answer.items()}
    return answer


def _places(value: Any, path: list[str]) -> Iterator[tuple[Any, Any]]:
    """The holders of the last step of the path, with their keys; nothing where the path leads nowhere."""
    step, rest = path[0], path[1:]
    for key in _keys(value, step):
        if not rest:
            yield value, key
        elif isinstance(value, list) or key in value:
            yield from _places(value[key], rest)


def _keys(value: Any, step: str) -> list[Any]:
    if isinstance(value, dict):
        return [step]
    if isinstance(value, list):
        if step == "*":
            return list(range(len(value)))
        return [int(step)] if step.isdigit() and int(step) < len(value) else []
    return []
