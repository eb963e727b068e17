"""What any program of this machine can send to the ports of PostgreSQL: the proxy lets in whom it should."""

from __future__ import annotations

import resource
import socket
import ssl
import struct
import threading
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local_server import LocalServer, naming, user_of
from prisma_local.errors import SessionRefused
from prisma_local.postgres import protocol
from prisma_local.postgres.names import CONNECTION_LIMIT
from prisma_local.postgres.protocol import Startup
from waiting import wait_until

Shape = dict[str, Any]
SSL_REQUEST = struct.pack("!II", 8, protocol.SSL_REQUEST)
GSS_REQUEST = struct.pack("!II", 8, protocol.GSS_REQUEST)


@pytest.fixture
def string(local: LocalServer, project: Shape) -> str:
    made = local.made("/v1/databases", projectId=project["id"], name="orders")
    found: str = made["connections"][0]["endpoints"]["direct"]["connectionString"]
    return found


def port_of(string: str) -> int:
    return int(string.partition("@")[2].partition("/")[0].rpartition(":")[2])


def plain(string: str) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port_of(string)), 60)


def encrypted(client: socket.socket) -> ssl.SSLSocket:
    client.sendall(SSL_REQUEST)
    assert client.recv(1) == b"S"
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context.wrap_socket(client)


def rest_of(client: socket.socket) -> bytes:
    """All that comes until the other side ends."""
    found = b""
    try:
        while data := client.recv(65536):
            found += data
    except ConnectionResetError:
        pass
    return found


def startup(**parameters: str) -> bytes:
    return Startup(196608, {"user": "nobody", **parameters}).packed(parameters.get("database", "x"))


def test_without_tls_a_session_is_refused(string: str) -> None:
    """A client that does not ask for TLS is told so, before it could send a password."""
    with closing(plain(string)) as client:
        client.sendall(startup())
        assert b"no encryption" in rest_of(client)


def test_a_client_may_ask_for_kerberos_first(string: str) -> None:
    """libpq does: it is answered no, and goes on with TLS."""
    with closing(plain(string)) as client:
        client.sendall(GSS_REQUEST)
        assert client.recv(1) == b"N"
        with closing(encrypted(client)) as inside:
            inside.sendall(startup())
            assert b"password authentication failed" in rest_of(inside)


def test_what_comes_before_tls_is_not_taken_for_what_comes_in_it(string: str) -> None:
    """Somebody in the middle cannot put a message in front of mine."""
    with closing(plain(string)) as client:
        client.sendall(SSL_REQUEST + startup())
        assert b"authentication" not in rest_of(client)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        struct.pack("!II", 8, 42),
        struct.pack("!II", 7, protocol.SSL_REQUEST),
        struct.pack("!II", 2**32 - 1, 196608),
        b"\x16\x03\x01\x02\x00\x01\x00\x01",
    ],
)
def test_what_is_no_postgresql_ends_the_connection(string: str, sent: bytes) -> None:
    """Whatever it is, in plain text or in TLS: that connection ends, and others go on."""
    with closing(plain(string)) as client:
        client.sendall(sent)
        assert len(rest_of(client)) < 200
    with closing(plain(string)) as client, closing(encrypted(client)) as inside:
        inside.sendall(sent)
        assert len(rest_of(inside)) < 200
    with psycopg.connect(string) as session:
        assert session.execute("SELECT 1").fetchone() == (1,)


def test_a_statement_can_be_cancelled(string: str) -> None:
    """Ctrl-C in psql, or a timeout of a driver, ends the statement and not the session."""
    with psycopg.connect(string, autocommit=True) as session:
        timer = threading.Timer(0.2, session.cancel_safe)
        timer.start()
        with pytest.raises(psycopg.errors.QueryCanceled):
            session.execute("SELECT pg_sleep(600)")
        timer.join()
        assert session.execute("SELECT 1").fetchone() == (1,)


def test_large_results_and_rows_pass(string: str) -> None:
    """Megabytes in both directions arrive as they were sent."""
    with psycopg.connect(string) as session:
        session.execute("CREATE TABLE big (line text)")
        with session.cursor().copy("COPY big FROM STDIN") as copy:
            for n in range(2000):
                copy.write_row((f"{n}" * 1000,))
        row = session.execute("SELECT sum(length(line)), string_agg(line, '') FROM big").fetchone()
        assert row is not None
        assert row[0] == len(row[1]) > 4_000_000


def test_an_ended_client_leaves_no_session(local: LocalServer, string: str) -> None:
    """A client that is killed takes its session with it: a clone, which wants none, is made as a template."""
    session = psycopg.connect(string)
    session.pgconn.finish()
    count = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename IS NOT NULL"
    with psycopg.connect(string, autocommit=True) as watching:
        wait_until(lambda: watching.execute(count).fetchone() == (1,), 60, "the session stayed")


def test_a_name_that_no_database_has_is_said_by_postgresql(string: str) -> None:
    """A mistake in the name of a database is PostgreSQL's own sentence, also with odd characters."""
    for name in ("nowhere", "no%20where", "%C3%A4", "a" * 100):
        with pytest.raises(psycopg.OperationalError, match="does not exist"):
            psycopg.connect(naming(string, name))


def test_a_shell_that_allows_few_open_files(place: Path) -> None:
    """Many shells allow a process few open files; all sessions that PostgreSQL takes are there all the same."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    few = partial(resource.setrlimit, resource.RLIMIT_NOFILE, (100, hard))
    with LocalServer(place, preexec_fn=few) as server, ExitStack() as sessions:
        for name in "abc":
            made = server.made("/v1/projects", name=name)["database"]["connections"][0]
            string = made["endpoints"]["direct"]["connectionString"]
            for _ in range(CONNECTION_LIMIT - 1):
                session = sessions.enter_context(closing(psycopg.connect(string, connect_timeout=60)))
                assert session.execute("SELECT 1").fetchone() == (1,)


def test_user_and_database_in_the_first_message() -> None:
    """The parameters are kept, the database is another."""
    message = protocol.startup(196608, startup(user="me", options="-c a=b", database="ä")[8:])
    assert (message.user, message.database) == ("me", "ä")
    again = protocol.startup(196608, message.packed("other")[8:])
    assert again.parameters == {"user": "me", "options": "-c a=b", "database": "other"}
    assert protocol.startup(196608, b"user\0me\0\0").database == "me"


@pytest.mark.parametrize("body", [b"user", b"\0me\0\0", b"user\0me\0", b"user\0me\0x\0\0", b"user\0me\0\0more\0"])
def test_a_first_message_that_is_none(body: bytes) -> None:
    """It is refused as what it is."""
    with pytest.raises(SessionRefused, match="not the protocol"):
        protocol.startup(196608, body)


def test_the_user_of_a_connection_string_is_let_in_only(string: str) -> None:
    """The roles that PostgreSQL has besides are no users: the owner of a database, the superuser, those in stock."""
    for user in (f"{user_of(string)}_owner", "prisma_admin", "pg_monitor", "postgres"):
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(string.replace(f"//{user_of(string)}:", f"//{user}:"))
