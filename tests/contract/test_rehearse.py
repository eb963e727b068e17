"""A migration is rehearsed on a clone: what it would lose is counted, and production stays as it is."""

from __future__ import annotations

import json
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local_server import LocalServer
from npm_packages import installed
from prisma_provider import keys
from signed_in import CommandLine
from waiting import wait_until

SECONDS = 120.0
TOOL = '''
"""Runs SQL as a migration tool would: by DIRECT_URL, and shows what it was given."""
import os, sys, psycopg
for name in sorted(os.environ):
    if name.startswith(("PRISMA_", "PULUMI_", "PG", "OTHER", "DATABASE_URL", "DIRECT_URL")):
        print(name, os.environ[name], flush=True)
url = os.environ["DIRECT_URL"] if len(sys.argv) < 3 else open(sys.argv[2]).read()
with psycopg.connect(url, autocommit=True) as session:
    session.execute(open(sys.argv[1]).read())
'''
SHOP = """
create table users (id serial primary key, email text, name text not null default '', age int);
insert into users (email, name, age) select 'mail-' || n, 'name ' || n, case when n % 2 = 0 then n end
  from generate_series(1, 1204) n;
create table carts (id int primary key, total numeric(10, 2));
insert into carts select n, n + 0.5 from generate_series(1, 310) n;
"""


@dataclass
class Shop:
    """A database with rows, and the command as its owner has it."""

    line: CommandLine
    id: str
    url: str
    folder: Path

    def arguments(self, sql: str, *more: str) -> list[str]:
        """A rehearsal of this SQL."""
        (self.folder / "tool.py").write_text(TOOL)
        (self.folder / "next.sql").write_text(sql)
        return self.of(f"{shlex.quote(sys.executable)} tool.py next.sql", *more)

    def of(self, command: str, *more: str) -> list[str]:
        """A rehearsal of this command."""
        return ["rehearse", "--database", self.id, "--directory", str(self.folder), "--command", command, *more]

    def rehearse(self, sql: str, *more: str, expect: int) -> str:
        """What it says, on both of its outputs."""
        return finish(self.line.start(*self.arguments(sql, *more)), expect)[0]

    def found(self, sql: str, *, expect: int) -> dict[str, Any]:
        """The report as JSON."""
        return self.found_by(self.arguments(sql), expect=expect)

    def found_by(self, arguments: list[str], *, expect: int) -> dict[str, Any]:
        """The same of another command."""
        out, _ = finish(self.line.start(*arguments, "--format", "json"), expect)
        report: dict[str, Any] = json.loads(out)
        assert report["exitStatus"] == expect
        return report

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """What production answers."""
        with psycopg.connect(self.url, autocommit=True) as session:
            cursor = session.execute(query)
            return cursor.fetchall() if cursor.description else []

    def clones(self) -> list[dict[str, Any]]:
        """The databases beside it."""
        found = self.line.server.api("GET", "/v1/databases").json()["data"]
        return [each for each in found if each["id"] != self.id]


def finish(process: subprocess.Popen[str], expect: int) -> tuple[str, str]:
    out, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == expect, f"it ended with {process.returncode}:\n{out}{errors}"
    assert "\nTraceback" not in f"\n{errors}", errors
    return out, errors


@pytest.fixture
def shop(local: LocalServer, project: dict[str, Any], tmp_path: Path) -> Iterator[Shop]:
    """A shop with users and carts."""
    made = local.made("/v1/databases", projectId=project["id"], name="orders")
    url = made["connections"][0]["endpoints"]["direct"]["connectionString"]
    line = CommandLine(local, tmp_path / "home", PRISMA_SERVICE_TOKEN=local.token)
    folder = tmp_path / "shop"
    folder.mkdir()
    found = Shop(line, made["id"], url, folder)
    found.sql(SHOP)
    yield found
    assert found.sql("select count(*), count(email) from users") == [(1204, 1204)]
    assert found.sql("select count(*) from carts") == [(310,)]


def test_a_column_with_values_is_dropped(shop: Shop) -> None:
    """Status 20, and the report names the column with its count. Production is as it was, and no clone is left."""
    said = shop.rehearse("alter table users drop column email", "--format", "text", expect=20)
    assert said.startswith("Rehearsal of a migration: DATA WOULD BE LOST\n")
    assert "! drops column users.email: 1,204 of 1,204 rows hold a value." in said
    assert shop.clones() == []
    markdown = shop.rehearse("alter table users drop column age; drop table carts", expect=20)
    assert "> - drops column `users.age`: 602 of 1,204 rows hold a value." in markdown
    assert "> - drops table `carts`: 310 rows." in markdown


def test_a_nullable_column_is_added(shop: Shop) -> None:
    """Status 10: a change that loses nothing."""
    report = shop.found("alter table users add column phone text", expect=10)
    assert report["losesData"] == []
    assert report["changes"] == [{"how": "added", "kind": "column", "name": "users.phone", "detail": "text"}]


def test_nothing_is_pending(shop: Shop) -> None:
    """Status 0: the tool ran on the clone, and had nothing to do."""
    report = shop.found("select 1", expect=0)
    assert (report["losesData"], report["changes"], report["migrations"]) == ([], [], [])


def test_the_tool_fails(shop: Shop) -> None:
    """Status 1, with the tool's last words and no secret among them."""
    report = shop.found("drop table carts; select no_such_thing from users", expect=1)
    assert report["failure"]["what"] == "The command ended with status 1."
    assert any('column "no_such_thing" does not exist' in line for line in report["failure"]["lines"])
    assert shop.clones() == []


def test_what_the_tool_gets(shop: Shop) -> None:
    """It gets the clone's two URLs and no secret of mine; its output shows neither URL nor password."""
    shop.line.environment |= {
        "PULUMI_CONFIG_PASSPHRASE": "horse",
        "PGPASSWORD": "battery",
        "OTHER_URL": shop.url,
        "DATABASE_URL": shop.url,
    }
    out, errors = finish(shop.line.start(*shop.arguments("select 1")), 0)
    shown = [line.removeprefix("  | ").split()[0] for line in errors.splitlines() if line.startswith("  | ")]
    assert shown == ["DATABASE_URL", "DIRECT_URL"]
    assert "postgres://…" in errors or "…" in errors
    assert "@" not in out + errors


def test_values_that_change(shop: Shop) -> None:
    """A type that is too small, a default that is written over values, deleted rows: counted by row."""
    report = shop.found(
        """
        alter table carts alter column total type int using trunc(total / 100)::int;
        update users set name = 'anonymous' where id <= 3;
        update users set age = 0 where age is null;
        delete from users where id > 1200;
        """,
        expect=20,
    )
    assert {(each["what"], each["name"], each["lost"], each["of"]) for each in report["losesData"]} == {
        ("changes values of", "carts.total", 310, 310),
        ("changes values of", "users.name", 3, 1204),
        ("deletes rows of", "users", 4, 1204),
    }
    assert {"how": "filled", "kind": "column", "name": "users.age", "detail": "600 rows that held no value"} in report[
        "changes"
    ]


def test_renames_lose_nothing(shop: Shop) -> None:
    """A rename, a wider type and values that were copied before the old column went lose nothing."""
    report = shop.found(
        """
        alter table users rename column name to full_name;
        alter table carts rename to baskets;
        alter table baskets alter column total type numeric(12, 4);
        alter table users alter column age type bigint;
        alter table users add column mail text;
        update users set mail = email;
        alter table users drop column email;
        """,
        expect=10,
    )
    assert report["losesData"] == []
    assert {(each["how"], each["name"], each["detail"]) for each in report["changes"]} >= {
        ("renamed", "users.name", "to full_name"),
        ("renamed", "carts", "to baskets"),
        ("dropped", "users.email", "its values are in mail"),
    }


def test_a_rename_that_is_none(shop: Shop) -> None:
    """A column that is dropped and added under another name loses its values: I am told to rename it."""
    report = shop.found("alter table users drop column email, add column mail text", expect=20)
    (loss,) = report["losesData"]
    assert (loss["name"], loss["lost"]) == ("users.email", 1204)
    assert loss["note"] == "If mail, which is added, is meant to be the same, rename it instead."


def test_everything_of_a_schema(shop: Shop) -> None:
    """Indexes, constraints, enums, views, sequences, functions and schemas are told when they come, change and go."""
    shop.sql("create type mood as enum ('sad', 'ok'); create view adults as select id from users where age > 17")
    report = shop.found(
        """
        create index on users (email);
        alter table carts add constraint positive check (total > 0);
        alter type mood add value 'happy';
        create or replace view adults as select id from users where age > 20;
        create sequence tickets; create schema stock; create table stock.items (id int);
        create function twice(int) returns int language sql as 'select 2 * $1';
        alter table users alter column name drop default, alter column email set not null;
        alter table users enable row level security; grant select on carts to public;
        """,
        expect=10,
    )
    assert [(each["how"], each["kind"], each["name"]) for each in report["changes"]] == [
        ("added", "table", "stock.items"),
        ("changed", "column", "users.email"),
        ("changed", "column", "users.name"),
        ("added", "constraint", "carts.positive"),
        ("changed", "enum", "mood"),
        ("added", "function", "twice(integer)"),
        ("added", "index", "users_email_idx"),
        ("added", "privileges", "carts"),
        ("added", "row security", "users"),
        ("added", "schema", "stock"),
        ("added", "sequence", "tickets"),
        ("changed", "view", "adults"),
    ]


def test_a_table_that_is_locked(shop: Shop) -> None:
    """A statement that stops all reads shows its table, and how long."""
    held = "begin; alter table users add column x int; select pg_sleep(1); commit"
    (lock,) = shop.found(held, expect=10)["locks"]
    assert (lock["table"], lock["stopsReads"]) == ("users", True)
    assert lock["seconds"] > 0


def test_another_url(shop: Shop) -> None:
    """A command that used another URL is found out, with status 1."""
    (shop.folder / "other").write_text(shop.url)
    shop.arguments("select 1")
    command = f"{shlex.quote(sys.executable)} tool.py next.sql other"
    report = shop.found_by(shop.of(command), expect=1)
    assert report["failure"]["what"].startswith("The command did not touch the clone; it may have used another URL.")


PRISMA_6 = Path(__file__).with_name("clients") / "prisma6"
DROPPED = "-- AlterTable\nALTER TABLE users DROP COLUMN email;\n"
MIGRATIONS = """
create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null, finished_at timestamptz,
  migration_name varchar(255) not null, logs text, rolled_back_at timestamptz, started_at timestamptz default now(),
  applied_steps_count int default 0);
"""
FIRST = "insert into _prisma_migrations values ('{0}', 'x', '2026-01-01 00:00:02', '{0}', null, null, '2026-01-01', 1);"


def test_migrations_of_prisma(shop: Shop) -> None:
    """The migrations that were applied, by name and with their time; one that is pending must be applied there."""
    shop.sql(MIGRATIONS + FIRST.format("1_init"))
    for name in ("1_init", "2_phone"):
        (shop.folder / "prisma/migrations" / name).mkdir(parents=True)
        (shop.folder / "prisma/migrations" / name / "migration.sql").write_text("")
    (shop.folder / "prisma/migrations/migration_lock.toml").write_text('provider = "postgresql"')
    report = shop.found(FIRST.format("2_phone") + "alter table users add column phone text", expect=10)
    assert report["migrations"] == [{"name": "2_phone", "seconds": 2.0}]
    assert [each["name"] for each in report["changes"]] == ["users.phone"]
    assert "did not touch the clone" in shop.found("select 1", expect=1)["failure"]["what"]


def test_a_cold_start(shop: Shop) -> None:
    """A clone that refuses and drops its first connections is waited for."""
    shop.line.server.settings(coldStartRefusing=1, coldStartDropping=1)
    _, errors = finish(shop.line.start(*shop.arguments("select pg_sleep(2); alter table users add x int")), 10)
    assert "accepts no connections yet" in errors
    shop.line.server.settings(coldStartRefusing=0, coldStartDropping=0)


def test_the_tool_of_prisma_6(shop: Shop) -> None:
    """`prisma migrate deploy` itself: what it applies, and what that loses."""
    shutil.copytree(PRISMA_6, shop.folder, dirs_exist_ok=True)
    (shop.folder / "node_modules").symlink_to(installed("prisma@6.19.3", "@prisma/adapter-pg@6.19.3"))
    migrations = shop.folder / "prisma" / "migrations"
    for name, statement in (("1_phone", "alter table users add column phone text"), ("2_mail", DROPPED)):
        (migrations / name).mkdir(parents=True)
        (migrations / name / "migration.sql").write_text(statement)
    (migrations / "migration_lock.toml").write_text('provider = "postgresql"')
    shop.sql(MIGRATIONS + FIRST.format("0_init"))
    shop.line.environment["NODE_EXTRA_CA_CERTS"] = shop.line.server.http.get("/_local/").json()["certificate"]["path"]
    # Otherwise 6.19 downloads an engine that is not used here.
    command = "PRISMA_CLIENT_ENGINE_TYPE=client node_modules/.bin/prisma migrate deploy"
    report = shop.found_by(shop.of(command), expect=20)
    assert [(each["name"], each["lost"]) for each in report["losesData"]] == [("users.email", 1204)]
    assert [each["name"] for each in report["migrations"]] == ["1_phone", "2_mail"]


@pytest.fixture
def interruptible() -> Iterator[None]:
    """What is started here can be interrupted, also where the tests run in the background of a shell."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_removes_the_clone(shop: Shop, number: signal.Signals) -> None:
    """Ctrl-C, or a job that is cancelled, while the command runs: the command ends, and the clone goes."""
    process = shop.line.start(*shop.of("touch running; sleep 600"))
    wait_until((shop.folder / "running").exists, SECONDS)
    process.send_signal(number)
    finish(process, 130)
    assert shop.clones() == []


def test_a_signal_while_the_clone_is_made(shop: Shop) -> None:
    """The answer to the creation has not come, and the clone is there: it is found by its key, and goes."""
    shop.line.server.fault(method="POST", path="/v1/databases", kind="delay_after")
    process = shop.line.start(*shop.of("touch running"))
    wait_until(lambda: len(shop.clones()) == 1, SECONDS)
    process.send_signal(signal.SIGTERM)
    finish(process, 130)
    assert shop.clones() == []
    assert not (shop.folder / "running").exists()


@pytest.mark.parametrize("where", ["created", "running"])
def test_a_killed_rehearsal(shop: Shop, where: str) -> None:
    """After kill -9 the clone is left; the next rehearsal removes it, and its own."""
    if where == "created":
        shop.line.server.fault(method="POST", path="/v1/databases", kind="delay_after")
    process = shop.line.start(*shop.of("touch running; exec sleep 600"))
    wait_until((shop.folder / "running").exists if where == "running" else lambda: len(shop.clones()) == 1, SECONDS)
    process.kill()
    process.communicate()
    shop.line.server.clear_faults()
    assert len(shop.clones()) == 1
    shop.rehearse("select 1", expect=0)
    assert shop.clones() == []


def test_another_rehearsal_lives_on(shop: Shop) -> None:
    """One that runs in another job keeps its clone; what is past its time goes, and nothing else."""
    process = shop.line.start(*shop.of("touch running; while [ ! -e go ]; do sleep 0.1; done"))
    wait_until((shop.folder / "running").exists, SECONDS)
    source = {"projectId": shop.line.server.api("GET", f"/v1/databases/{shop.id}").json()["data"]["project"]["id"]}
    of_other_machines = {
        name: shop.line.server.made("/v1/databases", name=name, logicalId=key, **source)["id"]
        for name, key in (
            ("past", keys.new_rehearsal_id("db_1", 1_000_000_000)),
            ("running", keys.new_rehearsal_id("db_1", 4_000_000_000)),
            ("none", "rehearsal-of-mine-until-00000001"),
        )
    }
    mine = {each["id"] for each in shop.clones()} - {*of_other_machines.values()}
    shop.rehearse("select 1", expect=0)
    left = {each["id"] for each in shop.clones()}
    assert left == {*mine, of_other_machines["running"], of_other_machines["none"]}
    (shop.folder / "go").touch()
    finish(process, 1)  # it did nothing on its clone
    assert len(shop.clones()) == 2


def test_what_is_no_clone_is_never_removed(shop: Shop) -> None:
    """A default database, and what is to be cloned, stay whatever key they bear; the rehearsal goes on."""
    server = shop.line.server
    old = [keys.new_rehearsal_id("db_1", 1_000_000_000 + number) for number in range(2)]
    project = server.api("GET", f"/v1/databases/{shop.id}").json()["data"]["project"]["id"]
    made = server.made("/v1/databases", projectId=project, name="x", logicalId=old[0], isDefault=True)
    assert server.api("PATCH", f"/v1/databases/{shop.id}", {"logicalId": old[1]}).is_success
    said = finish(shop.line.start(*shop.arguments("select 1")), 0)[1]
    assert said.count("is not removed") == 2
    assert [each["id"] for each in shop.clones()] == [made["id"]]


def test_no_secret_in_the_list_of_processes(shop: Shop) -> None:
    """What `ps` shows has no URL in it."""
    process = shop.line.start(*shop.of("touch running; sleep 600"))
    wait_until((shop.folder / "running").exists, SECONDS)
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    process.send_signal(signal.SIGTERM)
    finish(process, 130)
    mine = [line for line in listed.splitlines() if "rehearse" in line or "sleep 600" in line]
    assert mine
    assert not any("postgres://" in line for line in mine)
