"""What a migration asks PostgreSQL: which database this is, what is applied in it, and whether another migrates it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest

from local_server import LocalServer
from prisma_provider.postgres.alone import alone
from prisma_provider.postgres.applied import read_applied_by
from prisma_provider.postgres.connecting import connect
from prisma_provider.postgres.identity import identity_of

TABLE = (
    "create table {}._prisma_migrations as select '1' id, '{}' migration_name, now() started_at, now() finished_at, "
)
TABLE += "null::timestamptz rolled_back_at, 'x' checksum"

RUN = """
import os, sys
from pathlib import Path
from prisma_provider.postgres.alone import alone
from prisma_provider.postgres.connecting import connect
from prisma_provider.user_command import run

with connect(os.environ["DIRECT_URL"]) as session, alone(session, lambda _: None, lambda: None):
    run(["sh", "-c", "echo begun; cat " + sys.argv[1]], folder=Path("."), environment=os.environ, hide=str,
        show=lambda line: print(line, flush=True), seconds=600, keeps=[session.fileno()])
"""


@pytest.fixture
def orders(local: LocalServer, project: dict[str, Any]) -> dict[str, Any]:
    """A database."""
    return local.made("/v1/databases", projectId=project["id"], name="orders")


def direct(connection: dict[str, Any]) -> str:
    """The direct connection string."""
    return str(connection["endpoints"]["direct"]["connectionString"])


def of_connections(url: str) -> str:
    """Which database it leads to."""
    with connect(url) as session:
        return identity_of(session)


def test_which_database_it_is(local: LocalServer, project: dict[str, Any], orders: dict[str, Any]) -> None:
    """Every connection of a database leads to the same one, and those of another to another."""
    first, web = orders["connections"][0], local.made("/v1/connections", databaseId=orders["id"], name="web")
    other = local.made("/v1/databases", projectId=project["id"], name="other")["connections"][0]
    assert of_connections(direct(first)) == of_connections(direct(web)) != of_connections(direct(other))


def test_two_applications_in_one_database(orders: dict[str, Any]) -> None:
    """What another application has applied in its schema is not applied for mine."""
    url = direct(orders["connections"][0])

    def names(of: str) -> list[str]:
        with connect(url) as session:
            return [entry.name for entry in read_applied_by(session, of)]

    with psycopg.connect(url, autocommit=True) as session:
        session.execute("create schema shop; create schema blog")
        session.execute(TABLE.format("shop", "0_init"))
        assert (names(f"{url}&schema=blog"), names(f"{url}&schema=shop"), names(url)) == ([], ["0_init"], ["0_init"])
        session.execute(TABLE.format("public", "1_own"))
        assert (names(f"{url}&schema=shop"), names(url)) == (["0_init"], ["1_own"])


@pytest.mark.skipif(os.name != "posix", reason="takes processes of POSIX")
def test_a_tool_that_outlives_its_run(orders: dict[str, Any], tmp_path: Path) -> None:
    """As long as the tool of a killed `up` goes on, the next one waits, and then it migrates."""
    url, end = direct(orders["connections"][0]), tmp_path / "end"
    os.mkfifo(end)
    options: dict[str, Any] = {"env": {**os.environ, "DIRECT_URL": url}, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", RUN, str(end)], **options) as running:
        assert running.stdout is not None and running.stdout.readline() == "begun\n"
        running.kill()
    waited: list[bool] = []

    def wait(_seconds: float) -> None:
        if len(waited) == 1:
            end.write_text("")  # the tool reads it, and ends
        waited.append(True)

    with connect(url) as session, alone(session, wait, lambda: waited.append(False)):
        assert waited[:2] == [False, True]
