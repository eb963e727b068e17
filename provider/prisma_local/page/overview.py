"""All workspaces, projects, databases, connections, backups and variables as one JSON object, without secrets."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from prisma_local.databases.context import Context
from prisma_local.rules import response_bodies
from prisma_local.store.values import (
    LIVE,
    Backup,
    Branch,
    Connection,
    Database,
    EnvironmentVariable,
    Project,
    Workspace,
)

Json = dict[str, Any]
PASSWORD = "…"  # noqa: S105 - in its place


def overview(context: Context) -> Json:
    """With one query for each kind of object."""
    records = context.records
    projects = response_bodies.grouped(records.select(Project, state=LIVE), lambda row: row.workspace_id)
    databases = response_bodies.grouped(records.select(Database, state=LIVE), lambda row: row.project_id)
    variables = response_bodies.grouped(records.select(EnvironmentVariable), lambda row: row.project_id)
    branches = {row.id: row.git_name for row in records.select(Branch)}
    shown = _Databases(
        context,
        context.tenants.databases.sizes(),
        branches,
        response_bodies.grouped(records.select(Connection, state=LIVE), lambda row: row.database_id),
        response_bodies.grouped(records.select(Backup, state=LIVE), lambda row: row.database_id),
    )

    def project(row: Project) -> Json:
        return {
            **_named(row),
            "databases": [shown.database(each) for each in databases[row.id]],
            "variables": [_variable(each, branches) for each in variables[row.id]],
        }

    workspaces = [
        {**_named(row), "projects": [project(each) for each in projects[row.id]]} for row in records.select(Workspace)
    ]
    return {
        "api": context.base_url,
        "certificate": str(context.tenants.certificate),
        "pooled": context.tenants.pooled is not None,
        "workspaces": workspaces,
    }


@dataclass(frozen=True, slots=True)
class _Databases:
    """Makes the JSON of databases, given everything else."""

    context: Context
    sizes: dict[str, int]
    branches: dict[str, str]
    connections: defaultdict[str, list[Connection]]
    backups: defaultdict[str, list[Backup]]

    def database(self, row: Database) -> Json:
        return {
            **_named(row),
            "status": row.status,
            "isDefault": row.is_default,
            "region": row.region,
            "branch": self.branches.get(row.branch_id or ""),
            "size": self.sizes.get(row.pg_name),
            "connections": [self._connection(each) for each in self.connections[row.id]],
            "backups": [
                {"id": each.id, "createdAt": each.created_at, "status": each.status, "size": each.size}
                for each in reversed(self.backups[row.id])
            ],
        }

    def _connection(self, row: Connection) -> Json:
        """With the connection strings, but for the password, which is shown nowhere."""
        endpoints = response_bodies.endpoints(self.context, row, PASSWORD)
        return {**_named(row), **{name: endpoint["connectionString"] for name, endpoint in endpoints.items()}}


def _variable(row: EnvironmentVariable, branches: dict[str, str]) -> Json:
    """Its key and its scope, never its value."""
    return {
        "id": row.id,
        "key": row.key,
        "class": row.class_name,
        "branch": branches.get(row.branch_id or ""),
        "isManagedBySystem": row.is_managed_by_system,
        "updatedAt": row.updated_at,
    }


def _named(row: Workspace | Project | Database | Connection) -> Json:
    return {"id": row.id, "name": row.name}
