"""What a migration does to rows, counted by PostgreSQL: real SQL, and what is found to be lost."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest

from local_server import LocalServer
from prisma_provider.postgres.applied import read_applied
from prisma_provider.postgres.catalog import read_catalog
from prisma_provider.postgres.connecting import connect
from prisma_provider.postgres.contents import Contents
from prisma_provider.rehearsal.comparison import Findings, Readings, compare, matching

USERS = """
create table users (id int primary key, email text, age int, total numeric(10, 2), made timestamp, born date, ok bool,
  score real default 0.1);
insert into users select n, 'm' || n, case when n > 2 then n end, n + 0.5, '2026-01-01 10:00', '2000-02-29', n > 5
  from generate_series(1, 10) n;
"""
LOGS = "create table logs (what text, level int); insert into logs select 'w' || n % 3, n from generate_series(1, 6) n;"


@pytest.fixture
def url(local: LocalServer, project: dict[str, Any]) -> str:
    """The direct connection string of a new database."""
    database = local.made("/v1/databases", projectId=project["id"], name="orders")
    return str(database["connections"][0]["endpoints"]["direct"]["connectionString"])


def judged(url: str, before: str, migration: str) -> Findings:
    """What a migration of this database comes to; it runs in a session of its own, as a tool's does."""
    execute(url, before)
    with connect(url) as session:
        old, contents = read_catalog(session), Contents(session)
        counts = {table.oid: contents.keep(table) for table in old.tables}
        execute(url, migration)
        new = read_catalog(session)
        found = matching(old, new)
        differences = {(p.before.oid, p.after.oid): contents.compare(p) for p in found.pairs if counts[p.before.oid]}
        return compare(old, new, found, Readings(counts, differences))


def execute(url: str, sql: str) -> None:
    """In a session of its own."""
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(sql)


def lost(url: str, before: str, migration: str) -> list[tuple[str, str, int | None, int | None]]:
    """What is lost."""
    return [(each.what, each.name, each.lost, each.of) for each in judged(url, before, migration).losses]


def test_the_same_is_the_same(url: str) -> None:
    """What nobody touched is not different, whatever types it has."""
    found = judged(url, USERS + LOGS, "select 1")
    assert (found.losses, found.changes) == ((), ())


@pytest.mark.parametrize(
    "migration",
    [
        "alter table users alter id type bigint, alter age type bigint, alter total type numeric(20, 6)",
        "alter table users alter made type timestamptz using made at time zone 'UTC', alter born type timestamp",
        "alter table users alter email type varchar(80), alter ok type text, alter age type numeric",
        "alter table users alter age type text, alter email set not null, alter email set default 'none'",
        "alter table users rename id to user_id; alter table users rename to people",
        "create schema s; alter table users set schema s",
        "alter table users drop constraint users_pkey",
        "alter table users alter score type float8",
        "create table copy as select * from users; drop table users; alter table copy rename to users",
        "create table people as select * from users; drop table users",
        "alter table users add mail text; update users set mail = email; alter table users drop email",
        "alter table users add y int; update users set y = age; alter table users drop age; alter table users rename y "
        "to age",
        "update users set age = 0 where age is null; insert into users values (11)",
        "alter table logs add id serial primary key; alter table logs alter level type bigint",
        "insert into logs select * from logs",
        "drop table empty; alter table users drop nothing",
        "vacuum full users",
    ],
)
def test_nothing_is_lost(url: str, migration: str) -> None:
    """Wider types, renames, copies, filled gaps and new rows lose nothing."""
    before = USERS + LOGS + "create table empty (id int); alter table users add nothing text"
    assert lost(url, before, migration) == []


@pytest.mark.parametrize(
    ("migration", "expected"),
    [
        ("truncate users", [("deletes rows of", "users", 10, 10)]),
        ("delete from users where id > 8", [("deletes rows of", "users", 2, 10)]),
        ("delete from logs where level = 1", [("deletes rows of", "logs", 1, 6)]),
        ("drop table users", [("drops table", "users", 10, 10)]),
        ("alter table users drop age", [("drops column", "users.age", 8, 10)]),
        ("alter table users drop age, add age int", [("changes values of", "users.age", 8, 8)]),
        ("alter table users drop email, add mail text default 'm1'", [("drops column", "users.email", 10, 10)]),
        ("alter table users alter total type int", [("changes values of", "users.total", 10, 10)]),
        ("alter table users alter email type varchar(2) using left(email, 2)", [
            ("changes values of", "users.email", 1, 10)
        ]),
        ("update users set age = age % 2 where id > 8", [("changes values of", "users.age", 2, 8)]),
        ("update users set age = null where id = 3", [("changes values of", "users.age", 1, 8)]),
        ("update users set age = 13 - age", [("changes values of", "users.age", 8, 8)]),
        ("update logs set what = 'x' where level = 1", [("changes values of", "logs.what", 1, 6)]),
        ("alter table logs drop what", [("drops column", "logs.what", 6, 6)]),
        ("drop table users; create table users (id int primary key)", [
            ("deletes rows of", "users", 10, 10),
            *[("drops column", f"users.{c}", n, 10) for c, n in (
                ("email", 10), ("age", 8), ("total", 10), ("made", 10), ("born", 10), ("ok", 10), ("score", 10))],
        ]),
        ("alter table users add m text; update users set m = email; alter table users drop email; truncate users", [
            ("deletes rows of", "users", 10, 10), ("drops column", "users.email", 10, 10)
        ]),
        ("create table people as select * from users where id > 1; drop table users", [
            ("drops table", "users", 10, 10)
        ]),
        ("drop schema public cascade; create schema public", [
            ("drops table", "logs", 6, 6), ("drops table", "users", 10, 10)
        ]),
        ("alter table users drop id; alter table users add id uuid default gen_random_uuid()", [
            ("changes values of", "users.id", 10, 10)
        ]),
    ],
)  # fmt: skip
def test_what_is_lost(url: str, migration: str, expected: list[tuple[str, str, int, int]]) -> None:
    """Rows that go, values that are overwritten, columns and tables that are dropped: each with its count."""
    assert lost(url, USERS + LOGS, migration) == expected


def test_strange_tables(url: str) -> None:
    """Any name, partitions, inheritance, a key of two columns, computed columns, domains and enums are counted."""
    before = """
    create schema "x y"; create type mood as enum ('sad', 'ok'); create domain price as numeric(9, 2) check (value > 0);
    create table "x y"."a""b.c%%" ("d'e" int, "{f}" mood, g price, twice int generated always as ("d'e" * 2) stored,
      primary key ("d'e", "{f}"));
    insert into "x y"."a""b.c%%" values (1, 'sad', 1.5), (2, 'ok', 2);
    create table events (at date not null, what text) partition by range (at);
    create table events_1 partition of events for values from ('2026-01-01') to ('2026-02-01');
    create table events_2 partition of events for values from ('2026-02-01') to ('2026-03-01');
    insert into events values ('2026-01-05', 'a'), ('2026-02-05', 'b');
    create table base (id int primary key); create table child (x int) inherits (base);
    insert into base values (1); insert into child values (2, 3)
    """.replace("%%", "%")
    migration = """
    alter table "x y"."a""b.c%" drop twice, alter g type numeric(12, 4);
    update "x y"."a""b.c%" set g = 7 where "d'e" = 1;
    drop table events_1; delete from only base
    """
    assert lost(url, before, migration) == [
        ("deletes rows of", "base", 1, 1),
        ("deletes rows of", "events", 1, 2),
        ("changes values of", 'x y.a"b.c%.g', 1, 2),
    ]


def test_what_cannot_be_counted(url: str) -> None:
    """A table that cannot be counted may have lost data: it is not taken for safe, nor is a column of it that goes."""
    columns = ", ".join(f"c{number} int" for number in range(1600))  # as many as a table can have
    found = judged(url, f"create table big ({columns})", "alter table big drop c7")
    assert [(each.what, each.name, each.lost) for each in found.losses] == [
        ("may lose data of", "big", None),
        ("drops column", "big.c7", None),
    ]
    assert all(each.said.startswith("not counted") for each in found.losses)


def test_tables_of_tools(url: str) -> None:
    """What a migration tool writes down for itself is no data: it is said that it did."""
    before = "create table alembic_version (version_num text primary key); insert into alembic_version values ('a')"
    found = judged(url, before, "update alembic_version set version_num = 'b'")
    assert found.losses == ()
    assert [(each.how, each.kind, each.name) for each in found.changes] == [
        ("recorded", "migrations", "alembic_version")
    ]


def test_the_ledger_of_orm_8(url: str) -> None:
    """Migrations of Prisma ORM 8 stand in a ledger, by name."""
    execute(
        url,
        "create schema prisma_contract;"
        "create table prisma_contract.ledger (id bigserial primary key, migration_name text);"
        "insert into prisma_contract.ledger (migration_name) values ('20260902T1300_init')",
    )
    with connect(url) as session:
        assert [each.name for each in read_applied(session)] == ["20260902T1300_init"]
    found = judged(url, "select 1", "insert into prisma_contract.ledger (migration_name) values ('next')")
    assert (found.losses, found.changes) == ((), ())
