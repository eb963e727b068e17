"""How databases and connections come and go: records and PostgreSQL together.

CREATE DATABASE joins no transaction. So the record of the intent is written first (creating), then the
work is done, then the record says live; for a delete the record says deleting before anything else, and
goes last. Whatever a kill interrupts, `reconcile` finds by its record and takes back or carries out.
"""

from __future__ import annotations

import json
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from prisma_local.databases.context import Plane
from prisma_local.errors import Missing
from prisma_local.store.clock import clock, now
from prisma_local.store.ids import new_id, random_text
from prisma_local.store.values import CREATING, DELETING, LIVE, Backup, Branch, Connection, Database, Project
from prisma_local.testing import crash_points

log = logging.getLogger("prisma_local")

Make = Callable[[str], None]

DEFAULT_CONNECTION_NAME = "Default connection"


@dataclass(frozen=True, slots=True)
class Access:
    """A connection and the password that only its create or rotate may tell."""

    connection: Connection
    password: str


def draft_database(plane: Plane, project: Project, **chosen: str | None) -> Database:
    """The record of an intent; nothing is written yet."""
    waits = plane.settings.provisioning > 0
    return Database(
        id=new_id(Database.prefix),
        project_id=project.id,
        branch_id=chosen["branch_id"],
        name=chosen["name"] or "Untitled database",
        region=chosen["region"],
        logical_id=chosen["logical_id"],
        source=chosen["source"] or json.dumps({"type": "empty"}),
        status="provisioning" if waits else "ready",
        ready_at=clock() + plane.settings.provisioning if waits else None,
        ends=plane.settings.provisioning_ends,
        default_connection_id=new_id(Connection.prefix),
        pg_name=f"db_{random_text(24)}",
        created_at=now(),
    )


def record_database(plane: Plane, draft: Database) -> Connection:
    """Write the intent, with that of its default connection; inside the caller's transaction."""
    plane.records.insert(draft)
    return plane.records.insert(
        Connection(
            id=draft.default_connection_id or "",
            database_id=draft.id,
            name=DEFAULT_CONNECTION_NAME,
            role=draft.pg_name,
            created_at=draft.created_at,
        )
    )


def build_database(plane: Plane, draft: Database, publish: Callable[[], None], make: Make | None = None) -> str:
    """Make what was recorded, show it to the API, and return the password of its default connection.

    `make` makes the database of that name in PostgreSQL, an empty one where nothing else is said. `publish`
    runs in the transaction that makes it visible; where anything fails, all of it goes.
    """
    password = new_password()
    with plane.locks[draft.id]:
        try:
            crash_points.passed("recorded")
            _check_wanted(plane, draft)
            pg_name = _furnish(plane, draft, make)
            crash_points.passed("database")
            plane.tenants.hand_over(pg_name, password, login=draft.status == "ready")
            with plane.records.transaction():
                _show(plane, draft)
                publish()
        except BaseException:
            plane.records.change(Database, draft.id, state=DELETING, is_default=False)
            plane.background.soon(partial(remove_database, plane, draft.id))
            raise
    if draft.ready_at is not None:
        plane.background.at(draft.ready_at, partial(end_provisioning, plane, draft.id))
    return password


def _check_wanted(plane: Plane, draft: Database) -> None:
    if plane.records.one(Database, id=draft.id, state=CREATING) is None:
        raise Missing("The project was deleted while its database was being made.")


def _furnish(plane: Plane, draft: Database, make: Make | None) -> str:
    """Roles and a database that nobody can log in to yet, and their name: out of the stock, else made now."""
    if make is None and (spare := _take_spare(plane, draft)) is not None:
        crash_points.passed("role")
        return spare
    plane.tenants.create_roles(draft.pg_name)
    crash_points.passed("role")
    (make or plane.tenants.create_database)(draft.pg_name)
    return draft.pg_name


def _take_spare(plane: Plane, draft: Database) -> str | None:
    """One step for the records: what was the stock's is the draft's, or neither."""
    with plane.records.transaction():
        spare = plane.stock.take()
        if spare is not None:
            plane.records.change(Database, draft.id, pg_name=spare)
            plane.records.change(Connection, draft.default_connection_id or "", role=spare)
    return spare


def _show(plane: Plane, draft: Database) -> None:
    _check_wanted(plane, draft)
    plane.records.change(Database, draft.id, state=LIVE)
    for connection in plane.records.select(Connection, database_id=draft.id, state=CREATING):
        plane.records.change(Connection, connection.id, state=LIVE)


def end_provisioning(plane: Plane, id_: str) -> None:
    """Let its users in, then say so: a database that says ready can be connected to."""
    with plane.locks[id_]:
        database = plane.records.one(Database, id=id_, state=LIVE, status="provisioning")
        if database is None or database.ready_at is None:
            return
        if database.ends == "ready":
            plane.tenants.unlock(roles(plane, database))
        plane.records.change(Database, id_, status=database.ends, ready_at=None)


def make_connection(plane: Plane, database: Database, name: str) -> Access:
    """One more login role for a database."""
    connection = Connection(
        id=new_id(Connection.prefix),
        database_id=database.id,
        name=name,
        role=f"con_{random_text(24)}",
        created_at=now(),
    )
    with plane.locks[database.id]:
        connection = plane.records.insert(connection)
        crash_points.passed("recorded")
        current = plane.records.one(Database, id=database.id, state=LIVE)
        if current is None:
            plane.records.remove(Connection, id=connection.id)
            raise Missing("Database with the given ID was not found.")
        password = new_password()
        login = current.status not in ("provisioning", "failure") and current.restore_from is None
        plane.tenants.add_role(database.pg_name, connection.role, password, login=login)
        crash_points.passed("role")
        plane.records.change(Connection, connection.id, state=LIVE)
    return Access(replace(connection, state=LIVE), password)


def rotate_connection(plane: Plane, connection: Connection) -> Access:
    password = new_password()
    with plane.locks[connection.database_id]:
        if plane.records.one(Connection, id=connection.id, state=LIVE) is None:
            raise Missing("Connection with the given ID was not found.")
        plane.tenants.rotate(connection.role, password)
    return Access(connection, password)


def retire_database(plane: Plane, database: Database) -> None:
    """Gone for the API and shut to its users now; dropped in the background."""
    with plane.locks[database.id]:
        with plane.records.transaction():
            if plane.records.one(Database, id=database.id, state=LIVE) is None:
                raise Missing("Database with the given ID was not found.")
            plane.records.change(Database, database.id, state=DELETING, is_default=False)
        # Before the locking out, which may fail: it is deleted all the same. The job waits for our lock.
        plane.background.soon(partial(remove_database, plane, database.id))
        plane.tenants.lock_out(roles(plane, database))


def retire_project(plane: Plane, project: Project) -> None:
    """The project and all its databases, as one step for the API."""
    with plane.records.transaction():
        if plane.records.one(Project, id=project.id, state=LIVE) is None:
            raise Missing("Project with the given ID was not found.")
        plane.records.change(Project, project.id, state=DELETING)
        databases = plane.records.select(Database, project_id=project.id)
        for database in databases:
            plane.records.change(Database, database.id, state=DELETING, is_default=False)
    try:
        for database in databases:
            with plane.locks[database.id]:
                plane.tenants.lock_out(roles(plane, database))
    finally:  # what could not be locked out is deleted all the same
        plane.background.soon(partial(remove_project, plane, project.id))


def retire_connection(plane: Plane, connection: Connection) -> None:
    with plane.locks[connection.database_id]:
        with plane.records.transaction():
            if plane.records.one(Connection, id=connection.id, state=LIVE) is None:
                raise Missing("Connection with the given ID was not found.")
            plane.records.change(Connection, connection.id, state=DELETING)
            database = plane.records.one(Database, id=connection.database_id)
            if database is not None and database.default_connection_id == connection.id:
                plane.records.change(Database, database.id, default_connection_id=None)
        plane.background.soon(partial(remove_connection, plane, connection.id))
        plane.tenants.lock_out([connection.role])


def remove_database(plane: Plane, id_: str) -> None:
    """Drop whatever there is of it, then forget it."""
    with plane.locks[id_]:
        database = plane.records.one(Database, id=id_, state=DELETING)
        if database is None:
            return
        plane.tenants.drop(database.pg_name, roles(plane, database))
        for backup in plane.records.select(Backup, database_id=id_):
            plane.copies.forget(backup.id)
        with plane.records.transaction():
            plane.records.remove(Backup, database_id=id_)
            plane.records.remove(Connection, database_id=id_)
            plane.records.remove(Database, id=id_)
    plane.locks.pop(id_, None)


def remove_project(plane: Plane, id_: str) -> None:
    for database in plane.records.select(Database, project_id=id_):
        remove_database(plane, database.id)
    with plane.records.transaction():
        plane.records.remove(Branch, project_id=id_)
        plane.records.remove(Project, id=id_)


def remove_connection(plane: Plane, id_: str) -> None:
    connection = plane.records.one(Connection, id=id_)
    if connection is None or connection.state == LIVE:
        return
    with plane.locks[connection.database_id]:
        database = plane.records.one(Database, id=connection.database_id, state=LIVE)
        if database is not None:
            plane.tenants.drop_role(connection.role)
            plane.records.remove(Connection, id=id_)


def new_password() -> str:
    return secrets.token_urlsafe(24)


def roles(plane: Plane, database: Database) -> list[str]:
    return [found.role for found in plane.records.select(Connection, database_id=database.id)]
