"""The pooled endpoint: pgbouncer in front of PostgreSQL, where this machine has it."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local_server import LocalServer, naming, user_of
from prisma_local.postgres import finder
from prisma_local.postgres.account import choose
from prisma_local.postgres.cluster import Cluster
from prisma_local.postgres.pooler_files import CLIENT_LIMIT, KEEPS_PREPARED_STATEMENTS, PoolerFiles
from waiting import wait_until

Shape = dict[str, Any]
Session = psycopg.Connection[tuple[Any, ...]]

needs_pgbouncer = pytest.mark.skipif(finder.find_pooler() is None, reason="this machine has no pgbouncer")


def pooled(connection: Shape) -> str:
    found: str = connection["endpoints"]["pooled"]["connectionString"]
    return found


def direct(connection: Shape) -> str:
    found: str = connection["endpoints"]["direct"]["connectionString"]
    return found


def connect(string: str) -> Session:
    """A session as a pooler wants it: without prepared statements, which pgbouncer keeps from 1.21 on only."""
    return psycopg.connect(string, autocommit=True, prepare_threshold=None)


def value(session: Session, query: str) -> Any:
    row = session.execute(query).fetchone()
    assert row is not None
    return row[0]


def refused(string: str) -> str:
    with pytest.raises(psycopg.OperationalError) as caught:
        connect(string)
    return str(caught.value)


def is_out(session: Session) -> bool:
    try:
        session.execute("SELECT 1")
    except psycopg.OperationalError:
        return True
    return False


def poolers() -> list[tuple[int, int, Path]]:
    """Every pgbouncer of a control plane: its process, that process's parent, its settings."""
    listing = subprocess.run(["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    lines = [line.split() for line in listing.stdout.splitlines() if line.endswith("/pooler/pgbouncer.ini")]
    return [(int(pid), int(parent), Path(rest[-1])) for pid, parent, *rest in lines]


def poolers_of(folder: Path) -> list[int]:
    return [pid for pid, _, settings in poolers() if settings.is_relative_to(folder)]


@contextmanager
def started_again(server: LocalServer) -> Iterator[LocalServer]:
    server.start()
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture
def database(local: LocalServer) -> Shape:
    found: Shape = local.made("/v1/projects", name="shop")["database"]
    return found


@pytest.fixture
def connection(database: Shape) -> Shape:
    """The default connection of a new database."""
    found: Shape = database["connections"][0]
    return found


@needs_pgbouncer
def test_two_clients_share_one_session_of_postgresql(connection: Shape) -> None:
    """DATABASE_URL goes through a pooler: a session of PostgreSQL is mine for a transaction, no longer."""
    with connect(pooled(connection)) as first, connect(pooled(connection)) as second:
        assert value(first, "SELECT pg_backend_pid()") == value(second, "SELECT pg_backend_pid()")
        with first.transaction():
            mine = value(first, "SELECT pg_backend_pid()")
            assert value(second, "SELECT pg_backend_pid()") != mine
    with connect(direct(connection)) as first, connect(direct(connection)) as second:
        assert value(first, "SELECT pg_backend_pid()") != value(second, "SELECT pg_backend_pid()")


@needs_pgbouncer
def test_what_is_written_pooled_is_read_directly(local: LocalServer, database: Shape) -> None:
    """Both URLs open the same database, for the default connection and every other."""
    web = local.made("/v1/connections", databaseId=database["id"], name="web")
    with connect(pooled(web)) as session:
        session.execute("CREATE TABLE orders AS SELECT 42 AS total")
    for string in (direct(web), direct(database["connections"][0]), pooled(database["connections"][0])):
        with connect(string) as session:
            assert value(session, "SELECT total FROM orders") == 42


@needs_pgbouncer
def test_a_pooled_session_without_tls_or_password_is_refused(connection: Shape) -> None:
    """My password is never sent in clear, and another one is refused."""
    string = pooled(connection)
    password = string.partition("@")[0].rpartition(":")[2]
    assert "no encryption" in refused(string.replace("sslmode=require", "sslmode=disable"))
    assert "authentication failed" in refused(string.replace(password, "guessed"))
    with connect(string) as session:
        assert session.pgconn.ssl_in_use
        assert session.pgconn.used_password


@needs_pgbouncer
def test_through_the_pooler_a_tenant_reaches_its_own_database_only(local: LocalServer, connection: Shape) -> None:
    """My credentials open no entry of another role, no database of PostgreSQL's own, and not the pooler's console."""
    string = pooled(connection)
    theirs = pooled(local.made("/v1/projects", name="theirs")["database"]["connections"][0])
    own, other = map(user_of, (string, theirs))
    for name in (other, "template1", "pgbouncer"):
        refused(naming(string, name))
    with connect(string) as session:
        assert value(session, "SELECT current_database()") == own
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute("SELECT rolpassword FROM pg_authid")


@needs_pgbouncer
def test_the_superuser_cannot_log_in_through_the_pooler(connection: Shape) -> None:
    """The pooler allows no login that PostgreSQL refuses."""
    own = user_of(pooled(connection))
    for name in (own, "prisma_admin", "postgres", "pgbouncer"):
        for user in ("prisma_admin", pwd.getpwuid(os.geteuid()).pw_name, "postgres", "pgbouncer"):
            string = naming(pooled(connection), name).replace(f"//{own}:", f"//{user}:")
            assert "authentication failed" in refused(string)


@needs_pgbouncer
def test_rotate_locks_the_old_password_out_of_the_pooler(local: LocalServer, database: Shape) -> None:
    """After a rotation old sessions end, even if the new password is in use already; those of others do not."""
    old = database["connections"][0]
    neighbour = local.made("/v1/connections", databaseId=database["id"], name="neighbour")
    with connect(pooled(old)) as idle, connect(pooled(old)) as busy, connect(pooled(neighbour)) as untouched:
        busy.execute("BEGIN")
        new = local.made(f"/v1/connections/{old['id']}/rotate")
        assert "authentication failed" in refused(pooled(old))
        with connect(pooled(new)) as session:
            assert value(session, "SELECT 1") == 1
            assert (is_out(idle), is_out(busy), is_out(untouched)) == (True, True, False)
            assert value(session, "SELECT 1") == 1
        assert "authentication failed" in refused(pooled(old))
    with connect(pooled(new)) as session:
        assert value(session, "SELECT 1") == 1


@needs_pgbouncer
def test_nobody_takes_all_pooled_sessions(local: LocalServer) -> None:
    """A program that leaks pooled sessions is refused, or all of them end; other roles still have theirs."""
    leaking, mine = (pooled(local.made("/v1/projects", name=name)["database"]["connections"][0]) for name in "ab")
    with ExitStack() as stack:
        stays = stack.enter_context(closing(connect(mine)))
        leaked = [stack.enter_context(closing(connect(leaking))) for _ in range(CLIENT_LIMIT)]
        with suppress(psycopg.OperationalError):
            leaked.append(stack.enter_context(closing(connect(leaking))))
        wait_until(lambda: len(leaked) == CLIENT_LIMIT or is_out(leaked[0]), 60, "the sessions stayed")
        assert not is_out(stays)
        assert value(stack.enter_context(closing(connect(mine))), "SELECT 1") == 1


@needs_pgbouncer
def test_a_deleted_connection_is_out_of_the_pooler(local: LocalServer, database: Shape) -> None:
    """I delete one connection: its pooled sessions end, the others' go on."""
    web = local.made("/v1/connections", databaseId=database["id"], name="web")
    with connect(pooled(web)) as gone, connect(pooled(database["connections"][0])) as stays:
        assert local.api("DELETE", f"/v1/connections/{web['id']}").status_code == 204
        assert (is_out(gone), is_out(stays)) == (True, False)
        refused(pooled(web))


@needs_pgbouncer
def test_a_deleted_database_is_gone_for_the_pooler(local: LocalServer, database: Shape) -> None:
    """A pooled session neither keeps a deleted database alive nor outlives it."""
    string = pooled(database["connections"][0])
    with connect(string) as session:
        local.gone(database["id"])
        assert is_out(session)
        assert local.postgres() == {"databases": [], "roles": []}
    refused(string)


@needs_pgbouncer
def test_a_clone_does_not_wait_for_a_pooled_session(local: LocalServer) -> None:
    """While I am connected and idle my database is cloned as a template, and my session goes on."""
    project = local.made("/v1/projects", name="shop")
    with connect(pooled(project["database"]["connections"][0])) as session:
        session.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        before = value(session, "SELECT pg_backend_pid()")
        source = {"type": "database", "databaseId": project["database"]["id"]}
        copy = local.made("/v1/databases", projectId=project["id"], name="copy", source=source)
        assert value(session, "SELECT answer FROM kept") == 42
        # A template must have no sessions in PostgreSQL: the pooler's idle ones were ended.
        assert value(session, "SELECT pg_backend_pid()") != before
    with connect(pooled(copy["connections"][0])) as session:
        assert value(session, "SELECT answer FROM kept") == 42


@needs_pgbouncer
def test_a_restore_ends_pooled_sessions_which_can_log_in_again(local: LocalServer, database: Shape) -> None:
    """While my database is restored it has no session; afterwards the same pooled URL finds the backup's rows."""
    string = pooled(database["connections"][0])
    with connect(string) as session:
        session.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        backup = local.backup(database["id"])
        session.execute("UPDATE kept SET answer = 43")
        source = {"type": "backup", "databaseId": database["id"], "backupId": backup["id"]}
        assert local.api("POST", f"/v1/databases/{database['id']}/restore", {"source": source}).is_success
        assert is_out(session)
    while local.api("GET", f"/v1/databases/{database['id']}").json()["data"]["status"] != "ready":
        pass
    with connect(string) as session:
        assert value(session, "SELECT answer FROM kept") == 42


@needs_pgbouncer
def test_while_it_provisions_nobody_can_log_in_through_the_pooler(local: LocalServer, project: Shape) -> None:
    """While the direct URL is refused, the pooled one is, too."""
    local.settings(provisioning=1.0)
    made = local.made("/v1/databases", projectId=project["id"], name="orders")
    refused(pooled(made["connections"][0]))
    rotated = local.made(f"/v1/connections/{made['defaultConnectionId']}/rotate")
    while local.api("GET", f"/v1/databases/{made['id']}").json()["data"]["status"] != "ready":
        pass
    with connect(pooled(rotated)) as session:
        assert value(session, "SELECT 1") == 1


@needs_pgbouncer
def test_prepared_statements_outlive_a_transaction(connection: Shape) -> None:
    """My driver prepares a statement and finds it again, whichever session of PostgreSQL it gets."""
    bouncer = finder.find_pooler()
    if bouncer is None or bouncer.version < KEEPS_PREPARED_STATEMENTS:
        pytest.skip("this pgbouncer is older than 1.21")
    with (
        psycopg.connect(pooled(connection), prepare_threshold=0, autocommit=True) as first,
        psycopg.connect(pooled(connection), prepare_threshold=0) as second,
    ):
        assert [value(first, "SELECT 42") for _ in range(3)] == [42] * 3
        assert value(second, "SELECT 43") == 43  # and keeps that session of PostgreSQL to itself
        assert [value(first, "SELECT 42") for _ in range(3)] == [42] * 3


@needs_pgbouncer
def test_a_pgbouncer_that_loses_prepared_statements_is_reported(server: LocalServer) -> None:
    """With an old one my driver would fail in a way that is hard to guess, so a warning says how to do without."""
    bouncer = finder.find_pooler()
    assert bouncer is not None
    assert ("prepare_threshold=None" in server.stderr()) == (bouncer.version < KEEPS_PREPARED_STATEMENTS)


@pytest.mark.parametrize(("version", "kept"), [((1, 18), 0), ((1, 20), 0), ((1, 21), 1), ((1, 25), 1)])
def test_a_pgbouncer_gets_only_settings_that_it_knows(tmp_path: Path, version: tuple[int, int], kept: int) -> None:
    """An old one would not start with a setting for prepared statements."""
    cluster = Cluster(finder.find(), choose(), tmp_path)
    files = PoolerFiles(cluster, finder.Bouncer(Path("pgbouncer"), version), "somebody")
    files.write_access_rules()
    files.write([])
    assert files.settings.read_text().count("max_prepared_statements") == kept


@needs_pgbouncer
def test_creating_others_disturbs_no_pooled_session(local: LocalServer, connection: Shape) -> None:
    """My transaction goes on while other databases are created and deleted."""
    with connect(pooled(connection)) as session, session.transaction():
        before = value(session, "SELECT pg_backend_pid()")
        project = local.made("/v1/projects", name="another")
        local.api("DELETE", f"/v1/projects/{project['id']}")
        assert value(session, "SELECT pg_backend_pid()") == before


@needs_pgbouncer
def test_a_restart_keeps_the_pooled_url(place: Path) -> None:
    """I stop it in the evening; in the morning my DATABASE_URL is the same, and nothing ran meanwhile."""
    server = LocalServer(place)
    with server:
        string = pooled(server.made("/v1/projects", name="shop")["database"]["connections"][0])
        with connect(string) as session:
            session.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        assert len(poolers_of(place)) == 1
    assert poolers_of(place) == []
    with started_again(server), connect(string) as session:
        assert value(session, "SELECT answer FROM kept") == 42


@needs_pgbouncer
def test_a_kill_leaves_one_pooler_after_the_next_start(place: Path) -> None:
    """After a SIGKILL of the server the next start ends the orphaned pooler and serves the same URL."""
    server = LocalServer(place)
    server.start()
    string = pooled(server.made("/v1/projects", name="shop")["database"]["connections"][0])
    with connect(string) as session:
        session.execute("CREATE TABLE kept AS SELECT 42 AS answer")
        server.kill()
        [orphan] = poolers_of(place)
        server.start()
        assert is_out(session)
    with closing(connect(string)) as session:
        assert value(session, "SELECT answer FROM kept") == 42
    assert poolers_of(place) != [orphan]
    assert len(poolers_of(place)) == 1
    server.stop()
    assert poolers_of(place) == []


@needs_pgbouncer
def test_a_taken_pooled_port_is_reported_and_not_changed(place: Path) -> None:
    """Pooled URLs in use point to a port; the server does not silently take another, and leaves nothing running."""
    server = LocalServer(place)
    with server:
        made = server.made("/v1/projects", name="shop")["database"]["connections"][0]
    with socket.create_server(("127.0.0.1", made["endpoints"]["pooled"]["port"])):
        with pytest.raises(AssertionError, match=r"where the connection strings of .* point, is taken"):
            server.start()
        assert poolers_of(place) == []
    with started_again(server), connect(pooled(made)) as session:
        assert value(session, "SELECT 1") == 1


@needs_pgbouncer
def test_the_next_ephemeral_server_ends_the_pooler_of_a_killed_one() -> None:
    """Killed test runs do not pile up poolers."""
    killed = LocalServer()
    killed.start()
    [orphan] = [pid for pid, parent, _ in poolers() if parent == killed.process.pid]
    killed.kill()
    assert orphan in [pid for pid, _, _ in poolers()]
    with LocalServer():
        assert orphan not in [pid for pid, _, _ in poolers()]


@needs_pgbouncer
def test_without_its_pooler_it_ends_and_says_so(place: Path) -> None:
    """A control plane whose pooled URLs do not work stops."""
    server = LocalServer(place)
    server.start()
    [pid] = poolers_of(place)
    os.kill(pid, signal.SIGKILL)
    assert server.wait_for_death() == 1
    assert "pgbouncer ended by itself" in server.stderr()


@needs_pgbouncer
def test_no_log_holds_a_secret(place: Path) -> None:
    """The logs of the pooler and PostgreSQL hold no password."""
    with LocalServer(place) as server:
        made = server.made("/v1/projects", name="shop")["database"]["connections"][0]
        with connect(pooled(made)) as session:
            assert value(session, "SELECT 1") == 1
        password = pooled(made).partition("@")[0].rpartition(":")[2]
        refused(pooled(made).replace(password, "guessed"))
        logs = (place / "pooler.log").read_text() + (place / "postgres.log").read_text()
        assert "authentication failed" in logs
        assert password not in logs
        assert "SCRAM-SHA-256$" not in logs
        assert {path.stat().st_mode & 0o077 for path in (place / "pooler").iterdir()} == {0}


def test_without_pgbouncer_both_urls_are_the_same_and_a_warning_says_so(place: Path) -> None:
    """On a machine without pgbouncer DATABASE_URL works all the same, and a warning says what to install."""
    environment = {**os.environ, "PRISMA_LOCAL_PGBOUNCER": "none"}
    with LocalServer(place, env=environment) as server:
        made = server.made("/v1/projects", name="shop")["database"]["connections"][0]
        assert pooled(made) == direct(made)
        with connect(pooled(made)) as session:
            assert value(session, "SELECT 1") == 1
        assert "apt install pgbouncer" in server.stderr()
        assert poolers_of(place) == []


def test_a_pgbouncer_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    """The override is checked, like that of PostgreSQL."""
    old = tmp_path / "pgbouncer"
    old.write_text("#!/bin/sh\necho 'PgBouncer 1.13.0'\n")
    old.chmod(0o755)
    for program in (old, tmp_path / "none"):
        environment = {**os.environ, "PRISMA_LOCAL_PGBOUNCER": str(program)}
        with pytest.raises(AssertionError, match=r"which is no pgbouncer 1\.14 or later"):
            LocalServer(env=environment).start()
