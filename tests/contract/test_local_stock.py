"""The stock: databases that are made in advance and belong to no project until a create takes one."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local_server import LocalServer, naming, user_of
from prisma_local.databases.stock import SIZE
from waiting import wait_until

Shape = dict[str, Any]
NOTHING: dict[str, list[str]] = {"databases": [], "roles": []}

# All that PostgreSQL's catalogues say of a database and its two roles, except names and ids.
ATTRIBUTES = """
SELECT encoding, datlocprovider, datistemplate, datallowconn, datconnlimit, datlocale, datcollate, datctype,
  replace(datacl::text, datname, 'NAME'), replace(datdba::regrole::text, datname, 'NAME'),
  (SELECT array_agg((replace(rolname, datname, 'NAME'), rolcanlogin, rolinherit, rolcreaterole, rolcreatedb,
    replace(rolconfig::text, datname, 'NAME'), rolconnlimit, rolvaliduntil) ORDER BY rolname)
   FROM pg_roles WHERE starts_with(rolname, datname)),
  (SELECT array_agg((nspname, nspacl::text, nspowner::regrole) ORDER BY nspname) FROM pg_namespace)::text
FROM pg_database WHERE datname = current_database()
"""


def string_of(database: Shape) -> str:
    found: str = database["connections"][0]["endpoints"]["direct"]["connectionString"]
    return found


def name_of(database: Shape) -> str:
    return user_of(string_of(database))


def made(local: LocalServer, project: Shape) -> Shape:
    return local.made("/v1/databases", projectId=project["id"], name="orders")


def row(string: str, query: str) -> Any:
    with psycopg.connect(string, autocommit=True) as session:
        return session.execute(query).fetchone()


def test_the_stock_belongs_to_no_project(local: LocalServer, project: Shape) -> None:
    """Nothing of the stock is in my lists or in /_local/postgres, and my credentials do not open it."""
    mine = made(local, project)
    stock = local.stocked()
    assert (len(stock["databases"]), len(stock["roles"])) == (SIZE, 2 * SIZE)
    assert [found["id"] for found in local.api("GET", "/v1/databases").json()["data"]] == [mine["id"]]
    own = name_of(mine)
    assert local.postgres() == {"databases": [own], "roles": [own, f"{own}_owner"]}
    for spare in stock["databases"]:
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(naming(string_of(mine), spare))
    can_log_in = "SELECT count(*) FROM pg_roles WHERE rolcanlogin AND NOT rolsuper"
    assert row(string_of(mine), can_log_in) == (1,)


def test_a_create_takes_one_and_another_is_made(local: LocalServer, project: Shape) -> None:
    """My database was made before; when I send nothing for a moment, the stock is full again."""
    before = local.stocked()["databases"]
    with_project = local.made("/v1/projects", name="whole")["database"]
    names = {name_of(made(local, project)), name_of(with_project)}
    assert names < set(before)
    after = set(local.stocked()["databases"])
    assert after > set(before) - names
    assert not after & names
    assert set(local.postgres()["databases"]) == names


def test_one_from_the_stock_is_like_any_other(local: LocalServer, project: Shape) -> None:
    """When I create more than the stock has, those from the stock are the same as the others."""
    before = set(local.stocked()["databases"])
    with ThreadPoolExecutor(2 * SIZE) as at_once:
        found = list(at_once.map(lambda _: made(local, project), range(2 * SIZE)))
    names = [name_of(database) for database in found]
    assert before < set(names)
    assert len(set(names)) == 2 * SIZE
    natures = [row(string_of(database), ATTRIBUTES) for database in found]
    assert natures == natures[:1] * len(found)
    assert local.postgres()["databases"] == sorted(names)


def test_one_from_the_stock_provisions_for_as_long_as_any_other(local: LocalServer, project: Shape) -> None:
    """Although it exists already, its roles cannot log in before it is ready."""
    local.stocked()
    local.settings(provisioning=60, provisioningEnds="failure")
    mine = made(local, project)
    assert mine["status"] == "provisioning"
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(string_of(mine))


def test_a_copy_takes_nothing_from_the_stock(local: LocalServer, project: Shape) -> None:
    """A clone is created from its source; the stock is for empty databases."""
    source = made(local, project)
    stock = local.stocked()
    copy = {"type": "database", "databaseId": source["id"]}
    local.made("/v1/databases", projectId=project["id"], name="copy", source=copy)
    assert local.stock() == stock


def test_the_stock_outlives_a_stop(place: Path) -> None:
    """What was made in advance is still there after a restart, and still belongs to no project."""
    with LocalServer(place) as server:
        before = server.stocked()
    with LocalServer(place) as server:
        assert server.stock() == before
        assert server.postgres() == NOTHING
        project = server.made("/v1/projects", name="shop")
        assert name_of(project["database"]) in before["databases"]
        assert row(string_of(project["database"]), "SELECT 1") == (1,)


def test_a_stop_while_it_is_filled_leaves_nothing_unrecorded(place: Path) -> None:
    """I need not wait until the stock is full."""
    with LocalServer(place) as server:
        wait_until(lambda: bool(server.stock()["databases"]))
    with LocalServer(place) as server:
        assert server.postgres() == NOTHING
        server.stocked()
        assert server.postgres() == NOTHING


def test_a_start_makes_the_stock_agree_with_its_records(place: Path) -> None:
    """An unfinished spare is dropped, the record of a missing one removed, and the stock becomes full."""
    with LocalServer(place) as server:
        half, *whole = server.stocked()["databases"]
    with closing(sqlite3.connect(place / "records.sqlite")) as records, records:
        records.execute("UPDATE spares SET state = 'creating' WHERE id = ?", [half])
        records.execute("INSERT INTO spares (id, state) VALUES ('db_missing', 'live')")
    with LocalServer(place) as server:
        stock = set(server.stocked()["databases"])
        assert len(stock) == SIZE
        assert stock > set(whole)
        assert not stock & {half, "db_missing"}
        assert server.postgres() == NOTHING


def test_the_stock_hides_no_leak(place: Path) -> None:
    """A database that is neither mine nor of the stock is reported, as before."""
    with LocalServer(place) as server:
        lost = server.stocked()["databases"][0]
    with closing(sqlite3.connect(place / "records.sqlite")) as records, records:
        records.execute("DELETE FROM spares WHERE id = ?", [lost])
    with LocalServer(place) as server:
        assert server.postgres() == {"databases": [lost], "roles": [lost, f"{lost}_owner"]}
        assert f"PostgreSQL holds a database {lost} that no record knows" in server.stderr()
