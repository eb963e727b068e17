"""Ids: how they are made and how they are read."""

from __future__ import annotations

import re
import secrets
import string

LETTERS = string.ascii_lowercase + string.digits


def random_text(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def new_id(prefix: str) -> str:
    """A prefixed id that looks like a cuid: `db_` + `c` + 24 characters."""
    return f"{prefix}c{random_text(24)}"


def pattern(prefix: str) -> str:
    """The contract's pattern of an id, whose prefix may be left out."""
    return rf"^({prefix})?([cC][^\s-]{{8,}}|[a-z0-9]+)$"


def normalise(prefix: str, text: str) -> str | None:
    """The id with its prefix, or None where the text cannot be an id."""
    if re.fullmatch(pattern(prefix)[1:-1], text) is None:
        return None
    return with_prefix(prefix, text)


def with_prefix(prefix: str, text: str) -> str:
    return prefix + text.removeprefix(prefix)
