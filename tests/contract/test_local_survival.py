"""The command itself: starting, stopping, being killed, and finding everything again."""

from __future__ import annotations

import os
import pwd
import resource
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from functools import partial
from importlib.metadata import distribution, requires
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from packaging.requirements import Requirement

import prisma_local
from local_server import COMMAND, LocalServer, user_of
from prisma_local.postgres import finder
from waiting import wait_until

Shape = dict[str, Any]


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, timeout=60, check=False, **options)


def string_of(connection: Shape) -> str:
    found: str = connection["endpoints"]["direct"]["connectionString"]
    return found


def rows(connection_string: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(connection_string) as session:
        return session.execute(query).fetchall()


def servers_of(folder: Path) -> list[str]:
    """The PostgreSQL servers that run on a data directory."""
    listing = subprocess.run(["ps", "-ww", "-eo", "args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listing.splitlines() if f"-D {folder}/pgdata " in line]


@contextmanager
def started_again(server: LocalServer) -> Iterator[LocalServer]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


def test_a_stop_leaves_nothing_running_and_a_start_finds_everything(place: Path) -> None:
    """I stop it in the evening; in the morning my token, my URLs and my rows are the same."""
    server = LocalServer(place)
    with server:
        before = (server.url, server.token)
        string = string_of(server.made("/v1/projects", name="shop")["database"]["connections"][0])
        with psycopg.connect(string, autocommit=True) as session:
            session.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    assert servers_of(place) == []
    with started_again(server):
        assert (server.url, server.token) == before
        assert rows(string, "SELECT answer FROM kept") == [(42,)]
        assert [row["name"] for row in server.api("GET", "/v1/projects").json()["data"]] == ["shop"]


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_an_ephemeral_server_leaves_nothing_at_all(sign: signal.Signals) -> None:
    """After Ctrl-C, or SIGTERM, there is no process and no file of it, and its exit code is 0."""
    with LocalServer() as server:
        folder = folder_of(server)
        assert len(servers_of(folder)) == 1
        server.process.send_signal(sign)
        assert server.process.wait(60) == 0
        assert servers_of(folder) == []
        assert not folder.exists()


def folder_of(server: LocalServer) -> Path:
    """An ephemeral server's folder, by the lock that names its process."""
    places = {Path("/tmp"), Path("/var/tmp"), Path(os.environ.get("TMPDIR", "/tmp"))}
    locks = [lock for place in places for lock in place.glob("prisma-local-*/lock")]
    return next(
        lock.parent for lock in locks if os.access(lock, os.R_OK) and lock.read_text() == str(server.process.pid)
    )


def test_a_signal_during_the_start_stops_it_cleanly(place: Path) -> None:
    """Ctrl-C while it is still starting is a stop like any other."""
    process = subprocess.Popen([COMMAND, "--data-dir", str(place)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not (place / "lock").exists():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    output, complaints = process.communicate(timeout=60)
    assert (process.returncode, output, servers_of(place)) == (0, b"", []), complaints


def test_a_signal_during_initdb_ends_what_initdb_has_started(place: Path) -> None:
    """Ctrl-C while PostgreSQL makes its data directory: no process writes there afterwards."""
    process = subprocess.Popen([COMMAND, "--data-dir", str(place)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while (started := held_back(place / "pgdata.new")) is None:
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    _, complaints = process.communicate(timeout=60)
    assert (process.returncode, Path(f"/proc/{started}/cwd").exists()) == (0, False), complaints


def held_back(folder: Path) -> int | None:
    """Stop a postgres that initdb has started here, so that it does not end by itself; returns its pid."""
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it ended while we looked, or is another account's
            if (entry / "cwd").readlink() == folder and (entry / "comm").read_text().strip() == "postgres":
                os.kill(int(entry.name), signal.SIGSTOP)
                return int(entry.name)
    return None


def test_a_kill_loses_nothing(place: Path) -> None:
    """After a SIGKILL of the server the next start ends the orphaned PostgreSQL and has all data."""
    server = LocalServer(place)
    server.start()
    string = string_of(server.made("/v1/projects", name="shop")["database"]["connections"][0])
    with psycopg.connect(string, autocommit=True) as session:
        session.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    server.kill()
    assert len(servers_of(place)) == 1
    with started_again(server):
        assert len(servers_of(place)) == 1
        assert rows(string, "SELECT answer FROM kept") == [(42,)]


@pytest.mark.parametrize("stocked", [False, True])
@pytest.mark.parametrize("path", ["/v1/databases", "/v1/projects"])
def test_a_killed_create_leaves_all_or_nothing(place: Path, path: str, stocked: bool) -> None:
    """Whenever the server is killed, there is no half of a database, and its logicalId is free or finds it."""
    with LocalServer(place) as server:
        kept = server.made("/v1/projects", name="kept", logicalId="kept")
        body = {"logicalId": "lost", "name": "lost"}
        if path == "/v1/databases":
            body["projectId"] = kept["id"]
        for step, whole in (("recorded", 0), ("role", 0), ("database", 0), ("answer", 1)):
            if stocked:
                server.stocked()
            killed(server, step, path, body)
            found = server.api("GET", path, params={"logicalId": "lost"}).json()["data"]
            assert len(found) == whole, step
            held = server.postgres()
            assert (len(held["databases"]), len(held["roles"])) == (1 + whole, 2 + 2 * whole), step
            assert rows(string_of(kept["database"]["connections"][0]), "SELECT 1") == [(1,)]
        assert server.api("POST", path, body).status_code == 409


def test_a_killed_create_of_a_connection_leaves_all_or_nothing(place: Path) -> None:
    """The same for a connection; one that exists gets a new secret by rotate."""
    with LocalServer(place) as server:
        database = server.made("/v1/projects", name="shop")["database"]
        query = {"databaseId": database["id"]}
        for step, whole in (("recorded", 0), ("role", 0), ("answer", 1)):
            killed(server, step, "/v1/connections", {**query, "name": "lost"})
            listed = server.api("GET", "/v1/connections", params=query).json()["data"]
            lost = [row for row in listed if row["name"] == "lost"]
            assert (len(lost), len(server.postgres()["roles"])) == (whole, 2 + whole), step
        rotated = server.made(f"/v1/connections/{lost[0]['id']}/rotate")
        assert rows(string_of(rotated), "SELECT 1") == [(1,)]


def killed(server: LocalServer, step: str, path: str, body: Shape) -> None:
    """A create that is killed at this crash point, and the server after the next start."""
    server.fault(kind="kill", method="POST", path=path, step=step)
    with pytest.raises(httpx.TransportError):
        server.api("POST", path, body)
    server.wait_for_death()
    server.start()


def test_a_kill_while_the_stock_is_filled_leaves_nothing_unrecorded(place: Path) -> None:
    """The unfinished spare is dropped at the next start, and another is made."""
    server = LocalServer(place)
    server.start()
    before = set(server.stocked()["databases"])
    server.fault(kind="kill", method="POST", step="spare")
    taken = server.made("/v1/projects", name="shop")["database"]
    assert server.wait_for_death() == -signal.SIGKILL
    with started_again(server):
        name = user_of(string_of(taken["connections"][0]))
        assert server.postgres() == {"databases": [name], "roles": [name, f"{name}_owner"]}
        assert set(server.stocked()["databases"]) > before - {name}
        assert server.postgres() == {"databases": [name], "roles": [name, f"{name}_owner"]}
        assert rows(string_of(taken["connections"][0]), "SELECT 1") == [(1,)]


def test_a_killed_delete_is_finished(place: Path) -> None:
    """The response was lost, the recorded state was not: after the start the project and its databases are deleted."""
    server = LocalServer(place)
    server.start()
    project = server.made("/v1/projects", name="shop")
    server.fault(kind="kill", method="DELETE", step="answer")
    with pytest.raises(httpx.TransportError):
        server.api("DELETE", f"/v1/projects/{project['id']}")
    server.wait_for_death()
    with started_again(server):
        assert server.api("GET", "/v1/projects").json()["data"] == []
        assert server.postgres() == {"databases": [], "roles": []}


@pytest.mark.parametrize("step", ["recorded", "staged", "swapped"])
def test_a_killed_restore_is_finished(place: Path, step: str) -> None:
    """Whenever the server is killed, the old rows or the backup's are there; after the next start the backup's."""
    server = LocalServer(place)
    server.start()
    database = server.made("/v1/projects", name="shop")["database"]
    string = string_of(database["connections"][0])
    with psycopg.connect(string, autocommit=True) as session:
        session.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    backup = server.backup(database["id"])
    with psycopg.connect(string, autocommit=True) as session:
        session.execute("UPDATE kept SET answer = 43")
    server.fault(kind="kill", method="POST", path="*/restore", step=step)
    source = {"type": "backup", "databaseId": database["id"], "backupId": backup["id"]}
    with suppress(httpx.TransportError):  # the response may be sent before the kill
        server.api("POST", f"/v1/databases/{database['id']}/restore", {"source": source})
    assert server.wait_for_death() == -signal.SIGKILL
    with started_again(server):
        wait_until_ready(server, database)
        assert rows(string, "SELECT answer FROM kept") == [(42,)]
        held = server.postgres()
        assert (len(held["databases"]), len(held["roles"])) == (1, 2)
        assert server.api("GET", f"/v1/databases/{database['id']}/backups").json()["data"] == [backup]


def wait_until_ready(server: LocalServer, database: Shape) -> None:
    while server.api("GET", f"/v1/databases/{database['id']}").json()["data"]["status"] != "ready":
        pass


def test_a_killed_backup_and_clone_leave_nothing(place: Path) -> None:
    """What was half copied is deleted, with its files; what was complete is there."""
    with LocalServer(place) as server:
        project = server.made("/v1/projects", name="shop")
        database = project["database"]
        whole = server.backup(database["id"])
        for source in (
            {"type": "database", "databaseId": database["id"]},
            {"type": "backup", "databaseId": database["id"], "backupId": whole["id"]},
        ):
            body = {"projectId": project["id"], "source": source}
            for step in ("role", "database"):
                killed(server, step, "/v1/databases", body)
                held = server.postgres()
                assert (len(held["databases"]), len(held["roles"])) == (1, 2), (source, step)
        assert [file.name for file in (place / "backups").iterdir()] == [f"{whole['id']}.dump"]
        server.gone(database["id"])
        server.postgres()
        assert list((place / "backups").iterdir()) == []


def test_a_backup_on_a_full_disk_leaves_nothing(place: Path) -> None:
    """The disk is full: the backup fails, no file of it is left, and everything else works."""
    limit = 20 * 1024 * 1024
    small = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (limit, limit))
    with LocalServer(place, preexec_fn=small) as server:
        database = server.made("/v1/projects", name="shop")["database"]
        string = string_of(database["connections"][0])
        with psycopg.connect(string, autocommit=True) as session:
            for name in ("one", "two"):  # bytes that do not compress, in a dump of more than the limit
                query = "SELECT decode(string_agg(md5(n::text), ''), 'hex') FROM generate_series(1, 700000) n"
                session.execute(f"CREATE TABLE {name} (big bytea)")
                session.execute(f"ALTER TABLE {name} ALTER big SET STORAGE EXTERNAL")
                session.execute(f"INSERT INTO {name} {query}")
        assert server.http.post("/_local/backups", json={"databaseId": database["id"]}).status_code == 500
        assert server.api("GET", f"/v1/databases/{database['id']}/backups").json()["data"] == []
        assert list((place / "backups").iterdir()) == []
        assert rows(string, "SELECT count(*) FROM one, two") == [(1,)]
        assert server.made("/v1/projects", name="another")["database"]["status"] == "ready"


def test_a_data_directory_of_an_earlier_version_is_upgraded(place: Path) -> None:
    """I upgrade: records without the newer columns get them, and nothing else changes."""
    server = LocalServer(place)
    with server:
        project = server.made("/v1/projects", name="shop")
    with closing(sqlite3.connect(place / "records.sqlite")) as records:
        records.execute("ALTER TABLE branches DROP COLUMN updated_at")
        records.execute("ALTER TABLE databases DROP COLUMN restore_from")
        records.execute("ALTER TABLE connections DROP COLUMN password")
        records.execute("ALTER TABLE tokens DROP COLUMN hint")
        records.execute("UPDATE tokens SET id = 'tok_c1'")
        records.execute("DROP TABLE backups")
        records.execute("DROP TABLE environment_variables")
        records.commit()
    with started_again(server):
        [branch] = server.api("GET", f"/v1/projects/{project['id']}/branches").json()["data"]
        assert branch["updatedAt"] == branch["createdAt"]
        assert server.backup(project["database"]["id"])["status"] == "completed"
        assert server.api("GET", "/v1/me").json()["data"]["credential"]["id"] == "itgr_c1"
        # The password is not known from before. The next rotation tells it.
        assert server.api("GET", "/v1/environment-variables").json()["data"] == []
        server.made(f"/v1/connections/{project['database']['defaultConnectionId']}/rotate")
        assert len(server.api("GET", "/v1/environment-variables").json()["data"]) == 2


def test_provisioning_goes_on_after_a_kill(place: Path) -> None:
    """A database that was provisioning when the server was killed becomes ready all the same."""
    server = LocalServer(place)
    server.start()
    server.settings(provisioning=0.5)
    database = server.made("/v1/projects", name="shop")["database"]
    assert database["status"] == "provisioning"
    server.kill()
    with started_again(server):
        path = f"/v1/databases/{database['id']}"
        while server.api("GET", path).json()["data"]["status"] != "ready":
            pass
        assert rows(string_of(database["connections"][0]), "SELECT 1") == [(1,)]


def test_the_next_ephemeral_server_cleans_up_after_a_killed_one() -> None:
    """Killed test runs do not pile up servers and folders."""
    first = LocalServer()
    first.start()
    folder = folder_of(first)
    first.kill()
    assert len(servers_of(folder)) == 1
    with LocalServer():
        assert servers_of(folder) == []
        assert not folder.exists()


def test_without_its_postgresql_it_ends_and_says_so() -> None:
    """A control plane without its PostgreSQL stops."""
    server = LocalServer()
    server.start()
    [pid] = [line.split()[0] for line in servers_with_pids(folder_of(server))]
    os.kill(int(pid), signal.SIGKILL)
    assert server.wait_for_death() == 1
    assert "PostgreSQL ended by itself" in server.stderr()


def test_without_its_postgresql_it_ends_under_load() -> None:
    """Requests that wait for PostgreSQL when it ends fail at once, not after half a minute each."""
    server = LocalServer()
    server.start()
    [pid] = [line.split()[0] for line in servers_with_pids(folder_of(server))]

    def ask() -> None:
        with suppress(httpx.HTTPError, RuntimeError):
            while server.process.poll() is None:
                server.api("POST", "/v1/projects", {"name": "shop"})

    threads = [threading.Thread(target=ask) for _ in range(24)]
    for thread in threads:
        thread.start()
    wait_until(lambda: server.settings()["inFlightMax"] == len(threads), 60, "the load never came about")
    os.kill(int(pid), signal.SIGKILL)
    assert server.wait_for_death() == 1
    for thread in threads:
        thread.join()
    assert "couldn't get a connection after" not in server.stderr()


def servers_with_pids(folder: Path) -> list[str]:
    listing = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True)
    return [line for line in listing.stdout.splitlines() if f"-D {folder}/pgdata " in line]


def test_an_incomplete_request_does_nothing(local: LocalServer) -> None:
    """A client that is killed in the middle of its request has no effect."""
    host, _, port = local.url.removeprefix("http://").partition(":")
    head = f"POST /v1/projects HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {local.token}\r\n"
    with socket.create_connection((host, int(port))) as half:
        half.sendall(f"{head}Content-Length: 50\r\n\r\n".encode())
        while local.settings()["inFlight"] == 0:
            pass
    while local.settings()["inFlight"] > 0:
        pass
    assert local.api("GET", "/v1/projects").json()["data"] == []


def test_a_deep_data_directory_works(place: Path) -> None:
    """The path of a Unix socket has a limit of some 100 bytes; that of a data directory has not."""
    deep = place / ("deep" * 30)
    with LocalServer(deep) as server:
        assert server.made("/v1/projects", name="shop")["database"]["status"] == "ready"


def open_to_others(folder: Path) -> list[Path]:
    """What another account of this machine could read."""
    # Where root's own folders are closed, a copy of PostgreSQL's programs stands here, which hold nothing of anybody.
    ours = (path for path in folder.rglob("*") if not path.relative_to(folder).parts[0].startswith("postgresql-"))
    return [path for path in ours if path.lstat().st_mode & 0o077 and not path.is_socket()]


def test_no_other_account_reads_the_data_directory(place: Path) -> None:
    """A colleague on the same machine sees neither my rows nor my failed statements, which hold passwords."""
    server = LocalServer(place, umask=0o022)
    with server:
        project = server.made("/v1/projects", name="shop")
        server.backup(project["database"]["id"])
        with pytest.raises(psycopg.Error):
            rows(string_of(project["database"]["connections"][0]), "a failed statement")
        assert open_to_others(place) == []
        assert stat.S_IMODE(place.stat().st_mode) == (0o711 if os.geteuid() == 0 else 0o700)
    for path in (place / "postgres.log", place / "records.sqlite", place / "backups", place / "pgdata" / "pg_hba.conf"):
        path.chmod(0o755 if path.is_dir() else 0o644)  # an earlier version left some of them like that
    with started_again(server):
        assert open_to_others(place) == []
        assert server.api("GET", f"/v1/projects/{project['id']}").status_code == 200


def test_programs_that_postgresqls_account_cannot_reach_are_linked(place: Path, tmp_path: Path) -> None:
    """As root, a virtual environment in my home works: its programs are linked where PostgreSQL's account may enter."""
    if os.geteuid() != 0:
        pytest.skip("only root's PostgreSQL runs as another account")
    hidden = tmp_path / "hidden"
    shutil.copytree(finder.find().root, hidden, copy_function=os.link)
    hidden.chmod(0o700)
    environment = {**os.environ, "PRISMA_LOCAL_POSTGRES_BIN": str(hidden / "bin")}
    with LocalServer(place, env=environment) as server:
        assert server.made("/v1/projects", name="shop")["database"]["status"] == "ready"
        [line] = servers_of(place)
        assert line.startswith(f"{place}/postgresql-17")
        [programs] = place.glob("postgresql-17*")
        assert stat.S_IMODE(programs.stat().st_mode) == 0o700
        assert (hidden / "bin" / "postgres").stat().st_mode & 0o005 == 0o005  # the original is what it was


def test_a_data_directory_that_postgresqls_account_cannot_enter_is_one_sentence(tmp_path: Path) -> None:
    """As root, a directory below a private one is refused, and the private one named."""
    if os.geteuid() != 0:
        pytest.skip("only root's PostgreSQL runs as another account")
    tmp_path.chmod(0o700)
    refused = run("--data-dir", str(tmp_path / "data"))
    assert (refused.returncode, len(refused.stderr.splitlines())) == (1, 1)
    assert "cannot pass" in refused.stderr


def test_a_second_server_on_the_same_data_is_one_sentence(place: Path) -> None:
    """Two servers cannot share a data directory; the second names the process that has it."""
    with LocalServer(place) as server:
        second = run("--data-dir", str(place))
        assert (second.returncode, second.stdout) == (1, "")
        assert second.stderr.strip() == (
            f"prisma-local: Another prisma-local (process {server.process.pid}) already serves {place}; "
            "stop it or choose another --data-dir."
        )


def test_the_port_i_ask_for_is_the_port_i_get(place: Path) -> None:
    """--port is used, and again at the next start."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = LocalServer(place, "--port", str(port))
    with server:
        assert server.url == f"http://127.0.0.1:{port}"
    with LocalServer(place) as again:
        assert again.url == server.url


def test_a_taken_port_is_one_sentence(place: Path) -> None:
    """No traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = run("--data-dir", str(place), "--port", str(port))
    assert refused.returncode == 1
    assert refused.stderr == f"prisma-local: Port {port} cannot be used: Address already in use.\n"
    assert servers_of(place) == []


def test_a_taken_postgres_port_is_reported_and_not_changed(place: Path) -> None:
    """Connection strings in use point to a port; the server does not silently take another."""
    server = LocalServer(place)
    with server:
        database = server.made("/v1/projects", name="shop")["database"]
    port = database["connections"][0]["endpoints"]["direct"]["port"]
    with socket.create_server(("127.0.0.1", port)):
        refused = run("--data-dir", str(place))
    assert refused.returncode == 1
    assert f"Port {port}, where the connection strings of {place} point, is taken" in refused.stderr
    with started_again(server):
        assert rows(string_of(database["connections"][0]), "SELECT 1") == [(1,)]


@pytest.mark.parametrize(
    "arguments",
    [
        ("--port", "http"),
        ("--port", "65536"),
        ("--port", "-1"),
        ("--data-dir",),
        ("--data-dir", "/x", "--ephemeral"),
        ("--fast",),
        ("now",),
    ],
)
def test_a_mistake_on_the_command_line_is_one_sentence(arguments: tuple[str, ...]) -> None:
    """My mistake is one line that names --help."""
    refused = run(*arguments)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert len(refused.stderr.splitlines()) == 1
    assert refused.stderr.startswith("prisma-local: ")


def test_an_invalid_data_directory_is_one_sentence(tmp_path: Path) -> None:
    """A file is no directory."""
    file = tmp_path / "file"
    file.touch()
    refused = run("--data-dir", str(file))
    assert refused.returncode == 1
    assert len(refused.stderr.splitlines()) == 1


def test_a_postgresql_of_another_version_is_refused(tmp_path: Path) -> None:
    """It must be 17, also in PRISMA_LOCAL_POSTGRES_BIN."""
    for tool in ("initdb", "pg_ctl", "postgres"):
        (tmp_path / tool).write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 16.4'\n")
        (tmp_path / tool).chmod(0o755)
    environment = {**os.environ, "PRISMA_LOCAL_POSTGRES_BIN": str(tmp_path)}
    refused = run("--ephemeral", env=environment)
    assert (refused.returncode, "a PostgreSQL 16.4; it must be 17." in refused.stderr) == (1, True)
    missing = run("--ephemeral", env={**environment, "PRISMA_LOCAL_POSTGRES_BIN": str(tmp_path / "none")})
    assert (missing.returncode, "does not hold initdb" in missing.stderr) == (1, True)


def test_help_and_version() -> None:
    """--help shows an example and names /_local, --version a version; neither starts anything."""
    output = run("--help")
    assert (output.returncode, output.stderr) == (0, "")
    assert "prisma-local --ephemeral > local.env" in output.stdout
    assert "GET /_local/" in output.stdout
    assert "every account of this machine" in output.stdout.lower()
    for word in ("NODE_EXTRA_CA_CERTS", "PGSSLROOTCERT", "shadow database", "extensions"):
        assert word in output.stdout
    assert run("--version").stdout.startswith("prisma-local 0.")


@pytest.mark.parametrize(
    ("already", "name"),
    [({}, "NODE_EXTRA_CA_CERTS"), ({"NODE_EXTRA_CA_CERTS": "/my/company.pem"}, "PRISMA_LOCAL_CERTIFICATE")],
)
def test_the_certificate_is_printed_at_the_start(place: Path, already: dict[str, str], name: str) -> None:
    """I export what is printed, and Node trusts the certificate; the one that it trusts already is not lost."""
    environment = {key: value for key, value in os.environ.items() if key != "NODE_EXTRA_CA_CERTS"} | already
    command = [COMMAND, "--data-dir", str(place / "with space")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        assert process.stdout is not None
        try:
            lines = [process.stdout.readline().decode().strip() for _ in range(3)]
            printed = subprocess.run(["sh", "-c", f'{lines[2]}; cat "${name}"'], capture_output=True, text=True)
        finally:
            process.terminate()
    assert [line.partition("=")[0] for line in lines] == ["PRISMA_API_BASE_URL", "PRISMA_SERVICE_TOKEN", name]
    assert printed.stdout.startswith("-----BEGIN CERTIFICATE-----")


def test_it_runs_for_an_ordinary_user(place: Path) -> None:
    """It does not need root. The account gets a copy, as it may not be able to enter the folder of this tree."""
    if os.geteuid() != 0:
        pytest.skip("every other test here is that test")
    nobody = pwd.getpwnam("nobody")
    os.chown(place.parent, nobody.pw_uid, nobody.pw_gid)
    options = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": "/"}
    packages = _for_everybody(place.parent / "packages")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(packages), "HOME": str(place.parent)}
    program = [_python_of_everybody(options), "-m", "prisma_local"]
    with LocalServer(place, program=program, env=environment, **options) as server:
        string = string_of(server.made("/v1/projects", name="shop")["database"]["connections"][0])
        assert rows(string, "SELECT 1") == [(1,)]
        assert {path.owner() for path in place.rglob("*")} == {"nobody"}
    assert servers_of(place) == []


def _for_everybody(folder: Path) -> Path:
    """The local control plane and all that it is installed with, where every account can read it."""
    shutil.copytree(Path(prisma_local.__file__).parent, folder / "prisma_local", dirs_exist_ok=True)
    for needed in {"pulumi-prisma", *_needed("pulumi-prisma", "local")}:
        for file in distribution(needed).files or ():
            if ".." not in file.parts and "__pycache__" not in file.parts:
                (folder / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(str(file.locate()), folder / file)
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    return folder


def _needed(name: str, extra: str = "") -> set[str]:
    """The requirements of a distribution, or of one of its extras, and theirs in turn."""
    found: set[str] = set()
    for needed in map(Requirement, requires(name) or ()):
        if needed.marker.evaluate({"extra": extra}) if needed.marker else not extra:
            found |= {needed.name}.union(*(_needed(needed.name, each) for each in ("", *needed.extras)))
    return found


def _python_of_everybody(options: Shape) -> str:
    """A Python of this version that an unprivileged account can run."""
    same = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for program in (sys.executable, f"/usr/bin/{same}", f"/usr/local/bin/{same}"):
        try:
            subprocess.run([program, "-c", "import prisma_local"], capture_output=True, check=False, **options)
        except OSError:  # it does not exist, or lies in root's home
            continue
        return program
    pytest.skip(f"no {same} here that an account other than root can run")


def test_variables_outlive_a_restart(place: Path) -> None:
    """Values are read again with the key in the data directory; a damaged key is said before anything is served."""
    with LocalServer(place) as server:
        project = server.made("/v1/projects", name="shop")
        body = {"projectId": project["id"], "class": "production", "key": "TIER", "value": "small"}
        server.made("/v1/environment-variables", **body)
        [branch] = server.api("GET", f"/v1/projects/{project['id']}/branches").json()["data"]
        before = server.control("POST", "variables", {"branchId": branch["id"]})["data"]
    with LocalServer(place) as server:
        assert server.control("POST", "variables", {"branchId": branch["id"]})["data"] == before
    assert before["TIER"] == "small" and before["DATABASE_URL"] == project["database"]["connectionString"]
    (place / "variables.key").write_bytes(b"half a key")
    refused = run("--data-dir", str(place))
    assert refused.returncode == 1 and "variables.key is damaged" in refused.stderr
    assert "Traceback" not in refused.stderr
