"""How often the service is asked: what grows with pages, and what with resources."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from math import ceil
from threading import Event
from typing import Any

import httpx
import pytest

from unit.service import Service, declare, handler
from waiting import wait_until

DATABASE, CONNECTION = handler("Database"), handler("Connection")
Made = dict[str, tuple[str, dict[str, Any], dict[str, Any]]]


def program(service: Service, size: int) -> tuple[str, Made, Made]:
    """A project with so many databases, each with a connection, made by a run of its own."""
    live = service.live()
    home, _ = handler("Project").create(live, declare(live, "Project", name="shop"))
    databases: Made = {}
    connections: Made = {}
    for number in range(size):
        inputs = declare(live, "Database", projectId=home, name=f"d{number}", identity=f"d{number}-{'0' * 16}")
        databases[f"d{number}"] = (*DATABASE.create(live, inputs), inputs)
        inputs = declare(live, "Connection", databaseId=databases[f"d{number}"][0], name=f"web-{number}")
        connections[f"web-{number}"] = (*CONNECTION.create(live, inputs), inputs)
    return home, databases, connections


@pytest.mark.parametrize("size", [1, 10, 40, 100])
def test_calls(service: Service, size: int) -> None:
    """Creating asks once for each object, comparing once for each page, renaming once for each name."""
    service.page = 20
    pages = ceil(size / service.page)
    home, databases, connections = program(service, size)
    assert len(service.sent()) == 2 * size + 1
    assert len(service.sent("GET")) <= 2

    service.log.clear()
    live = service.live()
    for object_id, outputs, inputs in databases.values():
        assert not DATABASE.diff(live, object_id, outputs, DATABASE.check(live, inputs, inputs).inputs)
    for object_id, outputs, inputs in connections.values():
        assert not CONNECTION.diff(live, object_id, outputs, CONNECTION.check(live, inputs, inputs).inputs)
    assert not service.sent()
    assert len(service.sent("GET")) <= 2 * pages + 4

    service.log.clear()
    live = service.live()
    for object_id, outputs, inputs in databases.values():
        renamed = {**inputs, "name": f"{inputs['name']}-2"}
        assert DATABASE.diff(live, object_id, outputs, renamed)
        DATABASE.update(live, object_id, outputs, renamed)
    assert len(service.sent("PATCH")) == len(service.sent()) == size
    assert len(service.sent("GET")) <= 2 * pages + 4

    service.log.clear()
    live = service.live()
    for kind, all_of_it in ((CONNECTION, connections), (DATABASE, databases)):
        for object_id, outputs, _ in all_of_it.values():
            kind.delete(live, object_id, outputs)
    handler("Project").delete(live, home, {"name": "shop"})
    assert len(service.sent("DELETE")) == len(service.sent()) == 2 * size + 1
    assert len(service.sent("GET")) <= pages + 1


def test_many_projects_are_listed(service: Service) -> None:
    """Pulumi compares one project after the other: from the fourth on they come by a list, and a new one by its id."""
    made = [service.project(f"p{n}")["id"] for n in range(8)]
    live = service.live()
    for home in made[:4]:
        assert live.project(home) is not None
    wait_until(lambda: made[4] in {f"proj_{key}" for key in live._listed}, 10)
    for home in made:
        assert live.project(home) is not None
    asked = [path for _, path, _ in service.log]
    assert asked.count("projects") == 1
    assert {f"projects/{home}" for home in made[:3]} < set(asked) <= {"projects", *(f"projects/{i}" for i in made[:4])}
    assert live.project(service.project("new")["id"]) is not None


def test_a_large_workspace_is_not_read_whole(service: Service) -> None:
    """Of a workspace with thousands of projects no more pages are read than my stack has projects."""
    service.page = 1
    made = [service.project(f"p{n}")["id"] for n in range(20)]
    live = service.live()
    for home in made[-4:]:
        assert live.project(home) is not None
    live._reads.share(("list of projects", ""), live._list_projects).result.result(10)
    assert 1 <= [path for _, path, _ in service.log].count("projects") <= 8


def test_waiting_asks_by_lists(service: Service) -> None:
    """Databases that are provisioned at once are waited for by lists that all of them share."""
    live = service.live()
    home, _ = handler("Project").create(live, declare(live, "Project", name="shop"))
    service.status_of_new = "provisioning"
    asked = [0]

    def ready(request: Any) -> None:
        if request.method == "GET" and request.url.path == "/v1/databases":
            asked[0] += 1
            for database in service.databases.values():
                database["status"] = "ready"

    service.before.append(ready)
    for number in range(4):
        inputs = declare(live, "Database", projectId=home, name=f"d{number}", identity=f"d{number}-{'0' * 16}")
        DATABASE.create(live, inputs)
    assert asked[0] <= 4
    assert not [path for method, path, _ in service.log if method == "GET" and path.startswith("databases/")]


def test_the_databases_are_asked_for_with_the_project(service: Service) -> None:
    """Comparing a project and its databases waits for one answer, not for two: neither is asked for twice."""
    home, databases, _ = program(service, 1)
    service.log.clear()
    listed = Event()

    def together(request: httpx.Request) -> None:
        if request.url.path == "/v1/databases":
            listed.set()
        assert listed.wait(10), "the project was answered, and the list of its databases not asked for"

    service.before.append(together)
    live = service.live()
    assert not handler("Project").diff(live, home, {"workspaceId": "wksp_1"}, {"name": "shop"})
    for object_id, outputs, inputs in databases.values():
        assert not DATABASE.diff(live, object_id, outputs, inputs)
    assert sorted(path for _, path, _ in service.log) == ["databases", f"projects/{home}"]


def test_waiting_holds_up_nobody(service: Service) -> None:
    """A database that takes its time to be ready occupies no request: even one at a time are enough for the others."""
    live = service.live(in_flight=1)
    home, _ = handler("Project").create(live, declare(live, "Project", name="shop"))

    def create(name: str) -> str:
        logical_id = f"{name}-{'0' * 16}"
        return DATABASE.create(live, declare(live, "Database", projectId=home, name=name, identity=logical_id))[0]

    service.status_of_new = "provisioning"
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(create, "slow")
        wait_until(lambda: bool(service.databases), 10)
        service.status_of_new = "ready"
        assert create("quick") in service.databases
        assert not slow.done()
        for database in service.databases.values():
            database["status"] = "ready"
        assert slow.result(10) in service.databases
