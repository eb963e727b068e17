"""Connecting to PostgreSQL with real sockets: ports that drop or refuse, and the databases of prisma-local."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest

from local_server import LocalServer
from prisma_provider import errors
from prisma_provider.api.client import Client
from prisma_provider.postgres.connecting import connect
from prisma_provider.postgres.waiting import wait_until_connected
from prisma_provider.settings import Settings, Token


@pytest.fixture
def url(local: LocalServer, project: dict[str, Any]) -> str:
    """The direct connection string of a new database."""
    database = local.made("/v1/databases", projectId=project["id"], name="orders")
    return str(database["connections"][0]["endpoints"]["direct"]["connectionString"])


def at(url: str, port: int) -> str:
    """The same connection string with another port of this machine."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.username}:{parts.password}@127.0.0.1:{port}"))


def test_a_database_answers(url: str) -> None:
    """What prisma-local makes can be connected to, with parameters of Prisma's in the string as well."""
    joint = "&" if urlsplit(url).query else "?"
    with connect(f"{url}{joint}schema=public&connection_limit=1") as session:
        assert session.execute("select 40 + 2").fetchone() == (42,)


def test_a_wrong_password_is_no_cold_start(url: str) -> None:
    """A password that is not right is what I am told, without the password."""
    parts = urlsplit(url)
    wrong = urlunsplit(parts._replace(netloc=parts.netloc.replace(f":{parts.password}@", ":n0t-right@")))
    with pytest.raises(errors.NoConnection, match="password authentication failed") as caught:
        connect(wrong)
    assert type(caught.value) is errors.NoConnection
    assert "n0t-right" not in str(caught.value)


def test_a_port_that_nobody_listens_at_is_waited_for(url: str) -> None:
    """A server that is not up yet refuses: that is a cold start."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(errors.Starting, match=f"127.0.0.1:{port} accepts no connections yet"):
        connect(at(url, port))


def test_a_server_that_drops_connections_is_waited_for(local: LocalServer, url: str) -> None:
    """Connections that are accepted and dropped are a cold start: when they stop being dropped, I am connected."""
    front = socket.create_server(("127.0.0.1", 0))
    parts = urlsplit(url)
    there = (parts.hostname or "", parts.port or 0)
    threading.Thread(target=serve, args=(front, there, 3), daemon=True).start()
    client = Client(Settings(Token(local.token, "the test"), local.url))
    lines: list[str] = []
    session = wait_until_connected(client, at(url, front.getsockname()[1]), 600, report=lines.append, workspace_id=None)
    assert session.execute("select 1").fetchone() == (1,)
    session.close()
    client.close()
    front.close()
    assert lines and all("accepts no connections yet" in line for line in lines)


def serve(front: socket.socket, there: tuple[str, int], drops: int) -> None:
    """Accept and drop some connections, and pass all others on."""
    while True:
        try:
            client, _ = front.accept()
        except OSError:
            return  # the test is over
        if drops:
            drops -= 1
            client.close()
            continue
        server = socket.create_connection(there)
        for source, sink in ((client, server), (server, client)):
            threading.Thread(target=pump, args=(source, sink), daemon=True).start()


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Pass on what comes, until it ends."""
    with source, contextlib.suppress(OSError):  # either may be gone: a probe says nothing and hangs up
        while data := source.recv(65536):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)
