"""Clones, backups, restores and usage: rows that are copied for real."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from local_server import LocalServer

Shape = dict[str, Any]
Session = psycopg.Connection[tuple[Any, ...]]

# All kinds of objects that a copy could lose, or that could depend on the source's roles.
CONTENT = """
CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, what text NOT NULL);
INSERT INTO orders (what) SELECT 'order ' || n FROM generate_series(1, 50) n;
CREATE VIEW recent AS SELECT * FROM orders WHERE id > 40;
CREATE SCHEMA back_office;
CREATE TYPE back_office.state AS ENUM ('open', 'shut');
CREATE FUNCTION back_office.twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT 2 * n';
CREATE TABLE back_office.days (day int CHECK (back_office.twice(day) > 0), state back_office.state);
CREATE EXTENSION pg_trgm;
"""


def database(local: LocalServer, project: Shape, name: str = "orders", **more: Any) -> Shape:
    return local.made("/v1/databases", projectId=project["id"], name=name, **more)


@contextmanager
def connect(shape: Shape) -> Iterator[Session]:
    string = shape["connections"][0]["endpoints"]["direct"]["connectionString"]
    with psycopg.connect(string, autocommit=True) as session:
        yield session


def value(session: Session, query: str) -> Any:
    row = session.execute(query).fetchone()
    assert row is not None
    return row[0]


def rows(shape: Shape) -> Any:
    with connect(shape) as session:
        return value(session, "SELECT count(*) FROM orders")


def filled(local: LocalServer, project: Shape, statements: str = CONTENT) -> Shape:
    made = database(local, project, "source")
    with connect(made) as session:
        session.execute(statements)
    return made


def from_database(source: Shape) -> Shape:
    return {"type": "database", "databaseId": source["id"]}


def from_backup(source: Shape, backup: Shape) -> Shape:
    return {"type": "backup", "databaseId": source["id"], "backupId": backup["id"]}


def restore(local: LocalServer, target: Shape, source: Shape) -> tuple[int, Shape]:
    response = local.api("POST", f"/v1/databases/{target['id']}/restore", {"source": source})
    return response.status_code, response.json()


def settled(local: LocalServer, found: Shape) -> str:
    """The status a restore ends with."""
    while True:
        status: str = local.api("GET", f"/v1/databases/{found['id']}").json()["data"]["status"]
        if status != "recovering":
            return status
        time.sleep(0.02)


def check_independent(local: LocalServer, source: Shape, copy: Shape) -> None:
    """The copy has everything and owns it, and does not depend on its source."""
    with connect(copy) as session:
        assert value(session, "SELECT count(*) FROM recent") == 10
        session.execute("INSERT INTO orders (what) VALUES ('51st')")
        session.execute("ALTER TABLE back_office.days ADD COLUMN note text")
        session.execute("DROP VIEW recent")
        assert value(session, "SELECT similarity('order', 'orders') > 0.5")
        foreign = "SELECT count(*) FROM pg_class WHERE relowner NOT IN ('prisma_admin'::regrole, current_role::regrole)"
        assert value(session, foreign) == 0
    assert (rows(source), rows(copy)) == (50, 51)
    local.gone(source["id"])
    held = local.postgres()
    assert (len(held["databases"]), len(held["roles"])) == (1, 2)
    assert rows(copy) == 51


@pytest.mark.parametrize(
    "source", [{"type": "database", "databaseId": "db_cunknownunknown"}, {"type": "database", "databaseId": "x y"}]
)
def test_a_source_that_is_not_there_is_not_found(local: LocalServer, project: Shape, source: Shape) -> None:
    """404, and nothing is created."""
    body = {"projectId": project["id"], "source": source}
    assert local.api("POST", "/v1/databases", body).status_code == 404
    assert local.postgres() == {"databases": [], "roles": []}


def test_another_workspaces_data_cannot_be_cloned(local: LocalServer, project: Shape) -> None:
    """Neither by its database nor by its backup."""
    mine = database(local, project)
    backup = local.backup(mine["id"])
    token, _ = local.mint("other")
    theirs = local.api("POST", "/v1/projects", {"createDatabase": False}, token=token).json()["data"]
    for source in (from_database(mine), from_backup(mine, backup)):
        body = {"projectId": theirs["id"], "source": source}
        assert local.api("POST", "/v1/databases", body, token=token).status_code == 404
    for method, path in (("GET", "backups"), ("GET", "usage"), ("POST", "restore")):
        asked = {"source": from_backup(mine, backup)} if method == "POST" else None
        assert local.api(method, f"/v1/databases/{mine['id']}/{path}", asked, token=token).status_code == 404


def test_a_source_that_is_not_ready_is_refused(local: LocalServer, project: Shape) -> None:
    """A database that is still provisioning has nothing to copy."""
    mine = database(local, project)
    local.drift(mine["id"], status="provisioning")
    refused = local.api("POST", "/v1/databases", {"projectId": project["id"], "source": from_database(mine)})
    assert (refused.status_code, "provisioning" in refused.json()["error"]["message"]) == (400, True)


def test_a_clone_has_the_rows_and_is_independent(local: LocalServer, project: Shape) -> None:
    """Without sessions on the source it is copied as a template."""
    source = filled(local, project)
    copy = database(local, project, "copy", source=from_database(source))
    assert copy["source"] == from_database(source)
    assert local.api("GET", f"/v1/databases/{copy['id']}").json()["data"]["source"] == from_database(source)
    check_independent(local, source, copy)


def test_a_source_in_use_is_cloned_all_the_same(local: LocalServer, project: Shape) -> None:
    """With sessions on the source it is dumped and loaded, and they are not ended."""
    source = filled(local, project)
    with connect(source) as session:
        copy = database(local, project, "copy", source=from_database(source))
        assert value(session, "SELECT 1") == 1
    check_independent(local, source, copy)


def test_a_clone_does_not_depend_on_grants_of_its_source(local: LocalServer, project: Shape) -> None:
    """A source whose roles are named in grants is cloned, and can be deleted afterwards."""
    source = filled(local, project)
    user = source["connections"][0]["endpoints"]["direct"]["connectionString"].split("//")[1].split(":")[0]
    with connect(source) as session:
        session.execute(f"GRANT SELECT ON orders TO {user}")
        session.execute(f"ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {user}")
        session.execute("SET ROLE NONE")
        session.execute("CREATE TABLE by_itself ()")
    copy = database(local, project, "copy", source=from_database(source))
    check_independent(local, source, copy)


def test_a_clone_keeps_the_settings(local: LocalServer, project: Shape) -> None:
    """What ALTER DATABASE … SET says is copied, too."""
    source = filled(local, project)
    with connect(source) as session:
        name = value(session, "SELECT current_database()")
        session.execute(f"ALTER DATABASE {name} SET search_path = back_office, public")
    copy = database(local, project, "copy", source=from_database(source))
    with connect(copy) as session:
        assert value(session, "SHOW search_path") == "back_office, public"


@pytest.mark.parametrize("field", ["source", "fromDatabase"])
def test_the_older_route_clones_too(local: LocalServer, project: Shape, field: str) -> None:
    """By source, and by the deprecated fromDatabase."""
    source = filled(local, project)
    backup = local.backup(source["id"])
    path = f"/v1/projects/{project['id']}/databases"
    older = {"fromDatabase": {"id": source["id"]}} if field == "fromDatabase" else {"source": from_database(source)}
    copy = local.made(path, **older)
    assert (copy["source"], rows(copy)) == (from_database(source), 50)
    older = {"fromDatabase": {"id": source["id"], "backupId": backup["id"]}}
    copy = local.made(path, **(older if field == "fromDatabase" else {"source": from_backup(source, backup)}))
    assert (copy["source"], rows(copy)) == (from_backup(source, backup), 50)


def test_what_is_loaded_has_no_more_rights_than_its_tenant(local: LocalServer, project: Shape) -> None:
    """A function of mine that runs while my backup is loaded does not find itself a superuser."""
    greedy = """
    CREATE FUNCTION greedy(n int) RETURNS bool LANGUAGE plpgsql AS $$ BEGIN
      PERFORM set_config('role', 'none', false);
      IF (SELECT rolsuper FROM pg_roles WHERE rolname = session_user) THEN RAISE 'superuser'; END IF;
      RETURN true;
    END $$;
    CREATE TABLE orders (n int CHECK (greedy(n)));
    INSERT INTO orders VALUES (1);
    """
    source = filled(local, project, greedy)
    copy = database(local, project, "copy", source=from_backup(source, local.backup(source["id"])))
    assert rows(copy) == 1


def test_backups_are_listed_the_newest_first(local: LocalServer, project: Shape) -> None:
    """Each says what it is and how large; a limit cuts the list and says so."""
    mine = filled(local, project)
    path = f"/v1/databases/{mine['id']}/backups"
    empty = {"data": [], "meta": {"backupRetentionDays": 7}, "pagination": {"hasMore": False, "limit": 25}}
    assert local.api("GET", path).json() == empty
    taken = [local.backup(mine["id"]) for _ in range(3)]
    assert local.api("GET", path).json()["data"] == taken[::-1]
    assert (taken[0]["status"], taken[0]["backupType"]) == ("completed", "full")
    assert taken[0]["size"] > 1000
    two = local.api("GET", path, params={"limit": "2"}).json()
    assert (two["data"], two["pagination"]) == (taken[:0:-1], {"hasMore": True, "limit": 2})
    for limit in ("0", "101", "many"):
        assert local.api("GET", path, params={"limit": limit}).status_code == 400
    assert local.http.post("/_local/backups", json={"databaseId": "db_cunknownunknown"}).status_code == 404


def test_backups_are_deleted_with_their_database(local: LocalServer, project: Shape) -> None:
    """Their files are deleted, and they are not found any more."""
    mine, other = database(local, project, "mine"), database(local, project, "other")
    source = from_backup(mine, local.backup(mine["id"]))
    local.gone(mine["id"])
    assert local.api("GET", f"/v1/databases/{mine['id']}/backups").status_code == 404
    assert restore(local, other, source)[0] == 404


def test_a_database_is_created_from_a_backup(local: LocalServer, project: Shape) -> None:
    """The rows are those at the time of the backup."""
    source = filled(local, project)
    backup = local.backup(source["id"])
    with connect(source) as session:
        session.execute("DELETE FROM orders WHERE id < 10")
    copy = database(local, project, "copy", source=from_backup(source, backup))
    assert copy["source"] == from_backup(source, backup)
    assert (rows(source), rows(copy)) == (41, 50)


def test_an_invalid_restore_is_refused(local: LocalServer, project: Shape) -> None:
    """No such target, source or backup: 404. An unusable backup: 422. Not ready: 409. Nothing changes."""
    mine, other = filled(local, project), database(local, project, "other")
    backup = local.backup(mine["id"])
    good = from_backup(mine, backup)
    assert restore(local, {"id": "db_cunknownunknown"}, good)[0] == 404
    assert restore(local, mine, {**good, "databaseId": "db_cunknownunknown"})[0] == 404
    assert restore(local, mine, {**good, "databaseId": other["id"]})[0] == 404
    assert restore(local, mine, {**good, "backupId": "bkp_unknown"})[0] == 404
    for source in ({}, {"type": "empty"}, from_database(mine), {**good, "backupId": 1}):
        assert restore(local, mine, source)[0] == 422
    for status in ("provisioning", "recovering"):
        local.drift(other["id"], status=status)
        assert restore(local, other, good)[0] == 409
    local.drift(backup["id"], status="failed")
    assert restore(local, mine, good)[0] == 422
    assert local.api("POST", "/v1/databases", {"projectId": project["id"], "source": good}).status_code == 400
    assert rows(mine) == 50


def test_a_restore_replaces_the_data_and_keeps_the_credentials(local: LocalServer, project: Shape) -> None:
    """Everything since the backup is lost, sessions end, and every connection string still works."""
    mine = filled(local, project)
    backup = local.backup(mine["id"])
    second = local.made("/v1/connections", databaseId=mine["id"], name="second")
    with connect(mine) as session:
        name = value(session, "SELECT current_database()")
        session.execute(f"ALTER DATABASE {name} SET statement_timeout = '7s'")
        session.execute("DROP TABLE orders CASCADE")
        session.execute("CREATE TABLE newer ()")
        status, response = restore(local, mine, from_backup(mine, backup))
        with pytest.raises(psycopg.OperationalError):
            session.execute("SELECT 1")
    assert (status, response["data"]["status"], response["data"]["id"]) == (200, "recovering", mine["id"])
    assert response["data"]["source"] == from_backup(mine, backup)
    assert settled(local, mine) == "ready"
    for connections in (mine["connections"], [second]):
        with connect({"connections": connections}) as session:
            assert value(session, "SELECT count(*) FROM orders") == 50
            assert value(session, "SELECT to_regclass('newer') IS NULL")
            assert value(session, "SHOW statement_timeout") == "7s"
            session.execute("INSERT INTO orders (what) VALUES ('next')")
            session.execute("DELETE FROM orders WHERE id > 50")
    shown = local.api("GET", f"/v1/databases/{mine['id']}").json()["data"]
    assert shown["source"] == {"type": "empty"}
    assert {row["id"] for row in shown["connections"]} == {mine["defaultConnectionId"], second["id"]}
    held = local.postgres()
    assert (held["databases"], len(held["roles"])) == ([name], 3)


def test_another_databases_backup_can_be_restored(local: LocalServer, project: Shape) -> None:
    """Staging gets production's data, and keeps its own owner."""
    source, target = filled(local, project), database(local, project, "target")
    assert restore(local, target, from_backup(source, local.backup(source["id"])))[0] == 200
    assert settled(local, target) == "ready"
    check_independent(local, source, target)


def test_while_it_recovers_nobody_can_log_in(local: LocalServer, project: Shape) -> None:
    """Its status is recovering as long as I set; a second restore is refused, a rotation still holds afterwards."""
    mine = filled(local, project)
    source = from_backup(mine, local.backup(mine["id"]))
    local.settings(recovering=5.0)
    assert restore(local, mine, source)[0] == 200
    assert restore(local, mine, source)[0] == 409
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        rows(mine)
    new = local.made("/v1/connections", databaseId=mine["id"], name="new")
    rotated = local.made(f"/v1/connections/{mine['defaultConnectionId']}/rotate")
    assert settled(local, mine) == "ready"
    assert rows({"connections": [new]}) == rows({"connections": [rotated]}) == 50


def test_a_restore_that_fails_leaves_the_data(local: LocalServer, project: Shape) -> None:
    """The status is failure, the old rows are there, and a usable backup makes it ready again."""
    hostile = "CREATE TABLE orders (n int); INSERT INTO orders VALUES (1);"
    mine, other = filled(local, project), filled(local, project, hostile)
    with connect(other) as session:  # a constraint that holds now and not when it is loaded
        session.execute(
            "CREATE FUNCTION moody(n int) RETURNS bool LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN session_user NOT LIKE '%loader'; END $$"
        )
        session.execute("ALTER TABLE orders ADD CHECK (moody(n))")
    good = from_backup(mine, local.backup(mine["id"]))
    assert restore(local, mine, from_backup(other, local.backup(other["id"])))[0] == 200
    assert settled(local, mine) == "failure"
    assert rows(mine) == 50
    assert len(local.postgres()["databases"]) == 2
    assert restore(local, mine, good)[0] == 200
    assert settled(local, mine) == "ready"
    assert rows(mine) == 50


def test_a_database_that_is_deleted_while_it_recovers_stays_deleted(local: LocalServer, project: Shape) -> None:
    """A running restore does not undo a delete."""
    mine = filled(local, project)
    local.settings(recovering=0.3)
    assert restore(local, mine, from_backup(mine, local.backup(mine["id"])))[0] == 200
    local.gone(mine["id"])
    assert local.postgres() == {"databases": [], "roles": []}


def usage(local: LocalServer, shape: Shape, **query: str) -> tuple[int, Shape]:
    response = local.api("GET", f"/v1/databases/{shape['id']}/usage", params=query)
    return response.status_code, response.json()


@pytest.mark.parametrize(
    "query",
    [
        {"startDate": "yesterday"},
        {"endDate": "2026-13-01"},
        {"startDate": ""},
        {"startDate": "2026-02-01", "endDate": "2026-01-01"},
    ],
)
def test_an_invalid_period_is_refused(local: LocalServer, project: Shape, query: dict[str, str]) -> None:
    """Dates are dates, in their order."""
    status, response = usage(local, database(local, project), **query)
    assert (status, response["error"]["code"]) == (400, "validation-error")


def test_usage_is_what_postgresql_counts(local: LocalServer, project: Shape) -> None:
    """Storage grows with my rows, operations with my statements; the period is this month."""
    mine = database(local, project)
    status, before = usage(local, mine)
    now = datetime.now(UTC)
    assert (status, datetime.fromisoformat(before["period"]["start"])) == (
        200,
        now.replace(day=1, hour=0, minute=0, second=0, microsecond=0),
    )
    with connect(mine) as session:
        session.execute("CREATE TABLE big AS SELECT repeat('x', 100) FROM generate_series(1, 20000)")
        for _ in range(100):
            session.execute("SELECT 1")
    deadline = time.monotonic() + 10  # PostgreSQL counts a session's transactions when it ends
    while (after := usage(local, mine)[1]["metrics"])["operations"]["used"] < 100:
        assert time.monotonic() < deadline
    grown = after["storage"]["used"] - before["metrics"]["storage"]["used"]
    assert 20000 * 100 / 2**30 < grown < 0.01
    assert (after["storage"]["unit"], after["operations"]["unit"]) == ("GiB", "ops")


def test_a_period_before_its_creation_used_nothing(local: LocalServer, project: Shape) -> None:
    """A database that did not exist used nothing; the period is the one of my query."""
    status, response = usage(local, database(local, project), startDate="2020-01-01", endDate="2020-02-01T12:00:00Z")
    assert (status, response["period"]) == (
        200,
        {"start": "2020-01-01T00:00:00.000Z", "end": "2020-02-01T12:00:00.000Z"},
    )
    assert [metric["used"] for metric in response["metrics"].values()] == [0, 0]
