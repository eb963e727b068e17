"""One fault, anywhere: the first run still ends with exactly what is declared, and with credentials that work."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import psycopg
import pytest

from contract.engine import Declared, Engine, Ref
from local_server import LocalServer
from prisma_provider import errors
from prisma_provider.functions import FUNCTIONS
from prisma_provider.handlers import HANDLERS
from prisma_provider.live import Live
from prisma_provider.network.retries import time_limit

FAULTS: dict[str, dict[str, Any]] = {
    "429": {"kind": "status", "status": 429, "headers": {"Retry-After": "0"}},
    "500": {"kind": "status", "status": 500},
    "500 after it acted": {"kind": "status_after", "status": 500},
    "503 with Retry-After": {"kind": "status", "status": 503, "headers": {"Retry-After": "1"}},
    "502 as HTML": {"kind": "html", "status": 502},
    "cut before": {"kind": "cut_before"},
    "cut after": {"kind": "cut_after"},
    "too slow": {"kind": "delay", "seconds": 1.5},
    "half a body": {"kind": "truncate"},
}
WRITES = {
    "create a project": ("POST", "/v1/projects"),
    "create a branch": ("POST", "/v1/projects/*/branches"),
    "create a database": ("POST", "/v1/databases"),
    "create a connection": ("POST", "/v1/connections"),
    "rotate": ("POST", "/v1/connections/*/rotate"),
    "change a project": ("PATCH", "/v1/projects/*"),
    "promote a branch": ("PATCH", "/v1/branches/*"),
    "change a database": ("PATCH", "/v1/databases/*"),
    "delete a project": ("DELETE", "/v1/projects/*"),
    "delete a branch": ("DELETE", "/v1/branches/*"),
    "delete a database": ("DELETE", "/v1/databases/*"),
    "delete a connection": ("DELETE", "/v1/connections/*"),
}
READS = {
    "me": "/v1/me",
    "regions": "/v1/regions/postgres",
    "projects": "/v1/projects",
    "a project": "/v1/projects/*",
    "branches": "/v1/projects/*/branches",
    "a branch": "/v1/branches/*",
    "databases": "/v1/databases",
    "a database": "/v1/databases/*",
    "connections": "/v1/connections",
    "a connection": "/v1/connections/*",
    "backups": "/v1/databases/*/backups",
    "usage": "/v1/databases/*/usage",
    "workspaces": "/v1/workspaces",
}
SHOP = {
    "shop": Declared("Project", {"name": "shop", "region": "eu-central-1"}),
    "preview": Declared("Branch", {"projectId": Ref("shop"), "gitName": "pr-7"}),
    "orders": Declared("Database", {"projectId": Ref("shop"), "name": "orders", "isDefault": True}),
    "trial": Declared("Database", {"projectId": Ref("shop"), "name": "trial", "branchId": Ref("preview")}),
    "web": Declared("Connection", {"databaseId": Ref("trial"), "name": "web", "rotationTrigger": "1"}),
}
CHANGED = {
    **SHOP,
    "shop": Declared("Project", {"name": "store", "region": "eu-central-1"}),
    "preview": Declared("Branch", {"projectId": Ref("shop"), "gitName": "pr-7", "isDefault": True}),
    "trial": Declared("Database", {"projectId": Ref("shop"), "name": "sales", "branchId": Ref("preview")}),
    "web": Declared("Connection", {"databaseId": Ref("trial"), "name": "web", "rotationTrigger": "2"}),
}
WORKSPACES = count()
MAIN = Declared("Branch", {"projectId": Ref("shop"), "gitName": "main", "adopt": True, "isDefault": True})


@pytest.fixture
def engine(server: LocalServer) -> Iterator[Engine]:
    """A stack in a workspace of its own, whose provider waits a second for an answer."""
    server.clear_faults()
    token, _ = server.mint(f"faults-{next(WORKSPACES)}")
    yield Engine(server, token, {"request_timeout": 1.0, "retry_limit": 5.0, "in_flight": 4})
    server.clear_faults()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("write", ["create a project", "create a database", "create a connection", "rotate"])
def test_a_secret_write(server: LocalServer, engine: Engine, write: str, fault: str) -> None:
    """Whatever happens once to what makes an object or a secret: there is one of each, and its password works."""
    method, path = WRITES[write]
    server.fault(method=method, path=path, **FAULTS[fault])
    engine.up(SHOP)
    assert_exactly(engine, SHOP, databases={"orders", "trial"})
    if write == "rotate":
        engine.up(CHANGED)
        assert_exactly(engine, CHANGED, databases={"orders", "sales"})
    engine.up({})
    assert [rule["fired"] for rule in server.faults()] == [1]


@pytest.mark.parametrize("fault", FAULTS)
def test_every_write(server: LocalServer, engine: Engine, fault: str) -> None:
    """Whatever happens once to each kind of write: all is made, changed and deleted once, and each password works."""
    for method, path in WRITES.values():
        server.fault(method=method, path=path, **FAULTS[fault])
    engine.up(SHOP)
    assert_exactly(engine, SHOP, databases={"orders", "trial"})
    engine.up(CHANGED)
    assert_exactly(engine, CHANGED, databases={"orders", "sales"})
    engine.up({**CHANGED, "preview": SHOP["preview"], "main": MAIN})
    without = {name: declared for name, declared in CHANGED.items() if name in ("shop", "orders")}
    engine.up(without)
    assert_exactly(engine, without, databases={"orders"})
    engine.up({})
    assert ask(engine, "projects") == []
    assert not engine.state
    assert all(rule["fired"] for rule in server.faults())


@pytest.mark.parametrize("fault", [fault for fault in FAULTS if fault != "500 after it acted"])
def test_every_read(server: LocalServer, engine: Engine, fault: str) -> None:
    """Whatever happens once to each kind of read, a run and a look-up get their answer."""
    engine.up(SHOP)
    held = engine.state
    for path in READS.values():
        server.fault(method="GET", path=path, **FAULTS[fault])
    client = engine.client()
    live = Live(client, note=engine.notes.append)
    with time_limit(60):
        checked = HANDLERS["Database"].check(
            live, {}, {"projectId": held["shop"].id, "name": "x", "region": "us-east-1"}
        )
        assert not checked.problems
        for name in ("shop", "preview", "orders", "web"):
            bare = Live(client)
            assert HANDLERS[held[name].kind].read(bare, held[name].id, {}) is not None
            assert not HANDLERS[held[name].kind].diff(live, held[name].id, held[name].outputs, held[name].inputs)
        database = {"databaseId": held["orders"].id}
        for function, given in (
            *(("getProjects", {}), ("getBranches", {"projectId": held["shop"].id})),
            *(("getConnections", database), ("getBackups", database), ("getUsage", database)),
        ):
            assert FUNCTIONS[function](client, given)
        assert client.workspaces()
    live.close()
    assert all(rule["fired"] for rule in server.faults())
    server.clear_faults()
    engine.up({})


@pytest.mark.parametrize("fault", ["429", "500", "cut before", "cut after", "too slow", "half a body"])
def test_a_restore(server: LocalServer, engine: Engine, fault: str) -> None:
    """A restore is sent again after a 429 only; otherwise it is seen to have begun, or I am asked to look."""
    engine.up(SHOP)
    orders = engine.state["orders"]
    backup = server.backup(orders.id)["id"]
    given = {"databaseId": Ref("orders"), "backupId": backup, "confirmDatabaseName": "orders"}
    server.clear()
    server.settings(recovering=3)
    server.fault(method="POST", path="/v1/databases/*/restore", **FAULTS[fault])
    if fault in ("429", "cut after", "half a body", "too slow"):
        engine.up({**SHOP, "back": Declared("Restore", given)})
        assert connects(orders.outputs["directUrl"])
    else:
        with pytest.raises(errors.PrismaError, match="not known"):
            engine.up({**SHOP, "back": Declared("Restore", given)})
    server.settings(recovering=0)
    sent = [call for call in server.requests() if call["path"].endswith("/restore")]
    assert len(sent) == (2 if fault == "429" else 1)
    engine.up({})


@pytest.mark.parametrize("fault", ["429", "500 after it acted", "cut before", "cut after"])
def test_a_default_beside_another(server: LocalServer, engine: Engine, fault: str) -> None:
    """Of a service that makes no second default I get mine, once, whatever happens to both requests for it."""
    engine.up({"shop": SHOP["shop"]})
    first = {"projectId": engine.state["shop"].id, "name": "first", "isDefault": True}
    assert server.api("POST", "/v1/databases", first, token=engine.token).is_success
    server.settings(oneDefault=True)
    server.fault(method="POST", path="/v1/databases", match={"name": "orders"}, times=2, **FAULTS[fault])
    program = {name: SHOP[name] for name in ("shop", "orders")}
    engine.up(program)
    server.settings(oneDefault=False)
    assert_exactly(engine, program, databases={"first", "orders"})
    assert [each["name"] for each in ask(engine, "databases") if each["isDefault"]] == ["orders"]
    assert [rule["fired"] for rule in server.faults()] == [2]


def ask(engine: Engine, what: str) -> list[dict[str, Any]]:
    """All objects of a kind, as the service has them."""
    answer = engine.server.api("GET", f"/v1/{what}?limit=1000", token=engine.token)
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def connects(url: str) -> bool:
    """Whether a connection string opens a session."""
    with psycopg.connect(url, connect_timeout=10) as connection:
        return connection.execute("select 1").fetchone() == (1,)


def assert_exactly(engine: Engine, program: dict[str, Declared], databases: set[str]) -> None:
    """One object of each, none besides, the secrets in state are the live ones, and nothing is left to do.

    What the service does long after the client gave up is part of it: it makes no second object, locks nobody out.
    """
    engine.server.wait_until_acted()
    (project,) = ask(engine, "projects")
    assert project["name"] == program["shop"].inputs["name"]
    assert sorted(each["name"] for each in ask(engine, "databases")) == sorted(databases)
    ours = [each for each in ask(engine, "connections") if each["name"] == "web"]
    assert len(ours) == ("web" in program)
    for held in engine.state.values():
        for url in ("databaseUrl", "directUrl"):
            if url in held.outputs:
                assert connects(held.outputs[url])
    engine.server.clear()
    engine.up(program)
    writes = [call for call in engine.server.requests() if call["method"] != "GET"]
    assert not writes
