"""The tenants of the PostgreSQL: a database and its roles for each database of the API."""

from __future__ import annotations

from collections.abc import Sequence

from prisma_local.postgres import extensions
from prisma_local.postgres.admin_sessions import AdminSessions
from prisma_local.postgres.cluster import Cluster
from prisma_local.postgres.names import replaced_of, staging_of
from prisma_local.postgres.pooler import Pooler
from prisma_local.postgres.proxy import Endpoint
from prisma_local.postgres.shadow_databases import ShadowDatabases
from prisma_local.postgres.tenant_databases import Databases
from prisma_local.postgres.tenant_roles import Roles


class Tenants:
    """Without a pooler the direct endpoint is the pooled one, too."""

    def __init__(self, cluster: Cluster, direct: Endpoint, pooler: Pooler | None, pooled: Endpoint | None) -> None:
        self.direct = direct
        self.pooled = pooled
        self.certificate = cluster.certificate
        self.extensions_left_out = extensions.left_out(cluster.installation.root)
        self._admin = AdminSessions(cluster)
        self.databases = Databases(self._admin)
        self.shadows = ShadowDatabases(self._admin)
        self.roles = Roles(self._admin, pooler)
        self.connectable = self._admin.connectable

    def open(self) -> None:
        self._admin.open()
        # PUBLIC may connect to these by default; tenants have no business there.
        self._admin.run("REVOKE CONNECT, TEMPORARY ON DATABASE postgres, template1 FROM PUBLIC")
        self.roles.update_pooler()

    def close(self) -> None:
        self._admin.close()

    def drop(self, pg_name: str, roles: Sequence[str] = ()) -> None:
        """A database with its roles, whatever there is of them."""
        all_roles = list(dict.fromkeys([*roles, *self.roles.of(pg_name)]))
        self.roles.lock_out(all_roles)
        for name in (*self.shadows.of(pg_name), pg_name):
            self.databases.drop(name)
        self.drop_staging(pg_name)
        for role in all_roles:
            self.roles.drop(role)

    def drop_staging(self, pg_name: str) -> None:
        """What a restore has filled and not used, or has replaced, and its loader."""
        for name in (staging_of(pg_name), replaced_of(pg_name)):
            self.databases.drop(name)
        self.roles.drop_loader(pg_name)

    def has_clients(self) -> bool:
        """Whether a session is open, direct or pooled."""
        return any(endpoint.sessions for endpoint in (self.direct, self.pooled) if endpoint is not None)

    def limit_connections(self) -> None:
        self.databases.limit_connections()
        self.roles.limit_connections()
