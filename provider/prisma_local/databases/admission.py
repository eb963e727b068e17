"""Which database a session is in: asked by the proxy, for each client that begins one.

A connection string names no database, and then the client names the one that is called like its user; or it names
`postgres`, as some of Prisma's pages do. Both mean the database of the connection. So does its name in PostgreSQL.
"""

from __future__ import annotations

import time
from contextlib import suppress
from functools import partial

import psycopg

from prisma_local.databases.context import Context
from prisma_local.errors import SessionRefused
from prisma_local.postgres.proxy import Admitted
from prisma_local.store.values import Connection, Database

ANY_NAME = "postgres"
CHECK_SECONDS = 1.0


def direct(context: Context, user: str, database: str) -> Admitted:
    """The database in PostgreSQL, which decides itself whether this user may connect to another than its own."""
    own = _database_of(context, user)
    found = own.pg_name if database in (user, ANY_NAME) else database
    context.tenants.shadows.admit(own.pg_name, found)
    return _begun(context, own, found)


def pooled(context: Context, user: str, database: str) -> Admitted:
    """pgbouncer calls the database of each user like the user."""
    own = _database_of(context, user)
    return _begun(context, own, user if database in (own.pg_name, ANY_NAME) else database)


def _begun(context: Context, own: Database, found: str) -> Admitted:
    drops = context.cold_starts.begin(own)
    return Admitted(found, drops, partial(context.cold_starts.end, own))


def keep_checking(context: Context, *, had_clients: bool = False) -> None:
    """While there are sessions, and once after the last, see to the shadow databases that they have made."""
    has_clients = context.tenants.has_clients()
    if has_clients or had_clients:
        with suppress(psycopg.Error):  # PostgreSQL has ended, which others see to
            context.tenants.shadows.check()
    again = partial(keep_checking, context, had_clients=has_clients)
    context.background.schedule(time.time() + CHECK_SECONDS, again)


def _database_of(context: Context, user: str) -> Database:
    """Only users of connections are let in: behind the proxy the superuser is asked for no password."""
    connection = context.records.one(Connection, role=user)
    found = context.records.one(Database, id=connection.database_id) if connection else None
    if found is None:
        raise SessionRefused("28P01", f'password authentication failed for user "{user}"')
    return found
