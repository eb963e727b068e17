"""The PostgreSQL behind the API: connection strings connect, and only where they should."""

from __future__ import annotations

import os
import pwd
import re
import ssl
from typing import Any

import psycopg
import pytest

from local_server import LocalServer, naming, user_of

Shape = dict[str, Any]


def database(local: LocalServer, project: Shape, name: str = "orders", **more: Any) -> Shape:
    return local.made("/v1/databases", projectId=project["id"], name=name, **more)


def connect(connection: Shape, endpoint: str = "direct") -> psycopg.Connection[tuple[Any, ...]]:
    """A session with the connection string of a connection that was just created."""
    return psycopg.connect(connection["endpoints"][endpoint]["connectionString"], autocommit=True)


def string_of(shape: Shape) -> str:
    found: str = shape["endpoints"]["direct"]["connectionString"]
    return found


def refused(connection_string: str) -> str:
    with pytest.raises(psycopg.OperationalError) as caught:
        psycopg.connect(connection_string)
    return str(caught.value)


def value(session: psycopg.Connection[tuple[Any, ...]], query: str) -> Any:
    row = session.execute(query).fetchone()
    assert row is not None
    return row[0]


def test_both_connection_strings_of_a_new_database_connect(local: LocalServer, project: Shape) -> None:
    """I create a database and connect with its connection strings, pooled or direct."""
    connection = database(local, project)["connections"][0]
    for endpoint in ("direct", "pooled"):
        with connect(connection, endpoint) as session:
            assert str(value(session, "SHOW server_version")).startswith("17.")


def test_a_connection_string_has_the_form_of_the_service(local: LocalServer, project: Shape) -> None:
    """It names no database, as Prisma's own; with the name postgres, or the database's, it leads there, too."""
    made_ = database(local, project)
    second = local.made("/v1/connections", databaseId=made_["id"], name="second")
    own = user_of(string_of(made_["connections"][0]))
    for connection in (made_["connections"][0], second):
        for endpoint in ("direct", "pooled"):
            string = connection["endpoints"][endpoint]["connectionString"]
            assert re.fullmatch(r"postgres://[a-z0-9_]+:[\w-]+@127\.0\.0\.1:\d+/\?sslmode=require", string)
            for form in (string, naming(string, "postgres"), naming(string, own)):
                with psycopg.connect(form) as session:
                    assert value(session, "SELECT current_database()") == own


def test_a_session_without_tls_is_refused(local: LocalServer, project: Shape) -> None:
    """My password is never sent in clear, not even on this machine."""
    string = string_of(database(local, project)["connections"][0])
    assert "no encryption" in refused(string.replace("sslmode=require", "sslmode=disable"))
    with psycopg.connect(string) as session:
        assert session.pgconn.ssl_in_use


def test_the_certificate_names_this_machine(local: LocalServer, project: Shape, tmp_path: Any) -> None:
    """With the server's certificate in hand I can connect with verify-full."""
    connection = database(local, project)["connections"][0]
    endpoint = connection["endpoints"]["direct"]
    with connect(connection) as session:
        pem = value(session, "SELECT 1") and _certificate(endpoint["host"], endpoint["port"])
    file = tmp_path / "server.crt"
    file.write_text(pem)
    strict = string_of(connection).replace("sslmode=require", f"sslmode=verify-full&sslrootcert={file}")
    with psycopg.connect(strict) as session:
        assert value(session, "SELECT 1") == 1


def _certificate(host: str, port: int) -> str:
    """PostgreSQL wants an SSLRequest message before TLS."""
    import socket

    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection((host, port)) as plain:
        plain.sendall(bytes.fromhex("0000000804d2162f"))
        assert plain.recv(1) == b"S"
        with context.wrap_socket(plain) as encrypted:
            raw = encrypted.getpeercert(binary_form=True)
    assert raw is not None
    return ssl.DER_cert_to_PEM_cert(raw)


def test_a_tenant_reaches_no_other_database(local: LocalServer, project: Shape) -> None:
    """My credentials open my database, not my neighbour's and not PostgreSQL's own."""
    mine, theirs = database(local, project, "mine"), database(local, project, "theirs")
    string = string_of(mine["connections"][0])
    for name in (user_of(string_of(theirs["connections"][0])), "template1"):
        assert "permission denied for database" in refused(naming(string, name))
    assert "not currently accepting" in refused(naming(string, "template0"))


def test_a_tenant_is_not_a_superuser(local: LocalServer, project: Shape) -> None:
    """My role owns its database and nothing else: no roles, no files, no programs."""
    with connect(database(local, project)["connections"][0]) as session:
        for forbidden in (
            "CREATE ROLE intruder",
            "COPY pg_class TO '/tmp/stolen'",
            "COPY pg_class TO PROGRAM 'true'",
            "SELECT pg_read_file('postgresql.conf')",
            "SET ROLE prisma_admin",
            "SELECT rolpassword FROM pg_authid",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(forbidden)


def test_the_superuser_cannot_log_in_over_tcp(local: LocalServer, project: Shape) -> None:
    """There is no password of the superuser to guess: it is refused over TCP, and so is every account of ours."""
    string = string_of(database(local, project)["connections"][0])
    for user in ("prisma_admin", pwd.getpwuid(os.geteuid()).pw_name, "postgres", "nobody", ""):
        for name in ("postgres", "template1", user_of(string)):
            attempt = naming(string, name).replace(f"//{user_of(string)}:", f"//{user}:")
            assert "password authentication failed" in refused(attempt)


def test_the_connections_of_a_database_share_what_they_create(local: LocalServer, project: Shape) -> None:
    """A table that one connection created, another can change."""
    made_ = database(local, project)
    second = local.made("/v1/connections", databaseId=made_["id"], name="second")
    with connect(made_["connections"][0]) as first, connect(second) as other:
        first.execute("CREATE TABLE orders (id int)")
        other.execute("ALTER TABLE orders ADD COLUMN total numeric")
        other.execute("INSERT INTO orders VALUES (1, 2.5)")
        assert value(first, "SELECT total FROM orders") == 2.5


def test_rotate_locks_the_old_password_out_and_ends_its_sessions(local: LocalServer, project: Shape) -> None:
    """After a rotation the leaked password is refused, and its sessions have ended."""
    made_ = database(local, project)
    old = made_["connections"][0]
    neighbour = local.made("/v1/connections", databaseId=made_["id"], name="neighbour")
    with connect(old) as inside, connect(neighbour) as untouched:
        new = local.made(f"/v1/connections/{old['id']}/rotate")
        with pytest.raises(psycopg.OperationalError):
            inside.execute("SELECT 1")
        assert value(untouched, "SELECT 1") == 1
    assert new["id"] == old["id"]
    assert "password authentication failed" in refused(string_of(old))
    with connect(new) as session:
        assert value(session, "SELECT 1") == 1


def test_deleting_a_connection_leaves_the_others_and_what_it_created(local: LocalServer, project: Shape) -> None:
    """I delete one connection: its sessions end, the others work on, its tables stay."""
    made_ = database(local, project)
    second = local.made("/v1/connections", databaseId=made_["id"], name="second")
    with connect(second) as session, connect(made_["connections"][0]) as stays:
        session.execute("CREATE TABLE by_second (id int)")
        session.execute("SET ROLE NONE")  # what it creates as itself, not as the owner, must stay, too
        session.execute("CREATE TABLE by_itself (id int)")
        assert local.api("DELETE", f"/v1/connections/{second['id']}").status_code == 204
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
        role = user_of(string_of(second))
        assert role not in local.postgres()["roles"]
        assert value(stays, "SELECT count(*) FROM by_second") == 0
        stays.execute("DROP TABLE by_itself")
    refused(string_of(second))
    assert local.api("GET", f"/v1/connections/{second['id']}").status_code == 404


def test_deleting_the_default_connection_leaves_the_database_without_one(local: LocalServer, project: Shape) -> None:
    """The default connection can be deleted, too; then the database has none."""
    made_ = database(local, project)
    second = local.made("/v1/connections", databaseId=made_["id"], name="second")
    local.api("DELETE", f"/v1/connections/{made_['defaultConnectionId']}")
    now = local.api("GET", f"/v1/databases/{made_['id']}").json()["data"]
    assert now["defaultConnectionId"] is None
    assert [row["id"] for row in now["connections"]] == [second["id"]]
    with connect(second) as session:
        assert value(session, "SELECT 1") == 1


def test_a_rename_leaves_the_rows(local: LocalServer, project: Shape) -> None:
    """I rename a database; the same connection string still finds my rows."""
    made_ = database(local, project)
    with connect(made_["connections"][0]) as session:
        session.execute("CREATE TABLE kept AS SELECT generate_series(1, 100)")
        renamed = local.api("PATCH", f"/v1/databases/{made_['id']}", {"name": "renamed"}).json()["data"]
        assert value(session, "SELECT count(*) FROM kept") == 100
    assert (renamed["id"], renamed["name"]) == (made_["id"], "renamed")
    with connect(made_["connections"][0]) as session:
        assert value(session, "SELECT count(*) FROM kept") == 100


def test_a_deleted_database_is_gone(local: LocalServer, project: Shape) -> None:
    """Sessions end, nobody can log in, and PostgreSQL has nothing of it any more."""
    made_ = database(local, project)
    kept = database(local, project, "kept")
    local.made("/v1/connections", databaseId=made_["id"], name="second")
    with connect(made_["connections"][0]) as session:
        assert local.api("DELETE", f"/v1/databases/{made_['id']}").status_code == 204
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    refused(string_of(made_["connections"][0]))
    name = user_of(string_of(kept["connections"][0]))
    assert local.postgres() == {"databases": [name], "roles": [name, f"{name}_owner"]}


def test_a_project_is_deleted_with_its_databases(local: LocalServer) -> None:
    """All its databases are deleted, the default one too."""
    whole = local.made("/v1/projects", name="whole")
    database(local, whole, "another")
    assert local.api("DELETE", f"/v1/projects/{whole['id']}").status_code == 204
    assert local.api("GET", "/v1/databases").json()["data"] == []
    assert local.postgres() == {"databases": [], "roles": []}


def test_provisioning_ends_when_the_database_can_be_used(local: LocalServer, project: Shape) -> None:
    """While its status is provisioning I cannot log in; when it is ready I can."""
    local.settings(provisioning=1.0)
    made_ = database(local, project)
    assert made_["status"] == "provisioning"
    assert "not permitted to log in" in refused(string_of(made_["connections"][0]))
    while (now := local.api("GET", f"/v1/databases/{made_['id']}").json()["data"])["status"] != "ready":
        assert now["status"] == "provisioning"
    with connect(made_["connections"][0]) as session:
        assert value(session, "SELECT 1") == 1


def test_provisioning_can_end_in_failure(local: LocalServer, project: Shape) -> None:
    """A database that fails has the status failure, and nobody can ever log in."""
    local.settings(provisioning=0.2, provisioningEnds="failure")
    made_ = database(local, project)
    while (now := local.api("GET", f"/v1/databases/{made_['id']}").json()["data"])["status"] != "failure":
        assert now["status"] == "provisioning"
    assert "not permitted to log in" in refused(string_of(made_["connections"][0]))
    assert local.api("DELETE", f"/v1/databases/{made_['id']}").status_code == 204
