"""Killed at a write: the next run ends with one of each, or names what is left and how to take it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from pathlib import Path
from typing import Any

import pytest
from examples._machine.processes import family

from e2e.stack import Result, Stack, connects
from local_server import LocalServer

SHOP = """
shop = prisma.Project("shop"{project})
orders = prisma.Database("orders", project_id=shop.id{database})
web = prisma.Connection("web", database_id=orders.id, name="web"{connection})
pulumi.export("database_url", web.database_url)
pulumi.export("direct_url", orders.direct_url)
"""
KINDS = {"projects": "project", "databases": "database", "connections": "connection"}
NOTHING = dict.fromkeys(KINDS.values(), "")
ADOPTED = {
    "project": ", adopt=True",
    "database": ', adopt=True, rotation_trigger="1"',
    "connection": ', adopt=True, rotation_trigger="1"',
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("victim", ["provider", "cli"])
def test_killed_when_it_was_made(stack: Stack, victim: str, kind: str) -> None:
    """Provider or CLI killed after the service acted: what is left is named, and adopt=True finishes the work."""
    stack.server.fault(method="POST", path=f"/v1/{kind}", kind="delay_after")
    stack.program(SHOP.format(**NOTHING))
    with stack.start("up", "--yes", "--skip-preview") as running:
        stack.wait_until(lambda: bool(made(stack, kind)))
        stack.wait_until_saved()
        kill(running, victim)
        stack.server.clear_faults()
        stack.wait_until(lambda: answered(stack, kind))
        if victim == "provider":
            running.wait(60)
        kill(running, "all")
    stack.pulumi("cancel", "--yes", expect=None)
    (left,) = made(stack, kind)
    stack.clear()

    refused = stack.up(expect=1)
    for part in (left["id"], "adopt=", "Prisma Console"):
        assert part in refused.messages
    assert not [path for _, path, _ in stack.sent("POST") if path == f"/v1/{kind}"]
    stack.up(SHOP.format(**{**NOTHING, KINDS[kind]: ADOPTED[KINDS[kind]]}))
    assert [each["id"] for each in made(stack, kind)] == [left["id"]]
    assert_one_of_each(stack)


@pytest.mark.parametrize("kind", KINDS)
def test_killed_while_it_was_asked_for(stack: Stack, kind: str) -> None:
    """Everything killed before the service acted, as it may yet do: the next run ends with one of each."""
    stack.server.fault(method="POST", path=f"/v1/{kind}", kind="delay")
    stack.program(SHOP.format(**NOTHING))
    with stack.start("up", "--yes", "--skip-preview") as running:
        stack.wait_until(lambda: any(path == f"/v1/{kind}" for _, path, _ in stack.sent("POST")))
        stack.wait_until_saved()
        kill(running, "all")
    stack.server.clear_faults()
    stack.wait_until(lambda: answered(stack, kind))
    stack.pulumi("cancel", "--yes", expect=None)
    if made(stack, kind):  # the service acts on what it has received, whoever waits for it
        stack.program(SHOP.format(**{**NOTHING, KINDS[kind]: ADOPTED[KINDS[kind]]}))
    stack.up()
    assert_one_of_each(stack)


@pytest.mark.parametrize(
    ("kind", "step"),
    [("projects", "answer"), ("databases", "recorded"), ("databases", "answer"), ("connections", "answer")],
)
def test_the_service_is_killed(tmp_path: Path, place: Path, kind: str, step: str) -> None:
    """The service is killed while it acts, and started again: the same run, or the next, ends with one of each."""
    with LocalServer(place) as server:
        stack = Stack(tmp_path, server)
        stack.environment["PRISMA_RETRY_LIMIT"] = "30"
        server.fault(method="POST", path=f"/v1/{kind}", kind="kill", step=step)
        stack.program(SHOP.format(**NOTHING))
        with stack.start("up", "--yes", "--skip-preview") as running:
            server.wait_for_death()
            server.start()
            running.wait(120)
        again: Result = stack.up(expect=None)
        assert again.code == 0, again.messages
        assert_one_of_each(stack)


def made(stack: Stack, kind: str) -> list[dict[str, Any]]:
    """The objects of a kind; of connections those that the program declares."""
    return [each for each in stack.all(kind) if kind != "connections" or each["name"] == "web"]


def answered(stack: Stack, kind: str) -> bool:
    """Whether the service is done with the create of this kind."""
    return any(r["status"] for r in stack.server.requests() if (r["method"], r["path"]) == ("POST", f"/v1/{kind}"))


def kill(running: subprocess.Popen[bytes], victim: str) -> None:
    """SIGKILL to the CLI, to its provider, or to everything that it started."""
    victims = family(running.pid)
    if victim == "cli":
        victims = {running.pid}
    if victim == "provider":
        victims = {pid for pid in victims if b"pulumi.dynamic" in Path(f"/proc/{pid}/cmdline").read_bytes()}
    assert victims or victim == "all"
    for pid in victims:
        with contextlib.suppress(ProcessLookupError):  # it ended with the one before
            os.kill(pid, signal.SIGKILL)


def assert_one_of_each(stack: Stack) -> None:
    """One object of each, credentials that work, and nothing left to do."""
    assert [len(made(stack, kind)) for kind in KINDS] == [1, 1, 1]
    assert all(connects(url) for url in stack.outputs().values())
    assert stack.preview().writes_nothing
