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

from prisma_local.databases.context import Context
from prisma_local.errors import NotFound
from prisma_local.store.clock import clock, now
from prisma_local.store.ids import new_id, random_text
from prisma_local.store.values import CREATING, DELETING, LIVE, Backup, Branch, Connection, Database, Project
from prisma_local.testing import crash_points

log = logging.getLogger("prisma_local")

Make = Callable[[str], None]

DEFAULT_CONNECTION_NAME = "Default connection"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A connection and the password that only its create or rotate may tell."""

    connection: Connection
    password: str


def draft_database(context: Context, project: Project, **chosen: str | None) -> Database:
    """The record of an intent; nothing is written yet."""
    waits = context.settings.provisioning > 0
    return Database(
        id=new_id(Database.prefix),
        project_id=project.id,
        branch_id=chosen["branch_id"],
        name=chosen["name"] or "Untitled database",
        region=chosen["region"],
        logical_id=chosen["logical_id"],
        source=chosen["source"] or json.dumps({"type": "empty"}),
        status="provisioning" if waits else "ready",
        ready_at=clock() + context.settings.provisioning if waits else None,
        ends=context.settings.provisioning_ends,
        default_connection_id=new_id(Connection.prefix),
        pg_name=f"db_{random_text(24)}",
        created_at=now(),
    )


def record_database(context: Context, draft: Database) -> Connection:
    """Write the intent, with that of its default connection; inside the caller's transaction."""
    context.records.insert(draft)
    return context.records.insert(
        Connection(
            id=draft.default_connection_id or "",
            database_id=draft.id,
            name=DEFAULT_CONNECTION_NAME,
            role=draft.pg_name,
            created_at=draft.created_at,
        )
    )


def create_database(context: Context, draft: Database, publish: Callable[[], None], make: Make | None = None) -> str:
    """Make what was recorded, show it to the API, and return the password of its default connection.

    `make` makes the database of that name in PostgreSQL, an empty one where nothing else is said. `publish`
    runs in the transaction that makes it visible; where anything fails, all of it goes.
    """
    password = new_password()
    with context.locks[draft.id]:
        try:
            crash_points.reached("recorded")
            _check_wanted(context, draft)
            pg_name = _furnish(context, draft, make)
            crash_points.reached("database")
            context.tenants.set_first_password(pg_name, password, login=draft.status == "ready")
            with context.records.transaction():
                _show(context, draft)
                publish()
        except BaseException:
            context.records.change(Database, draft.id, state=DELETING, is_default=False)
            context.background.submit(partial(remove_database, context, draft.id))
            raise
    if draft.ready_at is not None:
        context.background.schedule(draft.ready_at, partial(end_provisioning, context, draft.id))
    return password


def _check_wanted(context: Context, draft: Database) -> None:
    if context.records.one(Database, id=draft.id, state=CREATING) is None:
        raise NotFound("The project was deleted while its database was being made.")


def _furnish(context: Context, draft: Database, make: Make | None) -> str:
    """Roles and a database that nobody can log in to yet, and their name: out of the stock, else made now."""
    if make is None and (spare := _take_spare(context, draft)) is not None:
        crash_points.reached("role")
        return spare
    context.tenants.create_roles(draft.pg_name)
    crash_points.reached("role")
    (make or context.tenants.create_database)(draft.pg_name)
    return draft.pg_name


def _take_spare(context: Context, draft: Database) -> str | None:
    """One step for the records: what was the stock's is the draft's, or neither."""
    with context.records.transaction():
        spare = context.stock.take()
        if spare is not None:
            context.records.change(Database, draft.id, pg_name=spare)
            context.records.change(Connection, draft.default_connection_id or "", role=spare)
    return spare


def _show(context: Context, draft: Database) -> None:
    _check_wanted(context, draft)
    context.records.change(Database, draft.id, state=LIVE)
    for connection in context.records.select(Connection, database_id=draft.id, state=CREATING):
        context.records.change(Connection, connection.id, state=LIVE)


def end_provisioning(context: Context, id_: str) -> None:
    """Let its users in, then say so: a database that says ready can be connected to."""
    with context.locks[id_]:
        database = context.records.one(Database, id=id_, state=LIVE, status="provisioning")
        if database is None or database.ready_at is None:
            return
        if database.ends == "ready":
            context.tenants.unlock(roles(context, database))
        context.records.change(Database, id_, status=database.ends, ready_at=None)


def create_connection(context: Context, database: Database, name: str) -> Credentials:
    """One more login role for a database."""
    connection = Connection(
        id=new_id(Connection.prefix),
        database_id=database.id,
        name=name,
        role=f"con_{random_text(24)}",
        created_at=now(),
    )
    with context.locks[database.id]:
        connection = context.records.insert(connection)
        crash_points.reached("recorded")
        current = context.records.one(Database, id=database.id, state=LIVE)
        if current is None:
            context.records.remove(Connection, id=connection.id)
            raise NotFound("Database with the given ID was not found.")
        password = new_password()
        login = current.status not in ("provisioning", "failure") and current.restore_from is None
        context.tenants.add_role(database.pg_name, connection.role, password, login=login)
        crash_points.reached("role")
        context.records.change(Connection, connection.id, state=LIVE)
    return Credentials(replace(connection, state=LIVE), password)


def rotate_connection(context: Context, connection: Connection) -> Credentials:
    password = new_password()
    with context.locks[connection.database_id]:
        if context.records.one(Connection, id=connection.id, state=LIVE) is None:
            raise NotFound("Connection with the given ID was not found.")
        context.tenants.rotate(connection.role, password)
    return Credentials(connection, password)


def retire_database(context: Context, database: Database) -> None:
    """Gone for the API and shut to its users now; dropped in the background."""
    with context.locks[database.id]:
        with context.records.transaction():
            if context.records.one(Database, id=database.id, state=LIVE) is None:
                raise NotFound("Database with the given ID was not found.")
            context.records.change(Database, database.id, state=DELETING, is_default=False)
        # Before the locking out, which may fail: it is deleted all the same. The job waits for our lock.
        context.background.submit(partial(remove_database, context, database.id))
        context.tenants.lock_out(roles(context, database))


def retire_project(context: Context, project: Project) -> None:
    """The project and all its databases, as one step for the API."""
    with context.records.transaction():
        if context.records.one(Project, id=project.id, state=LIVE) is None:
            raise NotFound("Project with the given ID was not found.")
        context.records.change(Project, project.id, state=DELETING)
        databases = context.records.select(Database, project_id=project.id)
        for database in databases:
            context.records.change(Database, database.id, state=DELETING, is_default=False)
    try:
        for database in databases:
            with context.locks[database.id]:
                context.tenants.lock_out(roles(context, database))
    finally:  # what could not be locked out is deleted all the same
        context.background.submit(partial(remove_project, context, project.id))


def retire_connection(context: Context, connection: Connection) -> None:
    with context.locks[connection.database_id]:
        with context.records.transaction():
            if context.records.one(Connection, id=connection.id, state=LIVE) is None:
                raise NotFound("Connection with the given ID was not found.")
            context.records.change(Connection, connection.id, state=DELETING)
            database = context.records.one(Database, id=connection.database_id)
            if database is not None and database.default_connection_id == connection.id:
                context.records.change(Database, database.id, default_connection_id=None)
        context.background.submit(partial(remove_connection, context, connection.id))
        context.tenants.lock_out([connection.role])


def remove_database(context: Context, id_: str) -> None:
    """Drop whatever there is of it, then forget it."""
    with context.locks[id_]:
        database = context.records.one(Database, id=id_, state=DELETING)
        if database is None:
            return
        context.tenants.drop(database.pg_name, roles(context, database))
        for backup in context.records.select(Backup, database_id=id_):
            context.copies.forget(backup.id)
        with context.records.transaction():
            context.records.remove(Backup, database_id=id_)
            context.records.remove(Connection, database_id=id_)
            context.records.remove(Database, id=id_)
    context.locks.pop(id_, None)


def remove_project(context: Context, id_: str) -> None:
    for database in context.records.select(Database, project_id=id_):
        remove_database(context, database.id)
    with context.records.transaction():
        context.records.remove(Branch, project_id=id_)
        context.records.remove(Project, id=id_)


def remove_connection(context: Context, id_: str) -> None:
    connection = context.records.one(Connection, id=id_)
    if connection is None or connection.state == LIVE:
        return
    with context.locks[connection.database_id]:
        database = context.records.one(Database, id=connection.database_id, state=LIVE)
        if database is not None:
            context.tenants.drop_role(connection.role)
            context.records.remove(Connection, id=id_)


def new_password() -> str:
    return secrets.token_urlsafe(24)


def roles(context: Context, database: Database) -> list[str]:
    return [found.role for found in context.records.select(Connection, database_id=database.id)]
