"""What a program declares of a set, by key: a key is text that names one database for good."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from prisma_provider import members
from prisma_provider.diff import UNKNOWN, Field
from prisma_provider.errors import InvalidInput
from prisma_provider.handlers.inputs import Properties, check_id, check_name, known
from prisma_provider.text import name as shown_name
from prisma_provider.text import shown, snake, unwanted_character

_AT_ONCE = 3
"""How many problems are named in one run, of as many as there are keys."""

_ANOTHER = "give the database another key; its name may stay."
_WANTED = "databases is a mapping of keys to names, or a list of names."


def as_mapping(databases: Any) -> Any:
    """A list means that each key is the name as well."""
    if isinstance(databases, list | tuple) and all(isinstance(each, str) for each in databases):
        return {each: each for each in databases} if len(set(databases)) == len(databases) else list(databases)
    return databases


def check_by_key(fields: Iterable[Field], news: Properties) -> Iterator[InvalidInput]:
    """Each key is one, has a name, and is declared where another argument names it."""
    problems = (*islice(_databases(fields, news), _AT_ONCE), *islice(_named_keys(news), _AT_ONCE))
    for each in problems:
        # Of a property that is named, the engine shows the whole value: ten thousand names.
        yield InvalidInput("", each.what, hint=each.hint)


def _databases(fields: Iterable[Field], news: Properties) -> Iterator[InvalidInput]:
    declared = news.get("databases")
    if declared is UNKNOWN:
        return
    if not isinstance(declared, Mapping):
        yield _no_mapping(declared)
        return
    reserved = {spelled for field in fields for spelled in _spellings(field.name)}
    for key, given in declared.items():
        yield from _key(key, reserved)
        what = f'database with the key "{shown_name(key)}"'
        yield from check_name({"databases": given}, what, 1, None, field="databases")


def _no_mapping(declared: Any) -> InvalidInput:
    texts = [each for each in declared if isinstance(each, str)] if isinstance(declared, list) else []
    twice = sorted({each for each in texts if texts.count(each) > 1})
    if twice:
        names = ", ".join(map(repr, twice[:3]))
        return InvalidInput("", f"databases names {names} twice.", hint='give each key once, or {"key": "name", …}.')
    return InvalidInput("", _WANTED, hint='such as {"acme": "acme-prod"} or ["acme", "globex"].')


def _key(key: str, reserved: set[str]) -> Iterator[InvalidInput]:
    if not key.strip():
        yield InvalidInput("", "A key of databases is blank.", hint="give each database a key.")
    elif hidden := unwanted_character(key):
        yield InvalidInput(
            "",
            f'The key "{shown(key)}" of databases holds {hidden}, a character that is not shown.',
            hint="take line breaks, control characters and marks of text direction out of it.",
        )
    elif key in reserved:
        yield InvalidInput("", f'"{key}" is a property of the set, and cannot be a key of it.', hint=_ANOTHER)


def _spellings(name: str) -> tuple[str, ...]:
    """Pulumi's SDK for Python spells a property in two ways, and would spell a key of this name so, too."""
    return (name, snake(name)) if "_" in snake(name) else ()


def _named_keys(news: Properties) -> Iterator[InvalidInput]:
    """What names a key names one that is declared; what is released is not."""
    declared = news.get("databases")
    if not isinstance(declared, Mapping):
        return
    for field in ("rotationTriggers", "adopt"):
        yield from _by_key(field, news.get(field), declared)
    for key, value in members.by_key(news, "adopt").items():
        yield from check_id({f'adopt["{key}"]': value}, f'adopt["{key}"]', "db", required=True)
    yield from _released(news.get("release"), declared)


def _by_key(field: str, given: Any, declared: Mapping[str, Any]) -> Iterator[InvalidInput]:
    if not known(given):
        return
    if not isinstance(given, Mapping):
        yield InvalidInput("", f"{field} is a mapping by key.", hint='such as {"acme": "…"}.')
        return
    for key in given:
        if key not in declared:
            yield InvalidInput(
                "",
                f'{field} names the key "{shown_name(key)}", which databases does not have.',
                hint=f"take it out of {field}, too; or declare it in databases.",
            )


def _released(given: Any, declared: Mapping[str, Any]) -> Iterator[InvalidInput]:
    if not known(given):
        return
    if not isinstance(given, list | tuple) or not all(isinstance(each, str) for each in given):
        yield InvalidInput("", "release is a list of keys.", hint='such as ["acme"].')
        return
    for key in given:
        if key in declared:
            yield InvalidInput(
                "",
                f'release names the key "{shown_name(key)}", which databases declares.',
                hint="take it out of databases to forget it, or out of release to keep it.",
            )
