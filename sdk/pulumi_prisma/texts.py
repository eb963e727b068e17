"""Texts of a program, looked at before Pulumi has them: what is an output inside a string is no text at all."""

from __future__ import annotations

from collections.abc import Mapping
from inspect import isawaitable
from typing import Any

import pulumi

from prisma_provider.text import HOW_TO_JOIN, shown, stands_for_an_object, unwanted_character

_FIRST = "the first argument"
_NAMES = (_FIRST, "name", "git_name", "branch_git_name")


def refuse_texts(resource_name: str, props: Mapping[str, Any]) -> None:
    """RunError for a value that holds the text of an output, and for a name with characters that nobody sees."""
    given = {_FIRST: resource_name, **props}
    for argument, value in given.items():
        if stands_for_an_object(value):
            raise pulumi.RunError(
                f"{_title(resource_name)}: {argument} holds an output, or another object, inside a plain string "
                f"(an f-string, str(…)): its value is not in it. What to do: {HOW_TO_JOIN}."
            )
    for argument in _NAMES:
        name = given.get(argument)
        if isinstance(name, str) and (hidden := unwanted_character(name)):
            raise pulumi.RunError(
                f'{shown(resource_name)}: {argument}="{shown(name)}" holds {hidden}, a character that is not shown; '
                "take line breaks, control characters and marks of text direction out of it."
            )


def refuse_databases(resource_name: str, databases: object) -> None:
    """RunError for what Pulumi cannot send, or would leave out: its own words name neither the argument nor a way."""
    problem = _no_names(databases)
    if problem:
        raise pulumi.RunError(f"{shown(resource_name)}: {problem}")


def _no_names(databases: object) -> str | None:
    if not isinstance(databases, Mapping):
        if isinstance(databases, list | tuple | str | pulumi.Output | None) or isawaitable(databases):
            return None
        kind = type(databases).__name__
        return f"databases is a {kind}; give a mapping of keys to names, or a list of names: sorted(…) makes one."
    for key, name in databases.items():
        if not isinstance(key, str):
            return f"the key {key!r} of databases is no text; give str({key!r})."
        if name is None:
            return (
                f'databases has None in place of a name for the key "{shown(key)}": to Pulumi that is a key which is '
                "not declared. Give it a name, or take the key out."
            )
    return None


def _title(resource_name: str) -> str:
    return "A resource of Prisma" if stands_for_an_object(resource_name) else shown(resource_name)
