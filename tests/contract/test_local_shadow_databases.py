"""Databases that a tenant makes itself, as `prisma migrate dev` makes its shadow database."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing
from itertools import count
from typing import Any

import psycopg
import pytest

from local_server import LocalServer, naming, user_of
from prisma_local.postgres.names import CONNECTION_LIMIT, SHADOW_LIMIT
from waiting import wait_until

Shape = dict[str, Any]
Session = psycopg.Connection[tuple[Any, ...]]
SHADOW = "prisma_migrate_shadow_db_1"


class Tenant:
    """A database, and the URL of its default connection and of another."""

    def __init__(self, server: LocalServer, name: str) -> None:
        self.project = server.made("/v1/projects", name=name)
        self.database: Shape = self.project["database"]
        self.web = server.made("/v1/connections", databaseId=self.database["id"], name="web")
        self.own: str = self.database["connections"][0]["endpoints"]["direct"]["connectionString"]
        self.string: str = self.web["endpoints"]["direct"]["connectionString"]
        self.pg_name = user_of(self.own)

    def run(self, *statements: str, database: str = "postgres") -> None:
        with closing(connect(naming(self.string, database))) as session:
            for statement in statements:
                session.execute(statement)


def connect(string: str) -> Session:
    return psycopg.connect(string, autocommit=True)


def refused(string: str) -> str:
    with pytest.raises(psycopg.OperationalError) as caught:
        connect(string)
    return str(caught.value)


def value(string: str, query: str) -> Any:
    with closing(connect(string)) as session:
        row = session.execute(query).fetchone()
    assert row is not None
    return row[0]


def eventually(is_so: Callable[[], bool]) -> None:
    """The server looks at what tenants have made once a second."""
    wait_until(is_so, 60, "the server did not see to it")


@pytest.fixture
def mine(local: LocalServer) -> Tenant:
    return Tenant(local, "mine")


def test_i_create_a_database_fill_it_and_drop_it(local: LocalServer, mine: Tenant) -> None:
    """What `prisma migrate dev` does with its shadow database, by any connection of my database."""
    before = local.postgres()
    mine.run(f"CREATE DATABASE {SHADOW}")
    mine.run("CREATE TABLE users (id int)", "CREATE EXTENSION citext", database=SHADOW)
    assert value(naming(mine.own, SHADOW), "SELECT count(*) FROM users") == 0
    mine.run(f"DROP DATABASE {SHADOW}")
    assert local.postgres() == before


def test_nobody_else_is_in_it(local: LocalServer, mine: Tenant) -> None:
    """PostgreSQL lets everybody into a new database; here not even for a moment."""
    other = Tenant(local, "other")
    mine.run(f"CREATE DATABASE {SHADOW}")
    for string in (other.own, other.string):
        assert "permission denied for database" in refused(naming(string, SHADOW))
    with closing(connect(other.own)) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute(f"DROP DATABASE {SHADOW}")
    with closing(connect(other.own)) as session, pytest.raises(psycopg.errors.InsufficientPrivilege):
        session.execute(f"CREATE DATABASE stolen TEMPLATE {SHADOW}")


def test_a_database_that_is_a_template_is_not_copied_by_others(local: LocalServer, mine: Tenant) -> None:
    """I mark my database as a template, for whatever reason: the mark is taken away."""
    mine.run(f"ALTER DATABASE {mine.pg_name} IS_TEMPLATE true")
    query = f"SELECT datistemplate FROM pg_database WHERE datname = '{mine.pg_name}'"
    eventually(lambda: value(mine.own, query) is False)


@pytest.mark.parametrize("what", ["databases", "projects"])
def test_it_is_dropped_with_its_database(local: LocalServer, mine: Tenant, what: str) -> None:
    """I delete the database, or its project: the shadow databases are gone, with a session open in one."""
    mine.run(f"CREATE DATABASE {SHADOW}", "CREATE DATABASE another")
    kept = Tenant(local, "kept")
    kept.run("CREATE DATABASE theirs")
    with closing(connect(naming(mine.own, SHADOW))) as session:
        session.execute("BEGIN; CREATE TABLE t (n int)")
        found = mine.database if what == "databases" else mine.project
        local.gone(found["id"])
        held = local.postgres()["databases"]
    assert sorted(held) == sorted([kept.pg_name, "theirs"])


def test_a_renamed_database_is_dropped_too(local: LocalServer, mine: Tenant) -> None:
    """From its shadow database I rename my database, and give it to another role: it is deleted all the same."""
    mine.run(f"CREATE DATABASE {SHADOW}")
    role = user_of(mine.string)
    mine.run(f"ALTER DATABASE {mine.pg_name} RENAME TO elsewhere", database=SHADOW)
    mine.run("SET ROLE NONE", f"REASSIGN OWNED BY {mine.pg_name}_owner TO {role}", database=SHADOW)
    assert local.api("DELETE", f"/v1/connections/{mine.web['id']}").status_code == 204
    assert role not in local.postgres()["roles"]
    local.gone(mine.project["id"])
    assert local.postgres() == {"databases": [], "roles": []}


def test_there_is_a_limit_of_their_number(local: LocalServer, mine: Tenant) -> None:
    """A tool that never drops its shadow databases is refused; when I have dropped some, it works again."""

    def create(number: int) -> bool:
        try:
            mine.run(f"CREATE DATABASE shadow_{number}")
        except psycopg.errors.InsufficientPrivilege:
            return False
        return True

    def held() -> list[str]:
        return [name for name in local.postgres()["databases"] if name.startswith("shadow_")]

    numbers = count()
    eventually(lambda: not create(next(numbers)))
    eventually(lambda: held() == sorted(f"shadow_{n}" for n in range(SHADOW_LIMIT)))
    mine.run("DROP DATABASE shadow_0", "DROP DATABASE shadow_1")
    eventually(lambda: create(next(numbers)))
    Tenant(local, "other").run("CREATE DATABASE theirs")


def test_its_sessions_count_as_those_of_its_database(local: LocalServer, mine: Tenant) -> None:
    """The limit of sessions is one for my database and its shadow databases together."""
    mine.run(f"CREATE DATABASE {SHADOW}")
    with ExitStack() as sessions:
        for string in (mine.own, naming(mine.string, SHADOW)) * (CONNECTION_LIMIT // 2):
            sessions.enter_context(closing(connect(string)))
        for string in (mine.own, mine.string, naming(mine.own, SHADOW)):
            assert "too many connections for database" in refused(string)


def test_its_size_counts_as_that_of_its_database(local: LocalServer, mine: Tenant) -> None:
    """The usage of my database, and its size on the page, hold what is in its shadow databases."""

    def used() -> tuple[float, int]:
        usage = local.api("GET", f"/v1/databases/{mine.database['id']}/usage").json()["metrics"]["storage"]["used"]
        [workspace] = local.http.get("/_page/overview").json()["workspaces"]
        [project] = workspace["projects"]
        return usage * 2**30, project["databases"][0]["size"]

    before = used()
    mine.run(f"CREATE DATABASE {SHADOW}")
    mine.run("CREATE TABLE big AS SELECT repeat('x', 100) FROM generate_series(1, 10000)", database=SHADOW)
    for earlier, now in zip(before, used(), strict=True):
        assert now > earlier + 7_000_000


def test_clone_backup_and_restore_leave_it_alone(local: LocalServer, mine: Tenant) -> None:
    """They copy my database; the shadow databases stay what they are, and mine."""
    mine.run(f"CREATE DATABASE {SHADOW}", "CREATE TABLE kept AS SELECT 42 AS answer")
    mine.run("CREATE TABLE shadowed AS SELECT 1 AS n", database=SHADOW)
    source: Shape = {"type": "database", "databaseId": mine.database["id"]}
    clone = local.made("/v1/databases", projectId=mine.project["id"], name="clone", source=source)
    string = clone["connections"][0]["endpoints"]["direct"]["connectionString"]
    assert value(string, "SELECT answer FROM kept") == 42
    backup = {**source, "type": "backup", "backupId": local.backup(mine.database["id"])["id"]}
    path = f"/v1/databases/{mine.database['id']}"
    assert local.api("POST", f"{path}/restore", {"source": backup}).is_success
    eventually(lambda: bool(local.api("GET", path).json()["data"]["status"] == "ready"))
    assert value(naming(mine.own, SHADOW), "SELECT n FROM shadowed") == 1
    assert "permission denied for database" in refused(naming(string, SHADOW))
    local.gone(clone["id"])
    assert SHADOW in local.postgres()["databases"]
    local.gone(mine.project["id"])
    assert local.postgres() == {"databases": [], "roles": []}


def test_a_start_knows_whose_it_is(place: Any) -> None:
    """After a restart my shadow database is there, without a warning, and is dropped with mine."""
    with LocalServer(place) as server:
        mine = Tenant(server, "mine")
        mine.run(f"CREATE DATABASE {SHADOW}")
    with LocalServer(place) as server:
        assert [line for line in server.stderr().splitlines() if "no record knows" in line] == []
        assert value(naming(mine.own, SHADOW), "SELECT 1") == 1
        server.gone(mine.project["id"])
        assert server.postgres() == {"databases": [], "roles": []}
