"""Our client against the local control plane: every endpoint, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from local_server import LocalServer
from prisma_provider import errors
from prisma_provider.api.client import Client
from prisma_provider.settings import Settings, Token


def client_of(server: LocalServer, token: str, **settings: float) -> Client:
    given = {"request_timeout": 5.0, "retry_limit": 5.0, **settings}
    return Client(Settings(Token(token, "the test"), server.url, **given))  # type: ignore[arg-type]


@pytest.fixture
def client(local: LocalServer) -> Iterator[Client]:
    """A client in a workspace of its own."""
    client = client_of(local, local.mint("client")[0])
    yield client
    client.close()


def test_every_refusal_is_an_error_of_its_own(server: LocalServer, client: Client) -> None:
    """401, 403, 404, 409 and 400 of the service arrive as what they are, with the service's words."""
    project = client.create_project({"name": "shop", "logicalId": "shop-1", "createDatabase": True})
    (default,) = client.databases(project.id)
    with pytest.raises(errors.Conflict, match="Prisma says"):
        client.create_project({"name": "again", "logicalId": "shop-1"})
    with pytest.raises(errors.NotFound, match="no such object"):
        client.database("db_cm1a2b3c4d5e6f7g8h9i0j1k2")
    with pytest.raises(errors.Forbidden, match="default environment"):
        client.delete_database(default.id)
    with pytest.raises(errors.Rejected, match="Could not create connection"):
        client.create_connection({"databaseId": default.id, "name": "x"})
    stranger = client_of(server, "prsc_wrong")
    with pytest.raises(errors.Unauthorized, match="not valid"):
        stranger.me()
    stranger.close()
    client.delete_project(project.id)


def test_every_endpoint(server: LocalServer, client: Client) -> None:
    """Each method does what it says, and the secrets it yields connect."""
    me = client.me().workspace
    assert me is not None
    assert me.id in {workspace.id for workspace in client.workspaces()}
    assert "eu-central-1" in {region.id for region in client.regions()}
    project = client.create_project({"name": "shop", "region": "eu-central-1", "createDatabase": False})
    assert client.update_project(project.id, {"name": "store"}).name == "store"
    assert client.project(project.id) in client.projects()
    database = client.create_database({"projectId": project.id, "name": "orders", "region": "inherit"})
    assert database.region is not None
    assert database.region.id == "eu-central-1"
    renamed = client.update_database(database.id, {"name": "sales", "isDefault": True})
    assert (renamed.name, renamed.is_default) == ("sales", True)
    assert client.database(database.id) == client.databases(project.id)[0] == renamed
    made = client.create_connection({"databaseId": database.id, "name": "web"})
    assert {made.id, database.default_connection_id} == {c.id for c in client.connections(database.id)}
    assert client.connection(made.id).credentials() == {}
    rotated = client.rotate_connection(made.id).credentials()
    assert rotated["password"] != made.credentials()["password"]
    with psycopg.connect(rotated["directUrl"]) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    client.delete_connection(made.id)
    client.delete_project(project.id)
    assert client.projects() == ()


def test_every_page_is_read(client: Client) -> None:
    """A list of 130 databases is two pages, and all of them arrive once."""
    project = client.create_project({"name": "many", "createDatabase": False})
    made = {client.create_database({"projectId": project.id, "name": f"d{n}"}).id for n in range(130)}
    listed = [database.id for database in client.databases(project.id)]
    assert len(listed) == 130
    assert set(listed) == made
    client.delete_project(project.id)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 429, "headers": {"Retry-After": "0"}},
        {"kind": "status", "status": 503, "headers": {"Retry-After": "0"}},
        {"kind": "status", "status": 500},
        {"kind": "html", "status": 502},
        {"kind": "cut_before"},
        {"kind": "cut_after"},
        {"kind": "truncate"},
        {"kind": "delay", "seconds": 2},
    ],
    ids=lambda fault: "-".join(str(part) for part in fault.values() if not isinstance(part, dict)),
)
def test_a_read_survives_each_fault(server: LocalServer, fault: dict[str, object]) -> None:
    """Whatever goes wrong once with a read, the answer arrives."""
    client = client_of(server, server.mint("faults")[0], request_timeout=1.0)
    server.fault(method="GET", path="/v1/me", **fault)
    assert client.me().workspace is not None
    client.close()
    server.clear_faults()
