"""What is the token's to see: what belongs to another workspace does not exist."""

from __future__ import annotations

from prisma_local.call import Call
from prisma_local.errors import Missing
from prisma_local.plane import Plane
from prisma_local.values import LIVE, Backup, Database, Project


def database(plane: Plane, call: Call, id_: str) -> Database:
    full = Database.prefix + id_.removeprefix(Database.prefix)
    found = plane.records.one(Database, id=full, state=LIVE)
    mine = found and plane.records.one(Project, id=found.project_id, workspace_id=call.workspace.id)
    if found is None or mine is None:
        raise Missing("Database with the given ID was not found.")
    return found


def backup(plane: Plane, of: Database, id_: str) -> Backup:
    full = Backup.prefix + id_.removeprefix(Backup.prefix)
    found = plane.records.one(Backup, id=full, database_id=of.id, state=LIVE)
    if found is None:
        raise Missing("Backup with the given ID was not found for the database.")
    return found
