"""Reading what exists: refresh, what only an id is known of (`.get`, `pulumi import`), and lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from prisma_provider import ownership
from prisma_provider.api.ids import same_id
from prisma_provider.diff import UNKNOWN, Field
from prisma_provider.errors import InvalidInput, NotFound, PrismaError
from prisma_provider.handlers import HANDLERS
from prisma_provider.handlers.inputs import Properties
from prisma_provider.handlers.lookup import look_up, refreshed, title
from prisma_provider.live import Live

QUERIES = {
    "Project": (),
    "Branch": ("projectId",),
    "Database": ("projectId",),
    "Connection": ("projectId", "databaseId"),
    "EnvironmentVariable": ("projectId",),
    "ServiceToken": ("workspaceId",),
}
"""What a list of each kind can be narrowed by."""


class Seen(NamedTuple):
    """A resource as it is live: its id, its outputs, and the inputs that would have made it so."""

    object_id: str
    outputs: Properties
    inputs: Properties


def refresh(live: Live, kind: str, object_id: str, olds: Properties, inputs: Properties) -> Seen | None:
    """A resource of the stack as it is live now; None where it is proved gone.

    The inputs follow what changed in place, so that the next preview shows it against the program.
    """
    handler = HANDLERS[kind]
    outputs = refreshed(live, kind, handler, object_id, olds)
    if outputs is None:
        return None
    drifted = {
        field.name: outputs[field.name]
        for field in handler.fields
        if field.kind == "patch"
        and field.name in outputs
        and _declared(inputs, field)
        and not field.same(outputs[field.name], inputs[field.name])
    }
    return Seen(object_id, outputs, {**inputs, **drifted})


def _declared(inputs: Properties, field: Field) -> bool:
    return inputs.get(field.name) is not None and inputs[field.name] is not UNKNOWN


def moved(live: Live, kind: str, object_id: str, olds: Properties) -> Properties | None:
    """What a failed update has changed before it failed: the outputs, or None where there is nothing to record."""
    handler = HANDLERS[kind]
    try:
        now = handler.read(live, object_id, olds)
    except PrismaError:
        return None  # it is not known now: the next preview compares with what is live
    if now is None or all(f.same(now.get(f.name), olds.get(f.name)) for f in handler.fields if f.kind == "patch"):
        return None
    return now


def find(live: Live, kind: str, given_id: str) -> Seen:
    """An object by its id alone, with inputs that leave nothing to do; NotFound where there is none.

    A connection may be named `database/connection`, as Prisma's other tools do.
    """
    database_id, _, object_id = given_id.rpartition("/") if kind == "Connection" else ("", "", given_id)
    handler = HANDLERS[kind]
    outputs = look_up(live, kind, handler, object_id, {})
    if database_id and not same_id(outputs.get("databaseId"), database_id):
        raise NotFound(
            f"Connection {object_id} is not one of database {database_id}.",
            hint=f"it belongs to {outputs.get('databaseId')}: use {outputs.get('databaseId')}/{object_id}.",
        )
    # A flag that is off is left undeclared: nobody asked to keep it off.
    declared = ["logicalId", *(field.name for field in handler.fields if field.kind in ("patch", "replace"))]
    inputs = {name: outputs[name] for name in declared if outputs.get(name) not in (None, False)}
    return Seen(object_id, outputs, inputs)


def imported(live: Live, kind: str, given_id: str) -> Seen:
    """An object that was found by its id becomes one of this stack, with a note on what it comes without."""
    if kind == "Restore":
        raise InvalidInput(
            "",
            "A restore is an event, which cannot be imported.",
            hint="declare it with adopt: true to record one that was done already.",
        )
    seen = find(live, kind, given_id)
    ownership.take_import(live, kind, seen.object_id, title(kind, seen.object_id, seen.outputs))
    database = live.database(seen.object_id) if kind == "Database" else None
    if database is not None:
        ownership.release(live, database)
    _say_what_is_absent(live, kind, seen)
    return seen


def _say_what_is_absent(live: Live, kind: str, seen: Seen) -> None:
    """An imported object comes without its secrets: to rotate it is the user's to ask, since others may use it."""
    if kind == "Connection":
        way = "Declare a rotationTrigger to have new ones; the old ones are then locked out."
    elif kind == "Database":
        way = "A Connection of it has its own."
    elif kind == "ServiceToken":
        way = "Declare a rotationTrigger to have another one; this one is then revoked."
    elif kind == "EnvironmentVariable":
        live.note(
            f"{title(kind, seen.object_id, seen.outputs)} is imported without its value, which Prisma never gives: the "
            "first `pulumi up` writes the one that the program declares."
        )
        return
    else:
        return
    what = title(kind, seen.object_id, seen.outputs)
    live.note(f"{what} is imported without its secrets, which Prisma gives only once. {way}")


class Listed(NamedTuple):
    """An object of a list: an id that can be imported, and a name."""

    object_id: str
    name: str


def listed(live: Live, kind: str, query: Properties) -> Iterator[Listed]:
    """The objects of a kind that the token sees; `query` may name the project or database they belong to."""
    if kind not in QUERIES:
        raise InvalidInput("", f"Prisma keeps no list of {kind}.")
    for name in query:
        if name not in QUERIES[kind]:
            raise InvalidInput(name, f"A list of {kind} cannot be asked by {name}.")
    if kind == "Project":
        for project in live.projects():
            yield Listed(project.id, project.name)
        return
    if kind == "ServiceToken":
        workspace_id = query.get("workspaceId") or live.workspace_id()
        for token in live.client.service_tokens(workspace_id) if workspace_id else ():
            yield Listed(token.id, token.name)
        return
    for project_id in [query["projectId"]] if "projectId" in query else [project.id for project in live.projects()]:
        yield from _of_project(live, kind, project_id, query)


def _of_project(live: Live, kind: str, project_id: str, query: Properties) -> Iterator[Listed]:
    if kind == "Branch":
        for branch in live.client.branches(project_id):
            yield Listed(branch.id, branch.git_name)
        return
    if kind == "EnvironmentVariable":
        for variable in live.variables(project_id):
            yield Listed(variable.id, variable.key)
        return
    for database in live.databases(project_id).values():
        if kind == "Database":
            yield Listed(database.id, database.name)
        elif same_id(database.id, query.get("databaseId", database.id)):
            for connection in database.connections:
                yield Listed(connection.id, connection.name)
