"""What an operator looks at: how databases are, their backups, what they used. Nothing of it changes anything."""

from __future__ import annotations

import os
import pty
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local_server import LocalServer
from prisma_provider.cli.command import CONTENTS
from signed_in import COMMAND, CommandLine, finish


@pytest.fixture
def operator(local: LocalServer, tmp_path: Path) -> CommandLine:
    return CommandLine(local, tmp_path, PRISMA_SERVICE_TOKEN=local.token)


@pytest.fixture
def orders(local: LocalServer, project: dict[str, Any]) -> dict[str, Any]:
    return local.made("/v1/databases", projectId=project["id"], name="orders", isDefault=True, region="eu-central-1")


@pytest.fixture
def on_its_way(local: LocalServer, project: dict[str, Any]) -> dict[str, Any]:
    """A database that is provisioning, and stays so."""
    local.settings(provisioning=600)
    return local.made("/v1/databases", projectId=project["id"], name="orders")


def test_nothing_there(operator: CommandLine) -> None:
    """In an empty workspace I am told that there is nothing."""
    assert operator.run("status") == "There is no database.\nPlan: Local, not blocked.\n"
    assert operator.asked("status") == []
    assert operator.asked("usage") == []
    assert 'no database "orders"' in operator.run("backups", "orders", expect=1)


def test_status(operator: CommandLine, orders: dict[str, Any]) -> None:
    """A line for each database; as JSON the same."""
    (line,) = [line for line in operator.run("status").splitlines() if orders["id"] in line]
    assert line.split() == ["shop", "orders", "ready", "yes", "main", "eu-central-1", "1", orders["id"]]
    (shown,) = operator.asked("status")
    assert (shown["name"], shown["status"], shown["isDefault"], shown["connections"]) == ("orders", "ready", True, 1)
    assert operator.asked("status", "--project", "shop") == [shown]


def test_the_plan(operator: CommandLine) -> None:
    """Below the databases I see the plan, and that the workspace is blocked; a service without it says nothing."""
    operator.server.settings(planName="Free", usageBlocked=True)
    last = operator.run("status").splitlines()[-1]
    assert last.startswith("Plan: Free, BLOCKED: databases refuse queries, and keep their data. See http://127.0.0.1:")
    operator.server.fault(method="GET", path="/v1/workspaces/*/subscription", kind="status", status=404)
    assert operator.run("status") == "There is no database.\n"


ORDERS = "::error::x\n::add-mask::y\x1b[31m ##[group]z"
"""A name that a terminal, or a job that prints it, would obey."""


def test_what_a_terminal_would_obey(operator: CommandLine, project: dict[str, Any]) -> None:
    """A name that somebody made of control characters, or of our table's own marks, is only shown."""
    operator.server.made("/v1/databases", projectId=project["id"], name="[red]\x1b[31morders")
    said = operator.run("status")
    assert "\x1b" not in said
    assert "[red]�[31morders" in said


def test_no_command_obeys_a_name(operator: CommandLine, tmp_path: Path) -> None:
    """Whatever things are called, no command's output moves my terminal or gives the job orders that prints it."""
    project = operator.server.made("/v1/projects", name=ORDERS, createDatabase=False)
    first, *_ = [operator.server.made("/v1/databases", projectId=project["id"], name=ORDERS) for _ in range(2)]
    operator.server.made("/v1/connections", databaseId=first["id"], name=ORDERS)
    operator.server.backup(first["id"])
    operator.server.drift(first["id"], status="failure")
    file = str(tmp_path / "__main__.py")
    said = [
        operator.run(*command, expect=expect)
        for command, expect in (
            (["status"], 0),
            (["adopt"], 0),
            (["adopt", "--program", file], 0),
            (["adopt", "--project", ORDERS + "?"], 1),
            (["usage"], 0),
            (["usage", ORDERS], 1),
            (["backups", ORDERS], 1),
            (["backups", first["id"]], 0),
        )
    ]
    for line in "".join(said).splitlines():
        assert line.isprintable()
        assert not line.lstrip().startswith("::") and "##[" not in line


def test_watch(operator: CommandLine, orders: dict[str, Any]) -> None:
    """It stays until a restore has ended, tells both ends of it, and then shows how things are."""
    backup = operator.server.backup(orders["id"])
    operator.server.settings(recovering=600)
    source = {"type": "backup", "databaseId": orders["id"], "backupId": backup["id"]}
    operator.server.api("POST", f"/v1/databases/{orders['id']}/restore", {"source": source})
    watching = operator.start("status", "--watch", "--every", "0.2")
    assert next(watching.stderr or iter(())) == f'database "orders" ({orders["id"]}): recovering\n'
    operator.server.drift(orders["id"], status="ready")
    said = finish(watching)
    assert f'database "orders" ({orders["id"]}): ready\n' in said
    assert "ready  " in said


def test_watch_a_failure(operator: CommandLine, on_its_way: dict[str, Any]) -> None:
    """A database that cannot be made ends the watch with an exit status that a script can use."""
    watching = operator.start("status", "--watch", "--every", "0.2")
    assert ": provisioning" in next(watching.stderr or iter(()))
    operator.server.drift(on_its_way["id"], status="failure")
    assert ": failure" in finish(watching, expect=1)


def test_backups(operator: CommandLine, orders: dict[str, Any]) -> None:
    """The newest first, by the database's name or its id."""
    first, second = (operator.server.backup(orders["id"]) for _ in range(2))
    for name in ("orders", orders["id"]):
        assert [each["id"] for each in operator.asked("backups", name)] == [second["id"], first["id"]]
    said = operator.run("backups", "orders")
    assert first["id"] in said and "KiB" in said and " UTC" in said


def test_a_near_miss(operator: CommandLine, orders: dict[str, Any]) -> None:
    """A name that I mistyped comes with the one that I meant."""
    assert 'Did you mean "orders"?' in operator.run("backups", "order", expect=1)
    assert 'Did you mean "shop"?' in operator.run("status", "--project", "shops", expect=1)


def test_doctor(operator: CommandLine, tmp_path: Path) -> None:
    """The service's part of the examination holds against the API itself; no secret is shown."""
    empty = tmp_path / "empty"
    empty.mkdir()
    operator.environment["PATH"] = str(empty)
    found = {each["name"]: each for each in operator.asked("doctor")["checks"]}
    assert [found[name]["ok"] for name in ("python", "api", "token", "workspace", "plan")] == [True] * 5
    assert (found["api"]["url"], found["plan"]["blocked"]) == (operator.server.url, False)
    assert (found["pulumi"]["ok"], found["backend"]["ok"], found["plugin"]["ok"]) == (False, None, None)
    said = operator.run("doctor", expect=1)
    assert "✗ pulumi" in said and operator.server.token not in said


def test_two_of_one_name(operator: CommandLine, project: dict[str, Any]) -> None:
    """A name that two databases have is an error that names both."""
    ids = [operator.server.made("/v1/databases", projectId=project["id"], name="twin")["id"] for _ in range(2)]
    said = operator.run("backups", "twin", expect=1)
    assert all(each in said for each in ids)


def test_usage(operator: CommandLine, orders: dict[str, Any]) -> None:
    """Of one database or of all, this month or between dates."""
    (shown,) = operator.asked("usage")
    assert (shown["name"], shown["id"]) == ("orders", orders["id"])
    assert shown["storageGib"] > 0
    (then,) = operator.asked("usage", "orders", "--from", "2026-01-01", "--to", "2026-01-31")
    assert then["periodStart"].startswith("2026-01-01")
    said = operator.run("usage")
    assert " MiB" in said and "From 1 " in said and " UTC" in said
    assert "2026-13-01" in operator.run("usage", "--from", "2026-13-01", expect=2)


def test_they_only_read(operator: CommandLine, orders: dict[str, Any]) -> None:
    """None of these commands sends anything but questions, and none tells a secret."""
    secret = operator.server.made(f"/v1/connections/{orders['defaultConnectionId']}/rotate")["pass"]
    operator.server.clear()
    said: Callable[..., str] = operator.run
    told = said("status") + said("adopt") + said("backups", "orders") + said("usage") + said("whoami")
    assert {call["method"] for call in operator.server.requests()} == {"GET"}
    assert secret not in told and operator.server.token not in told


def test_watch_on_a_terminal(operator: CommandLine, on_its_way: dict[str, Any]) -> None:
    """On a terminal a line moves until the database is ready."""
    terminal, stderr = pty.openpty()
    environment = {**operator.environment, "TERM": "xterm-256color", "COLUMNS": "120"}
    command = [COMMAND, "status", "--watch", "--every", "0.2"]
    said = b""
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=stderr) as process:
        os.close(stderr)
        while part := _read(terminal):
            said += part
            if b"provisioning" in part:
                operator.server.drift(on_its_way["id"], status="ready")
    os.close(terminal)
    assert process.returncode == 0
    assert [word in said for word in (b"orders", b": ready", b"\x1b[")] == [True] * 3


def _read(terminal: int) -> bytes:
    """What came; nothing when the other end has closed it, which Linux reports as an error."""
    try:
        return os.read(terminal, 4096)
    except OSError:
        return b""


@pytest.mark.parametrize("name", CONTENTS)
def test_help(name: str, operator: CommandLine) -> None:
    """Every command says what it is for, and shows an example."""
    said = operator.run(name, "--help")
    assert "Example" in said and f"pulumi-prisma {name}" in said
