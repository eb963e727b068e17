"""What there is, as one value: workspaces, projects, databases, connections, backups. No secret is known here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from prisma_local.databases.context import Context
from prisma_local.postgres.cluster import HOST
from prisma_local.store.values import LIVE, Backup, Branch, Connection, Database, Project, Workspace

Shape = dict[str, Any]
Row = TypeVar("Row")
PASSWORD = "…"  # noqa: S105  what stands in the place of one


def overview(context: Context) -> Shape:
    """Everything, with one query for each kind of thing."""
    records = context.records
    projects = _grouped(records.select(Project, state=LIVE), lambda row: row.workspace_id)
    databases = _grouped(records.select(Database, state=LIVE), lambda row: row.project_id)
    show = _Shown(
        context,
        context.tenants.sizes(),
        {row.id: row.git_name for row in records.select(Branch)},
        _grouped(records.select(Connection, state=LIVE), lambda row: row.database_id),
        _grouped(records.select(Backup, state=LIVE), lambda row: row.database_id),
    )

    def project(row: Project) -> Shape:
        return {**_named(row), "databases": [show.database(each) for each in databases[row.id]]}

    workspaces = [
        {**_named(row), "projects": [project(each) for each in projects[row.id]]} for row in records.select(Workspace)
    ]
    return {"api": context.base_url, "pooled": context.tenants.pooler is not None, "workspaces": workspaces}


class _Shown:
    """How a database is shown, given what there is of everything else."""

    def __init__(
        self,
        context: Context,
        sizes: dict[str, int],
        branches: dict[str, str],
        connections: defaultdict[str, list[Connection]],
        backups: defaultdict[str, list[Backup]],
    ) -> None:
        self._context = context
        self._sizes = sizes
        self._branches = branches
        self._connections = connections
        self._backups = backups

    def database(self, row: Database) -> Shape:
        return {
            **_named(row),
            "status": row.status,
            "isDefault": row.is_default,
            "region": row.region,
            "branch": self._branches.get(row.branch_id or ""),
            "size": self._sizes.get(row.pg_name),
            "connections": [self._connection(each, row) for each in self._connections[row.id]],
            "backups": [
                {"id": each.id, "createdAt": each.created_at, "status": each.status, "size": each.size}
                for each in reversed(self._backups[row.id])
            ],
        }

    def _connection(self, row: Connection, of: Database) -> Shape:
        """Without the password, which was told once and is kept nowhere."""
        pooler = self._context.tenants.pooler
        direct = _url(row.role, self._context.tenants.port, of.pg_name)
        pooled = _url(row.role, pooler.port, row.role) if pooler else direct
        return {**_named(row), "direct": direct, "pooled": pooled}


def _url(role: str, port: int, name: str) -> str:
    return f"postgresql://{role}:{PASSWORD}@{HOST}:{port}/{name}?sslmode=require"


def _named(row: Workspace | Project | Database | Connection) -> Shape:
    return {"id": row.id, "name": row.name}


def _grouped(rows: Iterable[Row], key: Callable[[Row], str]) -> defaultdict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found
