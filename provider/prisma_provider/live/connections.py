"""Connections, as their database shows them."""

from __future__ import annotations

from prisma_provider.api.ids import bare_id, same_id
from prisma_provider.api.models import Connection
from prisma_provider.live.databases import Databases


class Connections(Databases):
    """The connections that are live."""

    def connection(
        self,
        connection_id: str,
        database_id: str | None = None,
        project_id: str | None = None,
        workspace_id: str | None = None,
    ) -> Connection | None:
        """A connection, or None where it is proved gone. Its database's own list is proof that it lives."""
        key = bare_id(connection_id)
        if key in self._connections:
            return self._connections[key]
        if project_id is not None and database_id is not None:
            database = self._database_of(bare_id(database_id), project_id)
            for connection in database.connections if database else ():
                if same_id(connection.id, connection_id):
                    return connection
        return self._found("connection", connection_id, self.client.connection, workspace_id)

    def put_connection(self, connection: Connection) -> None:
        """The response to a write."""
        self._connections[bare_id(connection.id)] = connection

    def drop_connection(self, connection_id: str) -> None:
        """It was deleted."""
        self._connections[bare_id(connection_id)] = None
