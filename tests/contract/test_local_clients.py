"""Real clients take the connection strings of prisma-local: Prisma's tools, node-postgres, SQLAlchemy, asyncpg.

Not run here: the schema engine of Prisma 7, a program that is downloaded from elsewhere than npm. The one
of 6.19 is in its package, in WebAssembly.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import asyncpg  # type: ignore[import-untyped]  # the package has no py.typed
import psycopg
import pytest
import sqlalchemy
from sqlalchemy.ext.asyncio import create_async_engine

from local_server import LocalServer, user_of
from npm_packages import installed

Shape = dict[str, Any]
CLIENTS = Path(__file__).with_name("clients")
PRISMA_6 = ("prisma@6.19.3", "@prisma/adapter-pg@6.19.3")
PRISMA_7 = ("prisma@~7.10.0", "@prisma/client@~7.10.0", "@prisma/adapter-pg@~7.10.0", "pg@8")
PRISMA_8 = ("prisma@8.0.0-rc.19", "@prisma/orm-postgres@8.0.0-rc.13", "typescript@5")
USERS = 'CREATE TABLE "User" (id serial PRIMARY KEY, email text NOT NULL UNIQUE)'


class Database:
    """A database, as a program sees it that has its URLs in the environment."""

    def __init__(self, server: LocalServer) -> None:
        self.made: Shape = server.made("/v1/projects", name="shop")["database"]
        web = server.made("/v1/connections", databaseId=self.made["id"], name="web")
        self.direct: str = web["endpoints"]["direct"]["connectionString"]
        self.pooled: str = web["endpoints"]["pooled"]["connectionString"]
        self.pg_name = user_of(self.made["connections"][0]["endpoints"]["direct"]["connectionString"])
        self.certificate: str = server.http.get("/_local/").json()["certificate"]["path"]

    @property
    def environment(self) -> dict[str, str]:
        return {
            **os.environ,
            "DIRECT_URL": self.direct,
            "DATABASE_URL": self.pooled,
            "NODE_EXTRA_CA_CERTS": self.certificate,
            "NODE_NO_WARNINGS": "1",
            "CHECKPOINT_DISABLE": "1",
            "DO_NOT_TRACK": "1",
            "PRISMA_HIDE_UPDATE_MESSAGE": "1",
            "PRISMA_CLIENT_ENGINE_TYPE": "client",  # otherwise 6.19 downloads an engine that is not used here
            "PRISMA_SCHEMA_ENGINE_BINARY": shutil.which("true") or "",  # and 7 one that `generate` does not use
        }

    def rows(self, query: str) -> list[Any]:
        with psycopg.connect(self.direct) as session:
            return [row[0] for row in session.execute(query).fetchall()]

    def run(self, statement: str) -> None:
        with psycopg.connect(self.direct) as session:
            session.execute(statement)


class Project:
    """A copy of a Node project of ours, with packages."""

    def __init__(self, folder: Path, name: str, packages: tuple[str, ...], database: Database) -> None:
        self.folder = folder / name
        self.environment = database.environment
        modules = installed(*packages)
        shutil.copytree(CLIENTS / name, self.folder)
        (self.folder / "package.json").write_text('{"private": true}')
        (self.folder / "node_modules").symlink_to(modules)

    def run(self, *command: str) -> str:
        options: dict[str, Any] = {"cwd": self.folder, "env": self.environment, "stdin": subprocess.DEVNULL}
        done = subprocess.run(command, capture_output=True, timeout=300, check=False, **options)
        output: str = done.stdout.decode()
        assert done.returncode == 0, f"{' '.join(command)}:\n{output}{done.stderr.decode()}"
        return output

    def prisma(self, *arguments: str) -> str:
        return self.run(str(self.folder / "node_modules" / ".bin" / "prisma"), *arguments)


@pytest.fixture
def database(local: LocalServer) -> Database:
    return Database(local)


def test_prisma_migrate_dev_deploy_and_db_push(local: LocalServer, database: Database, tmp_path: Path) -> None:
    """I develop with `migrate dev`, which makes a shadow database each time, and go on with `deploy` and `db push`."""
    project = Project(tmp_path, "prisma6", PRISMA_6, database)
    schema = project.folder / "prisma" / "schema.prisma"
    project.prisma("migrate", "dev", "--name", "first", "--skip-generate")
    schema.write_text(schema.read_text().replace("@unique", "@unique\n  name  String?"))
    project.prisma("migrate", "dev", "--name", "second", "--skip-generate")
    applied = "SELECT substr(migration_name, 16) FROM _prisma_migrations ORDER BY started_at"
    columns = "SELECT column_name::text FROM information_schema.columns WHERE table_name = 'User' ORDER BY 1"
    assert (database.rows(applied), database.rows(columns)) == (["first", "second"], ["email", "id", "name"])
    assert local.postgres()["databases"] == [database.pg_name]

    production = Database(local)
    project.environment = production.environment
    project.prisma("migrate", "deploy")
    assert production.rows(applied) == ["first", "second"]
    schema.write_text(schema.read_text().replace("@unique", "@unique\n  age   Int?"))
    project.prisma("db", "push", "--skip-generate")
    assert production.rows(columns) == ["age", "email", "id", "name"]


def test_prisma_client_7_and_node_postgres(database: Database, tmp_path: Path) -> None:
    """With NODE_EXTRA_CA_CERTS both take the direct and the pooled URL as they are, and verify the certificate."""
    project = Project(tmp_path, "prisma7", PRISMA_7, database)
    assert project.run("node", "pg.cjs").split() == [database.pg_name] * 2
    database.run(USERS)
    project.prisma("generate", "--schema", "schema.prisma")
    project.run("node", "client.cjs")
    assert database.rows('SELECT email FROM "User" ORDER BY id') == ["DIRECT_URL", "DATABASE_URL"]


@pytest.mark.skipif("PRISMA_TEST_ORM_8" not in os.environ, reason="PRISMA_TEST_ORM_8 is not set: 1.1 GB of packages")
def test_the_command_line_of_orm_8(database: Database, tmp_path: Path) -> None:
    """`prisma db migrate` of ORM 8 applies a planned migration, and verifies it."""
    project = Project(tmp_path, "prisma8", PRISMA_8, database)
    project.prisma("contract", "emit")
    project.prisma("migration", "plan", "--name", "first", "--no-interactive")
    assert "1 migration will run" in project.prisma("db", "migrate", "--db", database.direct, "--show")
    project.prisma("db", "migrate", "--db", database.direct)
    project.prisma("db", "verify", "--db", database.direct)
    assert database.rows('SELECT count(*) FROM "User"') == [0]


@pytest.mark.parametrize("driver", ["psycopg", "asyncpg"])
@pytest.mark.parametrize("form", ["direct", "pooled"])
def test_sqlalchemy(database: Database, driver: str, form: str) -> None:
    """SQLAlchemy takes the URL once it names a driver."""
    url = getattr(database, form).replace("postgres://", f"postgresql+{driver}://")
    query = sqlalchemy.text("SELECT current_database()")
    if driver == "psycopg":
        engine = sqlalchemy.create_engine(url, connect_args={"prepare_threshold": None})
        with engine.connect() as session:
            found = session.execute(query).scalar()
        engine.dispose()
    else:
        found = asyncio.run(_asyncpg_by_sqlalchemy(url.replace("sslmode=", "ssl="), query))
    assert found == database.pg_name


async def _asyncpg_by_sqlalchemy(url: str, query: sqlalchemy.TextClause) -> Any:
    # pgbouncer before 1.21 loses prepared statements.
    engine = create_async_engine(url, connect_args={"statement_cache_size": 0, "prepared_statement_cache_size": 0})
    async with engine.connect() as session:
        found = (await session.execute(query)).scalar()
    await engine.dispose()
    return found


@pytest.mark.parametrize("query", ["sslmode=require", "sslmode=verify-full&sslrootcert={certificate}"])
def test_asyncpg_and_libpq(database: Database, query: str) -> None:
    """The URL as it is, or with the certificate and everything verified."""
    url = database.direct.replace("sslmode=require", query.format(certificate=database.certificate))

    async def ask() -> Any:
        session = await asyncpg.connect(url)
        try:
            return await session.fetchval("SELECT current_database()")
        finally:
            await session.close()

    assert asyncio.run(ask()) == database.pg_name
    with psycopg.connect(url) as session:
        assert session.execute("SELECT current_database()").fetchone() == (database.pg_name,)


def test_another_certificate_is_not_trusted(database: Database) -> None:
    """Without our certificate verify-full refuses, so that the test above means something."""
    with pytest.raises(psycopg.OperationalError, match="certificate verify failed"):
        psycopg.connect(database.direct.replace("sslmode=require", "sslmode=verify-full&sslrootcert=system"))
