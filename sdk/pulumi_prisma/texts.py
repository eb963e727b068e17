"""Texts of a program, looked at before Pulumi has them: what is an output inside a string is no text at all."""

from __future__ import annotations

from collections.abc import Mapping
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


def _title(resource_name: str) -> str:
    return "A resource of Prisma" if stands_for_an_object(resource_name) else shown(resource_name)
