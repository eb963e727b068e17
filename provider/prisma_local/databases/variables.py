"""Environment variables: those that the platform writes itself, and what a deployment gets.

The platform manages DATABASE_URL and DATABASE_URL_POOLED, of class production, for the default database of a project.
A variable of that key which a user has made is left alone.
"""

from __future__ import annotations

from prisma_local.databases.context import Context
from prisma_local.postgres.configuration import connection_string
from prisma_local.store.clock import now
from prisma_local.store.ids import new_id
from prisma_local.store.values import LIVE, Branch, Connection, Database, EnvironmentVariable

PRODUCTION, PREVIEW = "production", "preview"
MANAGED = ("DATABASE_URL", "DATABASE_URL_POOLED")


def write_managed(context: Context, project_id: str) -> None:
    """Make the managed variables those of the default database; inside the caller's transaction, or alone."""
    with context.records.transaction():
        values = _of_default_database(context, project_id)
        for key in MANAGED:
            _write(context, project_id, key, values.get(key))


def keep_password(context: Context, database: Database, password: str) -> None:
    """The new password of a default connection; inside the caller's transaction."""
    kept = context.cipher.encrypt(password)
    context.records.change(Connection, database.default_connection_id or "", password=kept)
    write_managed(context, database.project_id)


def deployed(context: Context, branch: Branch) -> dict[str, str]:
    """What a deployment of the branch gets: the variables of its class, and over them those of the branch."""
    of_class = PRODUCTION if branch.role == PRODUCTION else PREVIEW
    found: dict[str, str] = {}
    for branch_id in (None, branch.id):
        rows = context.records.select(
            EnvironmentVariable, project_id=branch.project_id, class_name=of_class, branch_id=branch_id
        )
        for each in rows:
            found[each.key] = context.cipher.decrypt(each.value)
    return found


def change_value(context: Context, id_: str, value: str) -> None:
    context.records.change(EnvironmentVariable, id_, value=context.cipher.encrypt(value), updated_at=now())


def _of_default_database(context: Context, project_id: str) -> dict[str, str]:
    """The connection strings; none where a data directory of an earlier version does not hold the password."""
    database = context.records.one(Database, project_id=project_id, is_default=True, state=LIVE)
    default = database.default_connection_id if database else None
    connection = context.records.one(Connection, id=default, state=LIVE)
    if connection is None or connection.password is None:
        return {}
    password = context.cipher.decrypt(connection.password)
    tenants = context.tenants
    ports = (tenants.direct.port, (tenants.pooled or tenants.direct).port)
    return {key: connection_string(connection.role, password, port) for key, port in zip(MANAGED, ports, strict=True)}


def _write(context: Context, project_id: str, key: str, value: str | None) -> None:
    there = context.records.one(
        EnvironmentVariable, project_id=project_id, class_name=PRODUCTION, branch_id=None, key=key
    )
    if there is None and value is not None:
        made = draft(context, project_id, PRODUCTION, key, value, managed=True)
        context.records.insert(made)
    elif there is not None and there.is_managed_by_system and value is None:
        context.records.remove(EnvironmentVariable, id=there.id)
    elif there is not None and there.is_managed_by_system and context.cipher.decrypt(there.value) != value:
        change_value(context, there.id, value or "")


def draft(
    context: Context,
    project_id: str,
    class_name: str,
    key: str,
    value: str,
    *,
    branch_id: str | None = None,
    managed: bool = False,
) -> EnvironmentVariable:
    """The record of a variable to be; nothing is written yet."""
    moment = now()
    return EnvironmentVariable(
        id=new_id(EnvironmentVariable.prefix),
        project_id=project_id,
        class_name=class_name,
        branch_id=branch_id,
        key=key,
        value=context.cipher.encrypt(value),
        value_kid=context.cipher.key_id,
        is_managed_by_system=managed,
        created_at=moment,
        updated_at=moment,
    )
