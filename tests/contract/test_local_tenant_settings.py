"""What a tenant may set on its own database and roles: others are not affected, and all of it can be deleted."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from psycopg import sql

from local_server import LocalServer, naming, user_of
from prisma_local.postgres.names import CONNECTION_LIMIT
from waiting import wait_until

Shape = dict[str, Any]
Session = psycopg.Connection[tuple[Any, ...]]

# {db}: its database, {me}: the login role, {owner}: the role it becomes, {other}: a role of another tenant.
SETTINGS = [
    "default_transaction_read_only = on",
    "default_transaction_isolation = serializable",
    "default_transaction_deferrable = on",
    "role = {owner}",
    "role = {me}",
    "session_authorization = {me}",
    "local_preload_libraries = 'nothere'",
    "search_path = 'nowhere, \\odd'",
    "client_encoding = LATIN1",
    "statement_timeout = 1",
    "lock_timeout = 1",
    "transaction_timeout = 1",
    "idle_session_timeout = 1",
    "exit_on_error = on",
    "post_auth_delay = 2147",
    "standard_conforming_strings = off",
    "default_tablespace = nowhere",
    "my.own = 'x y'",
]
TARGETS = ["DATABASE {db}", "ROLE {me}", "ROLE {owner}", "ROLE {me} IN DATABASE {db}", "ROLE {owner} IN DATABASE {db}"]
STATEMENTS = [
    "ALTER DATABASE {db} IS_TEMPLATE true",
    "ALTER DATABASE {db} ALLOW_CONNECTIONS false",
    "ALTER DATABASE {db} CONNECTION LIMIT 0",
    "ALTER DATABASE {db} CONNECTION LIMIT -1",
    "ALTER DATABASE {db} RENAME TO another",
    "ALTER DATABASE {db} OWNER TO {me}",
    "ALTER DATABASE {db} RESET ALL",
    "ALTER ROLE {me} PASSWORD 'changed'",
    "ALTER ROLE {owner} PASSWORD 'changed'",
    "ALTER ROLE {me} RENAME TO another",
    "ALTER ROLE ALL SET default_transaction_read_only = on",
    "ALTER ROLE {other} SET role = {me}",
    "COMMENT ON DATABASE {db} IS 'mine'",
    "COMMENT ON ROLE {owner} IS 'mine'",
    "GRANT CONNECT ON DATABASE {db} TO {other}",
    "REVOKE ALL ON DATABASE {db} FROM {owner}, PUBLIC",
    "GRANT {owner} TO {other}",
    "CREATE TABLE of_owner (n int)",
    "SET ROLE NONE; CREATE SCHEMA IF NOT EXISTS by_itself; CREATE TABLE by_itself.t (n int)",
    "CREATE TABLE shown (n int); GRANT ALL ON shown TO {other}, {me}",
    "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO {other}",
    "CREATE TABLE rows (n int); CREATE POLICY some ON rows TO {other}, {me}",
    "CREATE PUBLICATION everything",
    "SELECT lo_create(0)",
    "REASSIGN OWNED BY {owner} TO {me}",
    "DROP OWNED BY {owner}",
    "DROP SCHEMA public CASCADE",
    "BEGIN; CREATE TABLE prepared (n int); PREPARE TRANSACTION 'never'",
    "LOCK TABLE pg_database IN ACCESS SHARE MODE",
    "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    "SELECT pg_advisory_lock(1)",
    *(f"ALTER {target} SET {setting}" for target in TARGETS for setting in SETTINGS),
]
ENDS = ["keep", "connection", "database", "project"]
# Statements that are run, one that stays in an open transaction, and what is deleted then.
TENANT = st.tuples(
    st.lists(st.sampled_from(STATEMENTS), max_size=10), st.sampled_from(STATEMENTS), st.sampled_from(ENDS)
)


class Tenant:
    """A database of its own, with a second connection, which runs the statements."""

    def __init__(self, server: LocalServer, name: str) -> None:
        self.project = server.made("/v1/projects", name=name, createDatabase=False)
        self.database = server.made("/v1/databases", projectId=self.project["id"], name=name)
        self.connection = server.made("/v1/connections", databaseId=self.database["id"], name="second")
        self.string: str = self.connection["endpoints"]["direct"]["connectionString"]
        self.own: str = self.database["connections"][0]["endpoints"]["direct"]["connectionString"]
        self.role, self.pg_name = user_of(self.string), user_of(self.own)

    def session(self) -> Session:
        return psycopg.connect(self.string, autocommit=True)

    def filled(self, statement: str, other: Tenant) -> sql.Composed:
        names = {"db": self.pg_name, "me": self.role, "owner": f"{self.pg_name}_owner", "other": other.role}
        return sql.SQL(statement).format(**{name: sql.Identifier(value) for name, value in names.items()})

    def delete(self, server: LocalServer, what: str) -> None:
        found = {"connection": self.connection, "database": self.database, "project": self.project}
        if what in found:
            assert server.api("DELETE", f"/v1/{what}s/{found[what]['id']}").status_code == 204


def attempt(session: Session, statement: Any) -> None:
    """What PostgreSQL refuses, it refuses."""
    try:
        session.execute(statement)
    except psycopg.Error:
        with suppress(psycopg.Error):
            session.rollback()


def value(string: str, query: str) -> Any:
    with psycopg.connect(string, autocommit=True) as session:
        row = session.execute(query).fetchone()
    assert row is not None
    return row[0]


@pytest.fixture(scope="module")
def kept() -> Iterator[LocalServer]:
    """A server with a data directory, to be started again and again."""
    folder = Path(tempfile.mkdtemp(prefix="prisma-test-"))
    folder.chmod(0o755)
    server = LocalServer(folder / "data")
    server.start()
    yield server
    server.stop()
    shutil.rmtree(folder)


@given(tenants=st.lists(TENANT, min_size=2, max_size=3))
@settings(
    max_examples=8,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_it_starts_whatever_tenants_have_done(kept: LocalServer, tenants: list[tuple[list[str], str, str]]) -> None:
    """A tenant tried everything on its own database; after a SIGKILL mine are there, and what was deleted is not."""
    kept.reset()
    neighbour = Tenant(kept, "neighbour")
    made = [Tenant(kept, f"tenant {n}") for n in range(len(tenants))]
    with ExitStack() as sessions:
        for tenant, (statements, open_one, _) in zip(made, tenants, strict=True):
            session = sessions.enter_context(closing(tenant.session()))
            for statement in statements:
                attempt(session, tenant.filled(statement, neighbour))
            attempt(session, "BEGIN")
            attempt(session, tenant.filled(open_one, neighbour))
        for tenant, (_, _, end) in zip(made, tenants, strict=True):
            tenant.delete(kept, end)
        kept.kill()
    kept.start()
    assert value(neighbour.own, "SELECT 1") == 1
    held = kept.postgres()
    expected = {name for tenant, (_, _, end) in zip(made, tenants, strict=True) for name in left(tenant, end)}
    assert set(held["databases"]) | set(held["roles"]) == expected | set(left(neighbour, "keep"))
    statuses = [row["status"] for row in kept.api("GET", "/v1/databases").json()["data"]]
    assert set(statuses) == {"ready"}
    assert [line for line in kept.stderr().splitlines() if "pooled" not in line] == []
    neighbour.delete(kept, "project")
    assert set(kept.postgres()["roles"]).isdisjoint(left(neighbour, "keep"))


def left(tenant: Tenant, end: str) -> list[str]:
    """The names in PostgreSQL that a tenant still has then."""
    if end in ("database", "project"):
        return []
    names = [tenant.pg_name, f"{tenant.pg_name}_owner"]
    return names if end == "connection" else [*names, tenant.role]


@pytest.mark.parametrize("bound", ["min_val", "max_val"])
def test_every_setting_there_is(local: LocalServer, bound: str) -> None:
    """I set every setting that I may set on my database to its worst value; it can be copied and deleted."""
    tenant = Tenant(local, "greedy")
    with tenant.session() as session:
        session.execute("SET ROLE NONE; CREATE SCHEMA mine AUTHORIZATION CURRENT_USER; CREATE TABLE mine.t (n int)")
        session.execute("RESET ROLE")
        query = f"""SELECT name, CASE vartype WHEN 'bool' THEN CASE setting WHEN 'on' THEN 'off' ELSE 'on' END
            WHEN 'enum' THEN enumvals[1] WHEN 'string' THEN 'nothere' ELSE {bound} END
            FROM pg_settings WHERE context IN ('user', 'backend') ORDER BY name"""
        for name, worst in session.execute(query).fetchall():
            statement = sql.SQL("ALTER DATABASE {} SET {} = {}")
            attempt(session, statement.format(*map(sql.Identifier, (tenant.pg_name, name)), sql.Literal(worst)))
        assert len(value_of(session, "SELECT setconfig FROM pg_db_role_setting WHERE setrole = 0")) > 80
        session.execute(tenant.filled("ALTER DATABASE {db} IS_TEMPLATE true", tenant))
    shut(local, tenant)
    source = {"type": "backup", "databaseId": tenant.database["id"]}
    source["backupId"] = local.backup(tenant.database["id"])["id"]
    path = f"/v1/databases/{tenant.database['id']}"
    assert local.api("POST", f"{path}/restore", {"source": source}).status_code == 200
    wait_until(lambda: local.api("GET", path).json()["data"]["status"] == "ready", 60, "it was not restored")
    assert local.made("/v1/databases", projectId=tenant.project["id"], source=source)["status"] == "ready"
    source = {"type": "database", "databaseId": tenant.database["id"]}
    assert local.made("/v1/databases", projectId=tenant.project["id"], source=source)["status"] == "ready"
    tenant.delete(local, "connection")
    assert tenant.role not in local.postgres()["roles"]
    tenant.delete(local, "project")
    assert local.postgres() == {"databases": [], "roles": []}


def shut(local: LocalServer, tenant: Tenant) -> None:
    """Let the database take no connections any more, from another database that the role may connect to."""
    host = Tenant(local, "host")
    with closing(host.session()) as session:
        session.execute(host.filled("GRANT CONNECT ON DATABASE {db} TO {other}", tenant))
    with closing(psycopg.connect(naming(tenant.string, host.pg_name), autocommit=True)) as session:
        session.execute(tenant.filled("ALTER DATABASE {db} ALLOW_CONNECTIONS false", host))
    with pytest.raises(psycopg.OperationalError, match="not currently accepting connections"):
        tenant.session()
    host.delete(local, "project")


def value_of(session: Session, query: str) -> Any:
    row = session.execute(query).fetchone()
    assert row is not None
    return row[0]


HOLDS = """
BEGIN;
ALTER DATABASE {db} SET work_mem = '1MB';
ALTER DATABASE {db} IS_TEMPLATE true;
COMMENT ON DATABASE {db} IS 'mine';
ALTER ROLE {owner} SET work_mem = '1MB';
SET ROLE NONE;
ALTER ROLE {me} PASSWORD 'changed';
"""


@pytest.mark.parametrize("what", ["connection", "database", "project"])
def test_an_open_transaction_does_not_prevent_a_delete(local: LocalServer, what: str) -> None:
    """A forgotten transaction has changed my database, and not committed: I can delete it all the same."""
    tenant = Tenant(local, "forgetful")
    with closing(tenant.session()) as session:
        session.execute(tenant.filled(HOLDS, tenant))
        tenant.delete(local, what)
        held = local.postgres()
    assert set(held["databases"]) | set(held["roles"]) == set(left(tenant, what))


def test_a_role_in_another_database_prevents_no_delete(local: LocalServer) -> None:
    """A role owns objects in another tenant's database, with a transaction open in both: each can be deleted."""
    host, guest = Tenant(local, "host"), Tenant(local, "guest")
    invite = """ALTER DATABASE {db} IS_TEMPLATE true; GRANT CONNECT ON DATABASE {db} TO {other} WITH GRANT OPTION;
        GRANT ALL ON SCHEMA public TO {other}"""
    with closing(host.session()) as session:
        session.execute(host.filled(invite, guest))
    string = naming(guest.string, host.pg_name)
    with closing(psycopg.connect(string, autocommit=True)) as session:
        session.execute(guest.filled("SET ROLE NONE; CREATE TABLE left_behind (n int)", host))
        session.execute(host.filled("BEGIN; GRANT CONNECT ON DATABASE {db} TO {other}, PUBLIC", host))
        guest.delete(local, "connection")
        assert guest.role not in local.postgres()["roles"]
        assert value(host.own, "SELECT count(*) FROM left_behind") == 0
    string = naming(guest.own, host.pg_name)
    with closing(host.session()) as session:
        session.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {} WITH GRANT OPTION").format(
                sql.Identifier(host.pg_name), sql.Identifier(guest.pg_name)
            )
        )
    with closing(psycopg.connect(string, autocommit=True)) as session:
        session.execute(guest.filled("SET ROLE NONE; BEGIN", host))
        session.execute(host.filled("GRANT CONNECT ON DATABASE {db} TO PUBLIC", host))
        host.delete(local, "project")
        assert set(local.postgres()["roles"]) == set(left(guest, "connection")) - {guest.role}


def test_an_open_transaction_does_not_keep_a_password(local: LocalServer) -> None:
    """A thief of my password cannot keep it valid by a transaction that stays open."""
    tenant = Tenant(local, "leaked")
    with closing(tenant.session()) as session:
        session.execute(tenant.filled(HOLDS, tenant))
        rotated = local.made(f"/v1/connections/{tenant.connection['id']}/rotate")
    assert value(rotated["endpoints"]["direct"]["connectionString"], "SELECT 1") == 1
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        tenant.session()


def test_a_locked_table_does_not_block_a_backup(local: LocalServer) -> None:
    """A backup that cannot read a table fails, and requests that wait for it go on."""
    tenant = Tenant(local, "locked")
    with closing(tenant.session()) as session:
        session.execute("BEGIN; CREATE TABLE rows (n int); COMMIT; BEGIN; LOCK TABLE rows")
        response = local.http.post("/_local/backups", json={"databaseId": tenant.database["id"]})
        assert response.status_code == 500
        tenant.delete(local, "project")
    assert local.postgres() == {"databases": [], "roles": []}


def test_nobody_takes_all_sessions(local: LocalServer) -> None:
    """A program that leaks sessions gets fifty, whatever it sets, and my database still takes mine."""
    leaking, other = Tenant(local, "leaking"), Tenant(local, "other")
    with closing(leaking.session()) as session:
        session.execute(leaking.filled("ALTER DATABASE {db} CONNECTION LIMIT -1", other))
    with ExitStack() as sessions:
        for _ in range(CONNECTION_LIMIT):
            sessions.enter_context(closing(leaking.session()))
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            leaking.session()
        assert value(other.string, "SELECT 1") == 1


def test_the_sessions_of_all_connections_count(local: LocalServer) -> None:
    """The limit is the database's: two connections have it together."""
    leaking = Tenant(local, "leaking")
    with ExitStack() as sessions:
        for _ in range(CONNECTION_LIMIT // 2):
            sessions.enter_context(closing(psycopg.connect(leaking.string)))
            sessions.enter_context(closing(psycopg.connect(leaking.own)))
        with pytest.raises(psycopg.OperationalError, match="too many connections"):
            leaking.session()


def test_a_limit_that_was_lifted_is_set_again_at_the_next_start(place: Path) -> None:
    """Databases of an earlier version get the limit, too."""
    server = LocalServer(place)
    query = "SELECT datconnlimit FROM pg_database WHERE datname = current_database()"
    with server:
        tenant = Tenant(server, "lifted")
        with closing(tenant.session()) as session:
            session.execute(tenant.filled("ALTER DATABASE {db} CONNECTION LIMIT -1", tenant))
        assert value(tenant.string, query) == -1
    with LocalServer(place):
        assert value(tenant.string, query) == CONNECTION_LIMIT


def test_a_clean_up_that_fails_is_reported_and_repeated_at_the_next_start(place: Path) -> None:
    """What cannot be dropped is one warning at the start; everything else works."""
    with LocalServer(place) as server:
        tenant, other = Tenant(server, "stuck"), Tenant(server, "innocent")
    with closing(sqlite3.connect(place / "records.sqlite", isolation_level=None)) as records:
        stuck = ("deleting", "", tenant.database["id"])  # no statement can hold such a name
        records.execute("UPDATE databases SET state = ?, pg_name = ? WHERE id = ?", stuck)
    for _ in range(2):
        with LocalServer(place) as server:
            [warning] = [line for line in server.stderr().splitlines() if "could not be cleaned up" in line]
            assert f"the deleted database {tenant.database['id']}" in warning
            assert "zero-length delimited identifier" in warning
            assert "Traceback" not in server.stderr()
            assert value(other.string, "SELECT 1") == 1
