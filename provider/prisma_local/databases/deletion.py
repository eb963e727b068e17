"""Projects, databases and connections are deleted: at once for the API, in the background in PostgreSQL.

delete_*   the record's state becomes deleting, and its roles cannot log in any more
drop_*     PostgreSQL drops it, then the record is removed. After a crash `reconcile` calls these again
"""

from __future__ import annotations

from functools import partial

from prisma_local.databases.context import Context
from prisma_local.databases.variables import write_managed
from prisma_local.store.values import DELETING, LIVE, Backup, Branch, Connection, Database, EnvironmentVariable, Project


def delete_database(context: Context, database: Database) -> None:
    with context.locks[database.id]:
        with context.records.transaction():
            context.live(Database, database.id)
            context.records.change(Database, database.id, state=DELETING, is_default=False)
            write_managed(context, database.project_id)
        # Before lock_out, which may fail: it is dropped all the same. The job waits for our lock.
        context.background.submit(partial(drop_database, context, database.id))
        context.tenants.roles.lock_out(context.login_roles(database))


def delete_project(context: Context, project: Project) -> None:
    """The project and all its databases, in one transaction."""
    with context.records.transaction():
        context.live(Project, project.id)
        context.records.change(Project, project.id, state=DELETING)
        context.records.remove(EnvironmentVariable, project_id=project.id)
        databases = context.records.select(Database, project_id=project.id)
        for database in databases:
            context.records.change(Database, database.id, state=DELETING, is_default=False)
    try:
        for database in databases:
            with context.locks[database.id]:
                context.tenants.roles.lock_out(context.login_roles(database))
    finally:  # lock_out may fail: they are dropped all the same
        context.background.submit(partial(drop_project, context, project.id))


def delete_connection(context: Context, connection: Connection) -> None:
    with context.locks[connection.database_id]:
        with context.records.transaction():
            context.live(Connection, connection.id)
            context.records.change(Connection, connection.id, state=DELETING)
            database = context.records.one(Database, id=connection.database_id)
            if database is not None and database.default_connection_id == connection.id:
                context.records.change(Database, database.id, default_connection_id=None)
                write_managed(context, database.project_id)
        context.background.submit(partial(drop_connection, context, connection.id))
        context.tenants.roles.lock_out([connection.role])


def drop_database(context: Context, id_: str) -> None:
    """Whatever there is of it: a crash may have left any part."""
    with context.locks[id_]:
        database = context.records.one(Database, id=id_, state=DELETING)
        if database is None:
            return
        context.tenants.drop(database.pg_name, context.login_roles(database))
        for backup in context.records.select(Backup, database_id=id_):
            context.copies.delete_dump(backup.id)
        with context.records.transaction():
            context.records.remove(Backup, database_id=id_)
            context.records.remove(Connection, database_id=id_)
            context.records.remove(Database, id=id_)
    context.locks.pop(id_, None)


def drop_project(context: Context, id_: str) -> None:
    for database in context.records.select(Database, project_id=id_):
        drop_database(context, database.id)
    with context.records.transaction():
        context.records.remove(Branch, project_id=id_)
        context.records.remove(Project, id=id_)


def drop_connection(context: Context, id_: str) -> None:
    connection = context.records.one(Connection, id=id_)
    if connection is None or connection.state == LIVE:
        return
    with context.locks[connection.database_id]:
        database = context.records.one(Database, id=connection.database_id, state=LIVE)
        if database is not None:
            context.tenants.roles.drop(connection.role)
            context.records.remove(Connection, id=id_)
