"""Databases are created: first in the records, then in PostgreSQL, then for the API.

CREATE DATABASE cannot be part of a transaction. So the record is written first (state creating), then PostgreSQL
does its work, then the state becomes live. What a crash interrupts is found by its record: `reconcile` deletes it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import partial

from prisma_local.databases import variables
from prisma_local.databases.context import Context
from prisma_local.databases.deletion import drop_database
from prisma_local.errors import NotFound, PlanLimit
from prisma_local.postgres.tenant_roles import new_password
from prisma_local.store.clock import now
from prisma_local.store.ids import new_id, random_text
from prisma_local.store.values import CREATING, DELETING, LIVE, Connection, Database, Project
from prisma_local.testing import crash_points

# Creates the PostgreSQL database of this name.
Create = Callable[[str], None]

LIFT = "The upgradeUrl of the workspace's subscription says where more is allowed; here PUT /_local/settings does."
DEFAULT_CONNECTION_NAME = "Default connection"


def refuse_over_limit(context: Context, workspace_id: str) -> None:
    """One more database, in the transaction that records it."""
    settings = context.settings
    if settings.usage_blocked:
        raise PlanLimit("Your account has restrictions: planLimitReached", hint=LIFT)
    if not settings.database_limit:
        return
    projects = context.records.select(Project, workspace_id=workspace_id, state=(CREATING, LIVE))
    ids = tuple(project.id for project in projects)
    if len(context.records.select(Database, project_id=ids, state=(CREATING, LIVE))) >= settings.database_limit:
        raise PlanLimit("Workspace plan limit reached", hint=LIFT)


def draft_database(context: Context, project: Project, **chosen: str | None) -> Database:
    """The record of a database to be; nothing is written yet."""
    provisions = context.settings.provisioning > 0
    return Database(
        id=new_id(Database.prefix),
        project_id=project.id,
        branch_id=chosen["branch_id"],
        name=chosen["name"] or "Untitled database",
        region=chosen["region"],
        logical_id=chosen["logical_id"],
        source=chosen["source"] or json.dumps({"type": "empty"}),
        status="provisioning" if provisions else "ready",
        ready_at=time.time() + context.settings.provisioning if provisions else None,
        ends=context.settings.provisioning_ends,
        default_connection_id=new_id(Connection.prefix),
        pg_name=f"db_{random_text(24)}",
        created_at=now(),
    )


def record_database(context: Context, draft: Database) -> None:
    """Write the draft and its default connection; inside the caller's transaction."""
    context.records.insert(draft)
    context.records.insert(
        Connection(
            id=draft.default_connection_id or "",
            database_id=draft.id,
            name=DEFAULT_CONNECTION_NAME,
            role=draft.pg_name,
            created_at=draft.created_at,
        )
    )


def create_database(
    context: Context, draft: Database, publish: Callable[[], None], create: Create | None = None
) -> str:
    """Create what was recorded, show it in the API, and return the password of its default connection.

    `create` fills the database from a source; without it the database is empty. `publish` runs in the transaction
    that makes it visible. Where anything fails, all of it is deleted.
    """
    password = new_password()
    with context.locks[draft.id]:
        try:
            crash_points.reached("recorded")
            _refuse_deleted(context, draft)
            pg_name = _create_in_postgres(context, draft, create)
            crash_points.reached("database")
            context.tenants.roles.set_first_password(pg_name, password, login=draft.status == "ready")
            with context.records.transaction():
                _show_in_api(context, draft)
                publish()
                variables.keep_password(context, draft, password)
        except BaseException:
            context.records.change(Database, draft.id, state=DELETING, is_default=False)
            context.background.submit(partial(drop_database, context, draft.id))
            raise
    if draft.ready_at is not None:
        context.background.schedule(draft.ready_at, partial(end_provisioning, context, draft.id))
    return password


def _refuse_deleted(context: Context, draft: Database) -> None:
    if context.records.one(Database, id=draft.id, state=CREATING) is None:
        raise NotFound("The project was deleted while its database was being made.")


def _create_in_postgres(context: Context, draft: Database, create: Create | None) -> str:
    """The name of a database, from the stock or new, whose roles cannot log in yet."""
    if create is None and (spare := _take_spare(context, draft)) is not None:
        crash_points.reached("role")
        return spare
    context.tenants.roles.create(draft.pg_name)
    crash_points.reached("role")
    (create or context.tenants.databases.create)(draft.pg_name)
    return draft.pg_name


def _take_spare(context: Context, draft: Database) -> str | None:
    """In one transaction the spare leaves the stock and becomes the draft's, so that a crash loses neither."""
    with context.records.transaction():
        spare = context.stock.take()
        if spare is not None:
            context.records.change(Database, draft.id, pg_name=spare)
            context.records.change(Connection, draft.default_connection_id or "", role=spare)
    return spare


def _show_in_api(context: Context, draft: Database) -> None:
    _refuse_deleted(context, draft)
    context.records.change(Database, draft.id, state=LIVE)
    for connection in context.records.select(Connection, database_id=draft.id, state=CREATING):
        context.records.change(Connection, connection.id, state=LIVE)


def end_provisioning(context: Context, id_: str) -> None:
    """First its roles may log in, then its status is ready: a client may connect as soon as it reads that."""
    with context.locks[id_]:
        database = context.records.one(Database, id=id_, state=LIVE, status="provisioning")
        if database is None or database.ready_at is None:
            return
        if database.ends == "ready":
            context.tenants.roles.unlock(context.login_roles(database))
        context.records.change(Database, id_, status=database.ends, ready_at=None)
