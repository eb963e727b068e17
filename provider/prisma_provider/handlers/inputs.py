"""Checks of declared values: what cannot be sent is named before anything is."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import starmap
from typing import Any

from prisma_provider import errors
from prisma_provider.api.ids import is_id
from prisma_provider.diff import UNKNOWN, Field
from prisma_provider.durations import seconds
from prisma_provider.errors import InvalidInput
from prisma_provider.keys import free_logical_id, key_of, new_logical_id, stem
from prisma_provider.live import Live
from prisma_provider.network.retries import DEFAULT_TIME_LIMIT
from prisma_provider.ownership import Keyed
from prisma_provider.text import HOW_TO_JOIN, did_you_mean, shown, stands_for_an_object, unwanted_character

Properties = dict[str, Any]
"""Inputs or outputs under the API's camelCase names."""

OPTIONS = (Field("ignoreChanges", "setting"), Field("customTimeouts", "setting"))
"""Options of Pulumi that every resource takes beside its own fields."""

SETTINGS = (Field("adopt", "setting"), *OPTIONS)
"""The same, for what can be taken over."""


@dataclass(frozen=True)
class Checked:
    """Inputs as they will stand in state, and what is wrong with them."""

    inputs: Properties
    problems: tuple[InvalidInput, ...]


def known(value: object) -> bool:
    """Whether a value is given, and not only known after the update."""
    return value is not None and value is not UNKNOWN


def without_unknown(news: Mapping[str, Any], *names: str) -> Properties:
    """The inputs without those of these that are not known yet, and mostly are the old ones: the update compares."""
    return {name: value for name, value in news.items() if value is not UNKNOWN or name not in names}


def with_logical_id(
    live: Live,
    olds: Mapping[str, Any],
    news: Mapping[str, Any],
    inputs: Properties,
    existing: Callable[[], Iterable[Keyed]],
) -> Properties:
    """The inputs with their logicalId: the old one carried on, as Pulumi does with names it makes.

    A new one comes of the engine's `seed`, and where the host is given none, of what exists.
    """
    logical_id = olds.get("logicalId") or _new_logical_id(live, news, existing)
    live.run.declare(logical_id)
    return {**inputs, "logicalId": logical_id}


def _new_logical_id(live: Live, news: Mapping[str, Any], existing: Callable[[], Iterable[Keyed]]) -> str:
    of_stem = str(news.get("identity") or stem("resource"))
    if news.get("seed"):
        return new_logical_id(of_stem, news["seed"])
    adopts = isinstance(news.get("adopt"), str)  # what is adopted is there, and keeps its own
    taken = set() if adopts else {key_of(other.logical_id) for other in existing()}
    return free_logical_id(of_stem, lambda found: found in taken or live.run.is_declared(found))


def select(fields: tuple[Field, ...], news: Mapping[str, Any]) -> Properties:
    """The declared inputs of a resource: outputs and what only the host needs stay out."""
    names = {field.name for field in fields if field.kind in ("patch", "replace", "setting")}
    return {name: value for name, value in news.items() if name in names and value is not None}


def sent(fields: tuple[Field, ...], news: Mapping[str, Any], **more: Any) -> Properties:
    """The body of a create: every property that the API takes, and what is given beside them; no null."""
    declared = {field.name: news.get(field.name) for field in fields if field.kind in ("patch", "replace")}
    return {name: value for name, value in (declared | more).items() if value is not None}


def check_texts(news: Mapping[str, Any]) -> Iterator[InvalidInput]:
    """No input holds what an output has for a text: sent, it would be a name, or a trigger that never changes."""
    for field, value in news.items():
        if stands_for_an_object(value):
            yield InvalidInput(
                field,
                f"{field} holds an output, or another object, inside a plain string: its value is not in it.",
                hint=f"{HOW_TO_JOIN}.",
            )


def check_name(
    news: Mapping[str, Any], what: str, least: int, most: int | None, *, field: str = "name"
) -> Iterator[InvalidInput]:
    """A name that is text, not blank, without hidden characters, and as long as the service takes it."""
    name = news.get(field)
    if name is UNKNOWN:
        return
    length = f"{least} to {most} characters" if most else "at least one character"
    if not isinstance(name, str) or not name.strip():
        yield InvalidInput(field, f"The name of a {what} must be text that is not blank.", hint=f"give {length}.")
    elif unwanted_character(name):
        yield InvalidInput(
            field,
            f'The name "{shown(name)}" of a {what} holds {unwanted_character(name)}, a character that is not shown.',
            hint="take line breaks, control characters and marks of text direction out of it.",
        )
    elif len(name) < least or (most is not None and len(name) > most):
        fault = "short" if len(name) < least else "long"
        yield InvalidInput(
            field,
            f'The name "{name[:80]}" is too {fault}: that of a {what} has {length}.',
            hint="give another one.",
        )


def check_id(news: Mapping[str, Any], field: str, prefix: str, *, required: bool = False) -> Iterator[InvalidInput]:
    """An id of the published pattern."""
    value = news.get(field)
    if value is UNKNOWN or (value is None and not required):
        return
    if not is_id(value, prefix):
        shown = "missing" if value is None else f'"{value}"'
        yield InvalidInput(
            field,
            f"{field} is {shown}; an id looks like {prefix}_cm1a2b3c4d5e6f7g8.",
            hint="copy it from Prisma Console, or pass the id of another resource.",
        )


def not_there(field: str, what: str, object_id: object) -> InvalidInput:
    """What an input names does not exist."""
    return InvalidInput(
        field,
        f"There is no {what} {object_id}, or the token cannot see it.",
        hint=f"pass the id of a {what} of this program, or correct it. Nothing was made.",
    )


def check_there(
    live: Live, olds: Mapping[str, Any], news: Mapping[str, Any], field: str, find: Callable[[str], object | None]
) -> Iterator[InvalidInput]:
    """What a new resource is to be made in exists: an id that is not known yet is that of one which is made first."""
    object_id = news[field]
    if not olds and object_id is not UNKNOWN and find(object_id) is None:
        yield not_there(field, field.removesuffix("Id"), object_id)


def check_flag(news: Mapping[str, Any], field: str) -> Iterator[InvalidInput]:
    """True or False."""
    value = news.get(field)
    if known(value) and not isinstance(value, bool):
        yield InvalidInput(field, f"{field} must be true or false, not {value!r}.")


def check_region(live: Live, olds: Mapping[str, Any], news: Mapping[str, Any], *also: str) -> Iterator[InvalidInput]:
    """A region that the service names; it is asked only where the region is new."""
    region = news.get("region")
    if not known(region) or region in also or region == olds.get("region"):
        return
    try:
        regions = live.regions()
    except errors.NotFound:
        return  # a service without this list says itself what it does not take
    if not isinstance(region, str) or region not in regions:
        yield InvalidInput(
            "region",
            f'There is no region "{shown(str(region))}" for Prisma Postgres.{did_you_mean(str(region), regions)}',
            hint=f"use one of {', '.join(sorted([*starmap(_with_city, regions.items()), *also]))}.",
        )


def _with_city(region: str, title: str | None) -> str:
    """`eu-central-1 (Frankfurt)`: the service's own name of a region is like `Europe (Frankfurt)`."""
    city = re.search(r"\(([^()]+)\)$", title or "")
    where = city[1] if city else title
    return f"{region} ({where})" if where and where != region else region


def check_adopt(news: Mapping[str, Any], prefix: str) -> Iterator[InvalidInput]:
    """`adopt` is True or an id."""
    if not isinstance(news.get("adopt"), bool):
        yield from check_id(news, "adopt", prefix)


def time_limit_of(state: Mapping[str, Any], operation: str) -> float:
    """Seconds that this operation may take on this resource."""
    return seconds((state.get("customTimeouts") or {}).get(operation, "")) or DEFAULT_TIME_LIMIT
