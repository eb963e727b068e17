"""The schema of an application, applied by its own tool after the database was made; on both hosts."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from e2e.hosts import both_hosts
from e2e.stack import Stack, sql
from npm_packages import installed

CLIENTS = Path(__file__).parents[1] / "contract/clients"

PROGRAM = """
shop = prisma.Project("shop")
orders = prisma.Database("orders", project_id=shop.id)
web = prisma.Connection("web", database_id=orders.id{rotation})
schema = prisma.Migration("schema", direct_url=web.direct_url, {way})
pulumi.export("direct_url", web.direct_url)
pulumi.export("applied", schema.applied)
"""
PRISMA = 'tool="prisma", directory="app"'

TOOL = f"""#!{sys.executable}
import hashlib, os, pathlib, sys, uuid, psycopg
assert sys.argv[1:] == ["migrate", "deploy"], sys.argv
assert not [name for name in os.environ if name.startswith(("PULUMI_", "PRISMA_SERVICE"))], os.environ.keys()
assert os.environ["DATABASE_URL"] == os.environ["DIRECT_URL"]
print("Datasource", os.environ["DATABASE_URL"])
with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as c:
    c.execute("create table if not exists _prisma_migrations (id text primary key, checksum text not null, "
        "finished_at timestamptz, migration_name text not null, logs text, rolled_back_at timestamptz, "
        "started_at timestamptz not null default now(), applied_steps_count int not null default 0)")
    done = [name for name, in c.execute("select migration_name from _prisma_migrations")]
    for file in sorted(pathlib.Path("prisma/migrations").glob("*/migration.sql")):
        if file.parent.name in done: continue
        text = file.read_text()
        print("Applying", file.parent.name, flush=True)
        if "bad" in text: sys.exit("Error: P3018 A migration failed to apply")
        c.execute(text)
        c.execute("insert into _prisma_migrations (id, checksum, finished_at, migration_name) "
            "values (%s, %s, now(), %s)",
            [str(uuid.uuid4()), hashlib.sha256(file.read_bytes()).hexdigest(), file.parent.name])
"""


def add(stack: Stack, name: str, text: str) -> None:
    """A migration of the application, and the tool that it has installed."""
    app = stack.folder / "app"
    binary = app / "node_modules/.bin/prisma"
    if not binary.exists():
        binary.parent.mkdir(parents=True)
        binary.write_text(TOOL)
        binary.chmod(0o755)
        (app / "node_modules/prisma").mkdir()
        (app / "node_modules/prisma/package.json").write_text(json.dumps({"version": "7.1.0"}))
        (app / "package.json").write_text("{}")
        (app / "prisma/migrations").mkdir(parents=True)
        (app / "prisma/migrations/migration_lock.toml").write_text('provider = "postgresql"')
    file = app / "prisma/migrations" / name / "migration.sql"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)


def program(rotation: str = "", way: str = PRISMA) -> str:
    """The program."""
    return PROGRAM.format(rotation=rotation, way=way)


@both_hosts
def test_from_nothing_to_a_schema(stack: Stack) -> None:
    """One `up` makes database and schema, though it starts slowly; then nothing is run but a new migration."""
    add(stack, "1_init", "create table parcels (what text)")
    preview = stack.preview(program())
    assert "1_init" in preview.messages
    stack.server.settings(coldStartRefusing=2, coldStartDropping=2)
    stack.up()
    stack.server.settings(coldStartRefusing=0, coldStartDropping=0)
    url = stack.outputs()["direct_url"]
    sql(url, "insert into parcels values ('paper')")
    assert stack.outputs()["applied"] == ["1_init"]
    assert stack.preview().writes_nothing
    assert stack.up().writes_nothing
    assert stack.refresh().writes_nothing

    add(stack, "2_weight", "alter table parcels add weight int")
    preview = stack.preview()
    assert preview.steps["schema"] == "update" and "pending: 2_weight" in preview.messages
    assert sql(url, "select count(*) from information_schema.columns where table_name = 'parcels'") == [(1,)]
    stack.up()
    assert sql(url, "select what, weight from parcels") == [("paper", None)]
    assert stack.preview().writes_nothing

    rotated = program(rotation=', rotation_trigger="2"')
    assert stack.preview(rotated).steps["schema"] == "same"
    assert stack.up().steps["schema"] == "same"
    assert stack.preview().writes_nothing

    add(stack, "3_bad", "bad")
    failed = stack.up(expect=1)
    assert "P3018" in failed.messages and "prisma migrate resolve" in failed.messages
    password = url.partition("@")[0].rpartition(":")[2]
    assert password not in failed.output and password not in stack.export()
    assert "pending: 3_bad" in stack.preview().messages
    (stack.folder / "app/prisma/migrations/3_bad/migration.sql").write_text("create index on parcels (what)")
    stack.up()
    assert stack.outputs()["applied"] == ["1_init", "2_weight", "3_bad"]
    assert "Schema and data" in stack.destroy().messages


COMMAND = f"""#!{sys.executable}
import os, pathlib, psycopg
print("with", os.environ["KEY"])
pathlib.Path("versions/__pycache__").mkdir(exist_ok=True)
pathlib.Path("versions/__pycache__/left").write_text("x")
with psycopg.connect(os.environ["DIRECT_URL"], autocommit=True) as c:
    c.execute("create table if not exists runs (n serial)")
    c.execute("insert into runs default values")
"""

OTHER = """
from pulumi import Output
shop = prisma.Project("shop")
orders = prisma.Database("orders", project_id=shop.id, region="{region}", allow_replace=True)
web = prisma.Connection("{web}", database_id=orders.id)
schema = prisma.Migration("schema", direct_url=web.direct_url, command=["./migrate"], paths=["versions"],
    environment={{"KEY": Output.secret("s3cr3t-k3y")}})
pulumi.export("direct_url", web.direct_url)
"""


@both_hosts
def test_a_command_and_the_database_it_is_for(stack: Stack) -> None:
    """My own command runs once for a database; for a connection more it does not, and for a new database it does."""
    (stack.folder / "versions").mkdir()
    (stack.folder / "versions/1.py").write_text("first")
    (stack.folder / "migrate").write_text(COMMAND)
    (stack.folder / "migrate").chmod(0o755)
    runs = "select count(*) from runs"
    up = stack.up(OTHER.format(region="us-east-1", web="web"), PRISMA_LOG="info")
    assert "s3cr3t-k3y" not in up.output + stack.export()
    assert stack.preview().writes_nothing

    other = stack.preview(OTHER.format(region="us-east-1", web="other"))
    assert other.steps["schema"] == "same" and "only known after the update" in other.messages
    stack.up()
    assert sql(stack.outputs()["direct_url"], runs) == [(1,)]

    stack.up(OTHER.format(region="eu-central-1", web="other"))
    assert sql(stack.outputs()["direct_url"], runs) == [(1,)]
    assert stack.preview().writes_nothing


@both_hosts
def test_prisma_s_own_tool(stack: Stack) -> None:
    """The real `prisma migrate deploy` of 6.19 applies what is pending; a migration that fails says why."""
    modules = installed("prisma@6.19.3", "@prisma/adapter-pg@6.19.3")
    app = stack.folder / "app"
    shutil.copytree(CLIENTS / "prisma6", app)
    (app / "package.json").write_text('{"private": true}')
    (app / "node_modules").symlink_to(modules)
    migrations = app / "prisma/migrations"

    def write(name: str, text: str) -> None:
        (migrations / name).mkdir(parents=True, exist_ok=True)
        (migrations / name / "migration.sql").write_text(text)

    write("1_init", "create table parcels (what text);")
    (migrations / "migration_lock.toml").write_text('provider = "postgresql"\n')
    certificate = stack.server.http.get("/_local/").json()["certificate"]["path"]
    environment = {
        "NODE_EXTRA_CA_CERTS": certificate,
        "CHECKPOINT_DISABLE": "1",
        "PRISMA_HIDE_UPDATE_MESSAGE": "1",
        "PRISMA_CLIENT_ENGINE_TYPE": "client",  # otherwise 6.19 downloads an engine that is not used here
    }
    way = f"{PRISMA}, environment={environment!r}"

    stack.up(program(way=way))
    url = stack.outputs()["direct_url"]
    assert sql(url, "select count(*) from parcels") == [(0,)]
    assert stack.preview().writes_nothing

    write("2_more", "create table parcels (i int);")
    failed = stack.up(expect=1)
    assert 'relation "parcels" already exists' in failed.messages and "prisma migrate resolve" in failed.messages
    assert "2_more failed earlier" in stack.preview().messages
    sql(url, "update _prisma_migrations set rolled_back_at = now() where migration_name = '2_more'")
    write("2_more", "alter table parcels add weight int;")
    stack.up()
    assert stack.outputs()["applied"] == ["1_init", "2_more"]

    write("1_init", "create table parcels (what text, more text);")
    edited = stack.preview()
    assert edited.writes_nothing and "1_init was edited after it was applied" in edited.messages
