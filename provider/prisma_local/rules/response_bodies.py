"""The JSON of objects in response bodies.

Only the responses to create and rotate hold secrets.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

from prisma_local.databases.context import Context
from prisma_local.postgres.configuration import HOST, connection_string
from prisma_local.rules import regions
from prisma_local.store.clock import timestamp
from prisma_local.store.values import (
    LIVE,
    Backup,
    Branch,
    Connection,
    Database,
    EnvironmentVariable,
    Grant,
    Project,
    Token,
    Workspace,
)

Json = dict[str, Any]
USER = {"id": "usr_local", "email": "you@localhost.localdomain", "name": "This machine's user"}
Row = TypeVar("Row")
Passwords = Mapping[str, str]  # by connection id


def workspace(context: Context, found: Workspace) -> Json:
    return {**_reference(context, found), "type": "workspace", "createdAt": found.created_at}


def subscription(context: Context, of: Workspace) -> Json:
    settings = context.settings
    url = context.url(f"workspaces/{of.id}")
    return {"planName": settings.plan_name, "usageBlocked": settings.usage_blocked, "upgradeUrl": url}


def project(context: Context, found: Project, owner: Workspace) -> Json:
    return {
        **_reference(context, found),
        "type": "project",
        "logicalId": found.logical_id,
        "createdAt": found.created_at,
        "defaultRegion": found.default_region,
        "workspace": _reference(context, owner),
    }


def branch(context: Context, found: Branch, of: Project) -> Json:
    return {
        "id": found.id,
        "type": "branch",
        "url": context.url(f"branches/{found.id}"),
        "gitName": found.git_name,
        "isDefault": found.is_default,
        "role": found.role,
        "createdAt": found.created_at,
        "updatedAt": found.updated_at or found.created_at,  # an earlier version did not store it
        "project": _reference(context, of),
    }


def environment_variable(context: Context, found: EnvironmentVariable) -> Json:
    return {
        "id": found.id,
        "type": "environment-variable",
        "url": context.url(f"environment-variables/{found.id}"),
        "projectId": found.project_id,
        "branchId": found.branch_id,
        "class": found.class_name,
        "key": found.key,
        "valueKid": found.value_kid,
        "isManagedBySystem": found.is_managed_by_system,
        "createdAt": found.created_at,
        "updatedAt": found.updated_at,
    }


def service_token(found: Token) -> Json:
    return {
        "id": found.id,
        "type": "serviceToken",
        "name": found.name,
        "valueHint": found.hint,
        "createdAt": found.created_at,
        "expiresAt": found.expires_at and timestamp(datetime.fromtimestamp(found.expires_at, UTC)),
    }


def integration(context: Context, found: Grant) -> Json:
    return {
        "id": found.id,
        "url": context.url(f"workspaces/{found.workspace_id}/integrations/{client_id(found)}"),
        "createdAt": found.created_at,
        "scopes": found.scope.split(),
        "client": {"id": client_id(found), "name": found.client_id, "createdAt": found.created_at},
        "createdByUser": {"id": USER["id"], "email": USER["email"], "displayName": USER["name"]},
    }


def client_id(found: Grant) -> str:
    """The id of a program, which itself says any text for one."""
    return f"{Token.prefix}c{hashlib.sha256(found.client_id.encode()).hexdigest()[:24]}"


def connection(context: Context, found: Connection, of: Database, password: str | None = None) -> Json:
    """A connection as in lists, or with the password as inside a new database."""
    return {
        **_reference(context, found),
        "type": "connection",
        "createdAt": found.created_at,
        "kind": "postgres",
        "endpoints": endpoints(context, found, password),
        "directConnection": _credentials(found, password),
        "database": _reference(context, of),
    }


def new_connection(context: Context, found: Connection, of: Database, password: str) -> Json:
    """The response to create and rotate, with the deprecated fields for the secret, too."""
    body = connection(context, found, of, password)
    secret = body["endpoints"]["direct"]["connectionString"]
    return {**body, "connectionString": secret, "host": HOST, "user": found.role, "pass": password}


def databases(context: Context, found: Sequence[Database], passwords: Passwords | None = None) -> list[Json]:
    """Any number of databases, with two queries."""
    project_ids = tuple({database.project_id for database in found})
    projects = {row.id: row for row in context.records.select(Project, id=project_ids)}
    connections = _connections_of(context, found)
    return [_database(context, row, projects[row.project_id], connections[row.id], passwords or {}) for row in found]


def database(context: Context, found: Database, passwords: Passwords | None = None) -> Json:
    return databases(context, [found], passwords)[0]


def new_database(context: Context, found: Database, passwords: Passwords) -> Json:
    """The response to the older create route, with the deprecated fields for its secrets."""
    row = next(row for row in _connections_of(context, [found])[found.id] if row.id in passwords)
    first = connection(context, row, found, passwords[row.id])
    secrets = {
        "connectionString": first["endpoints"]["direct"]["connectionString"],
        "directConnection": first["directConnection"],
    }
    key = {name: value for name, value in connection(context, row, found).items() if name != "database"}
    return {**database(context, found, passwords), "apiKeys": [{**key, **secrets}], **secrets}


def backup(found: Backup) -> Json:
    return {
        "id": found.id,
        "type": "backup",
        "backupType": "full",
        "createdAt": found.created_at,
        "size": found.size,
        "status": found.status,
    }


def endpoints(context: Context, found: Connection, password: str | None) -> Json:
    tenants = context.tenants
    pooled = tenants.pooled or tenants.direct
    return {
        "direct": _endpoint(tenants.direct.port, found.role, password),
        "pooled": _endpoint(pooled.port, found.role, password),
    }


def _endpoint(port: int, role: str, password: str | None) -> Json:
    if password is None:
        return {"host": HOST, "port": port}
    return {"host": HOST, "port": port, "connectionString": connection_string(role, password, port)}


def _database(
    context: Context, found: Database, of: Project, connections: Iterable[Connection], passwords: Passwords
) -> Json:
    return {
        **_reference(context, found),
        "type": "database",
        "status": found.status,
        "createdAt": found.created_at,
        "isDefault": found.is_default,
        "defaultConnectionId": found.default_connection_id,
        "connections": [connection(context, row, found, passwords.get(row.id)) for row in connections],
        "project": _reference(context, of),
        "region": regions.reference(found.region),
        "source": json.loads(found.source),
        "branchId": found.branch_id,
        "logicalId": found.logical_id,
    }


def _connections_of(context: Context, found: Sequence[Database]) -> dict[str, list[Connection]]:
    ids = tuple(database.id for database in found)
    rows = context.records.select(Connection, database_id=ids, state=LIVE)
    return grouped(rows, lambda row: row.database_id)


def grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _reference(context: Context, found: Workspace | Project | Database | Connection) -> Json:
    return {"id": found.id, "url": context.url(f"{found.table}/{found.id}"), "name": found.name}


def _credentials(found: Connection, password: str | None) -> Json | None:
    return None if password is None else {"host": HOST, "user": found.role, "pass": password}
