"""Databases as a person names them: by id, or by a name that only one has."""

from __future__ import annotations

from prisma_provider.client import Client
from prisma_provider.functions import FUNCTIONS
from prisma_provider.models import is_id

Bag = dict[str, object]


def database(client: Client, text: str) -> Bag:
    """One database; NotFound or InvalidInput where there is none, or more than one."""
    by = "id" if text.startswith("db_") and is_id(text, "db") else "name"
    return FUNCTIONS["getDatabase"](client, {by: text})
