"""Looking an object up: by its id alone, as `.get` and an import do, or by what state has of it, as a refresh does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from prisma_provider.api.ids import PREFIXES, is_id
from prisma_provider.diff import Diff, Field, postponed
from prisma_provider.errors import InvalidInput, NotFound
from prisma_provider.handlers.inputs import Properties
from prisma_provider.live import Live
from prisma_provider.live.run import resource as urn
from prisma_provider.text import name, words


class Reader(Protocol):
    """A handler, as far as it is needed here."""

    def read(self, live: Live, object_id: str, olds: Properties) -> Properties | None: ...


def look_up(live: Live, resource: str, reader: Reader, object_id: str, state: Properties) -> Properties:
    """The outputs of an object of which only the id is known; NotFound where there is none.

    Of what is not there, a host would make an empty resource.
    """
    if resource == "DatabaseSet":
        raise InvalidInput(
            "",
            "A DatabaseSet cannot be looked up or imported: Prisma knows its databases, and not their keys.",
            hint='declare it with adopt={"key": "db_…"} to take existing databases over; get_database_set reads them.',
        )
    if resource == "Migration":
        raise InvalidInput(
            "",
            "A migration is an event, which cannot be looked up or imported.",
            hint="declare it: where nothing is pending, nothing is run.",
        )
    possible = is_id(object_id, PREFIXES[resource])
    outputs = reader.read(live, object_id, state) if possible else None
    if outputs is None:
        raise NotFound(
            f"There is no {words(resource)} {object_id}, or the token cannot see it.",
            hint="correct the id, in the program or in the command; copy it from Prisma Console.",
        )
    return outputs


def waiting(
    resource: str, object_id: str, state: Properties, fields: Iterable[Field], declared: Properties, found: Diff
) -> list[str]:
    """What a preview cannot compare, where it shows no change otherwise."""
    what = title(resource, object_id, state)
    names = postponed(fields, declared, found)
    return [f"{what}: its {each} is only known after the update, and is sent if it is another one." for each in names]


def refreshed(live: Live, resource: str, reader: Reader, object_id: str, state: Properties) -> Properties | None:
    """The outputs of a resource of the stack; None where it is proved gone: then Pulumi forgets it, and its secrets."""
    outputs = reader.read(live, object_id, state)
    project_id = object_id if resource == "Project" else state.get("projectId")
    if outputs is None and project_id and live.project(project_id, state.get("workspaceId")) is None:
        live.note(
            f"Project {project_id} is not found: it was deleted, or transferred to another workspace, which Prisma's "
            "API does not tell apart. Pulumi forgets it, and what is in it with its secrets. If it was transferred, "
            "refresh with a token of its new workspace, which keeps them."
        )
    return outputs


def title(resource: str, object_id: str, state: Mapping[str, Any]) -> str:
    """How messages name a resource of which only its properties are at hand."""
    if resource == "DatabaseSet":
        return f'{resource} "{name(urn().rpartition("::")[2])}"'
    if resource == "Migration":
        return f'migration "{name(urn().rpartition("::")[2])}"'
    if resource == "Restore":
        return f'database "{state.get("confirmDatabaseName")}" ({object_id})'
    return f'{words(resource)} "{name(state.get("name") or state.get("gitName") or state.get("key"))}" ({object_id})'
