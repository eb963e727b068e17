"""The JSON shapes of the answers, made from values.

Secrets are in two places only: what a create and what a rotate answers. A password is not kept anywhere,
so no other answer could tell one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from prisma_local.databases.context import Context
from prisma_local.postgres.cluster import HOST
from prisma_local.rules.regions import named
from prisma_local.store.values import LIVE, Backup, Branch, Connection, Database, Project, Workspace

Shape = dict[str, Any]
Passwords = Mapping[str, str]  # by the id of the connection


def workspace(context: Context, found: Workspace) -> Shape:
    return {
        "id": found.id,
        "type": "workspace",
        "url": context.url(f"workspaces/{found.id}"),
        "name": found.name,
        "createdAt": found.created_at,
    }


def project(context: Context, found: Project, owner: Workspace) -> Shape:
    return {
        "id": found.id,
        "type": "project",
        "url": context.url(f"projects/{found.id}"),
        "name": found.name,
        "logicalId": found.logical_id,
        "createdAt": found.created_at,
        "defaultRegion": found.default_region,
        "workspace": _reference(context, "workspaces", owner),
    }


def branch(context: Context, found: Branch, of: Project) -> Shape:
    return {
        "id": found.id,
        "type": "branch",
        "url": context.url(f"branches/{found.id}"),
        "gitName": found.git_name,
        "isDefault": found.is_default,
        "role": found.role,
        "createdAt": found.created_at,
        "updatedAt": found.updated_at or found.created_at,  # a record of an earlier version has none
        "project": _reference(context, "projects", of),
    }


def connection(context: Context, found: Connection, of: Database, password: str | None = None) -> Shape:
    """A connection as lists and GET show it, or with a password as it stands inside a new database."""
    return {
        "id": found.id,
        "type": "connection",
        "url": context.url(f"connections/{found.id}"),
        "name": found.name,
        "createdAt": found.created_at,
        "kind": "postgres",
        "endpoints": _endpoints(context, found, of, password),
        "directConnection": _credentials(found, password),
        "database": _reference(context, "databases", of),
    }


def new_connection(context: Context, found: Connection, of: Database, password: str) -> Shape:
    """What create and rotate answer: all the deprecated ways of telling the secret, too."""
    return {
        **connection(context, found, of, password),
        "connectionString": connection_string(context, found, of, password),
        "host": HOST,
        "user": found.role,
        "pass": password,
    }


def connection_string(context: Context, found: Connection, of: Database, password: str) -> str:
    """With the database's name: a second connection's user is not called like the database."""
    return _connection_string(found.role, password, context.tenants.port, of.pg_name)


def databases(context: Context, found: Sequence[Database], passwords: Passwords | None = None) -> list[Shape]:
    """Any number of databases with two queries."""
    project_ids = tuple({database.project_id for database in found})
    projects = {row.id: row for row in context.records.select(Project, id=project_ids)}
    connections = _connections_of(context, found)
    return [_database(context, row, projects[row.project_id], connections[row.id], passwords or {}) for row in found]


def database(context: Context, found: Database, passwords: Passwords | None = None) -> Shape:
    return databases(context, [found], passwords)[0]


def new_database(context: Context, found: Database, passwords: Passwords) -> Shape:
    """What the project's own routes answer to a create: with the deprecated fields of its secrets."""
    shape = database(context, found, passwords)
    first = next(row for row in _connections_of(context, [found])[found.id] if row.id in passwords)
    secret = connection_string(context, first, found, passwords[first.id])
    key = {
        name: value
        for name, value in connection(context, first, found).items()
        if name not in ("database", "directConnection")
    }
    credentials = _credentials(first, passwords[first.id])
    shape["apiKeys"] = [{**key, "connectionString": secret, "directConnection": credentials}]
    shape["connectionString"] = secret
    shape["directConnection"] = credentials
    return shape


def backup(found: Backup) -> Shape:
    return {
        "id": found.id,
        "type": "backup",
        "backupType": "full",
        "createdAt": found.created_at,
        "size": found.size,
        "status": found.status,
    }


def _database(
    context: Context, found: Database, of: Project, connections: Iterable[Connection], passwords: Passwords
) -> Shape:
    return {
        "id": found.id,
        "type": "database",
        "url": context.url(f"databases/{found.id}"),
        "name": found.name,
        "status": found.status,
        "createdAt": found.created_at,
        "isDefault": found.is_default,
        "defaultConnectionId": found.default_connection_id,
        "connections": [connection(context, row, found, passwords.get(row.id)) for row in connections],
        "project": _reference(context, "projects", of),
        "region": named(found.region),
        "source": json.loads(found.source),
        "branchId": found.branch_id,
        "logicalId": found.logical_id,
    }


def _connections_of(context: Context, found: Sequence[Database]) -> dict[str, list[Connection]]:
    grouped: dict[str, list[Connection]] = defaultdict(list)
    ids = tuple(database.id for database in found)
    for row in context.records.select(Connection, database_id=ids, state=LIVE):
        grouped[row.database_id].append(row)
    return grouped


def _endpoints(context: Context, found: Connection, of: Database, password: str | None) -> Shape:
    direct = _endpoint(context.tenants.port, of.pg_name, found.role, password)
    pooler = context.tenants.pooler
    if pooler is None:
        return {"direct": direct, "pooled": dict(direct)}
    # Through the pooler each role has a way of its own, which is called like it.
    return {"direct": direct, "pooled": _endpoint(pooler.port, found.role, found.role, password)}


def _endpoint(port: int, name: str, role: str, password: str | None) -> Shape:
    secret = {} if password is None else {"connectionString": _connection_string(role, password, port, name)}
    return {"host": HOST, "port": port, **secret}


def _connection_string(role: str, password: str, port: int, name: str) -> str:
    return f"postgresql://{role}:{password}@{HOST}:{port}/{name}?sslmode=require"


def _reference(context: Context, collection: str, found: Workspace | Project | Database) -> Shape:
    return {"id": found.id, "url": context.url(f"{collection}/{found.id}"), "name": found.name}


def _credentials(found: Connection, password: str | None) -> Shape | None:
    if password is None:
        return None
    return {"host": HOST, "user": found.role, "pass": password}
