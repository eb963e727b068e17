"""Databases as a person names them: by id, or by a name that only one has."""

from __future__ import annotations

from contextlib import suppress

from prisma_provider import errors
from prisma_provider.api.client import Client
from prisma_provider.api.ids import is_id
from prisma_provider.functions import FUNCTIONS

Properties = dict[str, object]


def database(client: Client, text: str) -> Properties:
    """One database; NotFound or InvalidInput where there is none, or more than one."""
    if not text.strip():
        raise errors.InvalidInput("id", "DATABASE is blank.", hint="give an id or a name: `pulumi-prisma status`.")
    if text.startswith("db_") and is_id(text, "db"):
        return FUNCTIONS["getDatabase"](client, {"id": text})
    try:
        return FUNCTIONS["getDatabase"](client, {"name": text})
    except errors.NotFound:
        # It may be an id all the same: Prisma gives them without their prefix, too.
        if not is_id(text, "db"):
            raise
        with suppress(errors.NotFound):
            return FUNCTIONS["getDatabase"](client, {"id": text})
        raise
