"""The JSON shapes of the answers, made from values.

Secrets are in two places only: what a create and what a rotate answers. A password is not kept anywhere,
so no other answer could tell one.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from prisma_local.databases.context import Plane
from prisma_local.postgres.cluster import HOST
from prisma_local.rules.regions import named
from prisma_local.store.values import LIVE, Backup, Branch, Connection, Database, Project, Workspace

Shape = dict[str, Any]
Passwords = Mapping[str, str]  # by the id of the connection


def workspace(plane: Plane, found: Workspace) -> Shape:
    return {
        "id": found.id,
        "type": "workspace",
        "url": plane.url(f"workspaces/{found.id}"),
        "name": found.name,
        "createdAt": found.created_at,
    }


def project(plane: Plane, found: Project, owner: Workspace) -> Shape:
    return {
        "id": found.id,
        "type": "project",
        "url": plane.url(f"projects/{found.id}"),
        "name": found.name,
        "logicalId": found.logical_id,
        "createdAt": found.created_at,
        "defaultRegion": found.default_region,
        "workspace": _reference(plane, "workspaces", owner),
    }


def branch(plane: Plane, found: Branch, of: Project) -> Shape:
    return {
        "id": found.id,
        "type": "branch",
        "url": plane.url(f"branches/{found.id}"),
        "gitName": found.git_name,
        "isDefault": found.is_default,
        "role": found.role,
        "createdAt": found.created_at,
        "updatedAt": found.updated_at or found.created_at,  # a record of an earlier version has none
        "project": _reference(plane, "projects", of),
    }


def connection(plane: Plane, found: Connection, of: Database, password: str | None = None) -> Shape:
    """A connection as lists and GET show it, or with a password as it stands inside a new database."""
    return {
        "id": found.id,
        "type": "connection",
        "url": plane.url(f"connections/{found.id}"),
        "name": found.name,
        "createdAt": found.created_at,
        "kind": "postgres",
        "endpoints": _endpoints(plane, found, of, password),
        "directConnection": _credentials(found, password),
        "database": _reference(plane, "databases", of),
    }


def new_connection(plane: Plane, found: Connection, of: Database, password: str) -> Shape:
    """What create and rotate answer: all the deprecated ways of telling the secret, too."""
    return {
        **connection(plane, found, of, password),
        "connectionString": connection_string(plane, found, of, password),
        "host": HOST,
        "user": found.role,
        "pass": password,
    }


def connection_string(plane: Plane, found: Connection, of: Database, password: str) -> str:
    """With the database's name: a second connection's user is not called like the database."""
    return _connection_string(found.role, password, plane.tenants.port, of.pg_name)


def databases(plane: Plane, found: Sequence[Database], passwords: Passwords | None = None) -> list[Shape]:
    """Any number of databases with two queries."""
    project_ids = tuple({database.project_id for database in found})
    projects = {row.id: row for row in plane.records.select(Project, id=project_ids)}
    connections = _connections_of(plane, found)
    return [_database(plane, row, projects[row.project_id], connections[row.id], passwords or {}) for row in found]


def database(plane: Plane, found: Database, passwords: Passwords | None = None) -> Shape:
    return databases(plane, [found], passwords)[0]


def new_database(plane: Plane, found: Database, passwords: Passwords) -> Shape:
    """What the project's own routes answer to a create: with the deprecated fields of its secrets."""
    shape = database(plane, found, passwords)
    first = next(row for row in _connections_of(plane, [found])[found.id] if row.id in passwords)
    secret = connection_string(plane, first, found, passwords[first.id])
    key = {
        name: value
        for name, value in connection(plane, first, found).items()
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
    plane: Plane, found: Database, of: Project, connections: Iterable[Connection], passwords: Passwords
) -> Shape:
    return {
        "id": found.id,
        "type": "database",
        "url": plane.url(f"databases/{found.id}"),
        "name": found.name,
        "status": found.status,
        "createdAt": found.created_at,
        "isDefault": found.is_default,
        "defaultConnectionId": found.default_connection_id,
        "connections": [connection(plane, row, found, passwords.get(row.id)) for row in connections],
        "project": _reference(plane, "projects", of),
        "region": named(found.region),
        "source": json.loads(found.source),
        "branchId": found.branch_id,
        "logicalId": found.logical_id,
    }


def _connections_of(plane: Plane, found: Sequence[Database]) -> dict[str, list[Connection]]:
    grouped: dict[str, list[Connection]] = defaultdict(list)
    ids = tuple(database.id for database in found)
    for row in plane.records.select(Connection, database_id=ids, state=LIVE):
        grouped[row.database_id].append(row)
    return grouped


def _endpoints(plane: Plane, found: Connection, of: Database, password: str | None) -> Shape:
    direct = _endpoint(plane.tenants.port, of.pg_name, found.role, password)
    pooler = plane.tenants.pooler
    if pooler is None:
        return {"direct": direct, "pooled": dict(direct)}
    # Through the pooler each role has a way of its own, which is called like it.
    return {"direct": direct, "pooled": _endpoint(pooler.port, found.role, found.role, password)}


def _endpoint(port: int, name: str, role: str, password: str | None) -> Shape:
    secret = {} if password is None else {"connectionString": _connection_string(role, password, port, name)}
    return {"host": HOST, "port": port, **secret}


def _connection_string(role: str, password: str, port: int, name: str) -> str:
    return f"postgresql://{role}:{password}@{HOST}:{port}/{name}?sslmode=require"


def _reference(plane: Plane, collection: str, found: Workspace | Project | Database) -> Shape:
    return {"id": found.id, "url": plane.url(f"{collection}/{found.id}"), "name": found.name}


def _credentials(found: Connection, password: str | None) -> Shape | None:
    if password is None:
        return None
    return {"host": HOST, "user": found.role, "pass": password}
