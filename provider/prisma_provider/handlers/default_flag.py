"""The default flag of databases: one in a project has it, and the service moves it only to another one."""

from __future__ import annotations

from collections.abc import Iterator

from prisma_provider import ownership
from prisma_provider.api.ids import same_id
from prisma_provider.api.models import Database
from prisma_provider.diff import ignores
from prisma_provider.errors import InvalidInput, capital
from prisma_provider.handlers.changes import went_away
from prisma_provider.handlers.inputs import Properties, known
from prisma_provider.keys import stem_of
from prisma_provider.live import Live

DEMOTION_PATIENCE = 5.0
"""Seconds that a demoted database waits for the promotion of another in the same run."""


def check_one_default(live: Live, news: Properties, inputs: Properties) -> Iterator[InvalidInput]:
    """Two databases that both declare the flag would take it from each other at every run."""
    if news.get("isDefault") is not True or not known(news.get("projectId")):
        return
    if ignores(news.get("ignoreChanges"), "isDefault"):
        return
    title = f'database "{news["name"]}"'
    other = live.run.claim_default(news["projectId"], str(news.get("identity") or inputs["logicalId"]), title)
    if other is not None:
        yield InvalidInput(
            "isDefault",
            f"{capital(title)} and {other} both declare is_default=True in one project.",
            hint="declare it on one of them; the other may have is_default=False.",
        )


def await_demotion(live: Live, database: Database) -> Database:
    seen = live.wait_for(database, lambda d: not d.is_default, DEMOTION_PATIENCE)
    if seen is None:
        raise went_away("database", database.id)
    if seen.is_default:
        live.note(
            f"{seen.title} is still the default database: Prisma takes the flag from it when another database of its "
            "project gets it. Declare is_default=True on the other one; the next preview compares again."
        )
    return seen


def explain_kept(live: Live, database: Database) -> None:
    if ownership.project_is_deleted(live, database.project.id):
        # Recorded at once: another deletion may fail, and then that of the project never begins.
        ownership.remember(live, [database])
        live.note(f"{database.title} is the default database of its project, which Prisma deletes together with it.")
        return
    live.note(
        f"{database.title} is the default database of project {database.project.id}, which Prisma deletes only "
        "together with the project: it lives on there, with its data, until the project goes. To have it back in a "
        f'program: adopt="{database.id}".'
    )


def successor_of(live: Live, database: Database) -> Database | None:
    """The database that this stack made in place of another one: that of the same resource, by its key."""
    mine = stem_of(database.logical_id)
    found = [
        other
        for other in live.databases(database.project.id).values()
        if mine
        and stem_of(other.logical_id) == mine
        and not same_id(other.id, database.id)
        and (live.run.was_made(other.id) or live.recorded().holds(other.id))
    ]
    return found[0] if len(found) == 1 else None
