"""Connections: login roles of a database, created and rotated. `deletion` deletes them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from prisma_local.databases import variables
from prisma_local.databases.context import Context
from prisma_local.errors import NotFound
from prisma_local.postgres.tenant_roles import new_password
from prisma_local.store.clock import now
from prisma_local.store.ids import new_id, random_text
from prisma_local.store.values import LIVE, Connection, Database
from prisma_local.testing import crash_points


@dataclass(frozen=True, slots=True)
class Credentials:
    """A connection and its password, which only the response to create or rotate holds."""

    connection: Connection
    password: str


def create_connection(context: Context, database: Database, name: str) -> Credentials:
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
        try:
            current = context.live(Database, database.id)
        except NotFound:
            context.records.remove(Connection, id=connection.id)
            raise
        password = new_password()
        login = current.status not in ("provisioning", "failure") and current.restore_from is None
        context.tenants.roles.add(database.pg_name, connection.role, password, login=login)
        crash_points.reached("role")
        context.records.change(Connection, connection.id, state=LIVE)
    return Credentials(replace(connection, state=LIVE), password)


def rotate_connection(context: Context, connection: Connection) -> Credentials:
    password = new_password()
    with context.locks[connection.database_id]:
        context.live(Connection, connection.id)
        context.tenants.roles.rotate(connection.role, password)
        with context.records.transaction():
            database = context.live(Database, connection.database_id)
            if database.default_connection_id == connection.id:
                variables.keep_password(context, database, password)
    return Credentials(connection, password)
