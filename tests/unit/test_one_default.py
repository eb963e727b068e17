"""A service that makes no second default database: the create is refused by 409, and the flag comes by PATCH."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from prisma_provider import errors
from unit.service import Service, declare, handler, refusal

DATABASE = handler("Database")
BRANCH = handler("Branch")
LOST: list[Any] = [
    httpx.RemoteProtocolError("cut"),
    httpx.ReadTimeout("slow"),
    refusal(503, "x"),
    httpx.Response(201, text="{"),
]


@pytest.fixture
def home(service: Service) -> str:
    """A project with a default database, of a service that makes no second one."""
    service.one_default = True
    project = str(service.project()["id"])
    service.database(project, "first", isDefault=True)
    return project


def create(service: Service, home: str, **inputs: Any) -> tuple[str, dict[str, Any]]:
    live = service.live()
    return DATABASE.create(live, declare(live, "Database", projectId=home, name="orders", **inputs))


def named(service: Service, name: str) -> list[dict[str, Any]]:
    return [each for each in service.databases.values() if each["name"] == name]


def test_a_409_for_another_reason_is_an_error_in_the_service_s_words(service: Service, home: str) -> None:
    """A clash that the flag has no part in is shown as the service says it, and nothing is made."""
    service.fail("POST", "/v1/databases", refusal(409, "The project is being transferred."), times=-1)
    with pytest.raises(errors.Conflict, match="The project is being transferred"):
        create(service, home, isDefault=True)
    assert not named(service, "orders")


def test_a_409_to_a_create_without_the_flag_is_sent_once(service: Service, home: str) -> None:
    """Where I asked for no flag, there is nothing to ask less for."""
    service.fail("POST", "/v1/databases", refusal(409, "Default database already exists"), times=-1)
    with pytest.raises(errors.Conflict, match="Default database already exists"):
        create(service, home, isDefault=False)
    assert len(service.sent()) == 1


def test_a_flag_that_cannot_be_had_keeps_the_database(service: Service, home: str) -> None:
    """Where the service takes the flag by no way, my database is made, and the next run compares again."""
    service.fail("PATCH", "/v1/databases/.*", refusal(422, "unknown field isDefault"), times=-1)
    object_id, outputs = create(service, home, isDefault=True)
    assert (list(service.databases)[-1], outputs["isDefault"]) == (object_id, False)
    assert "unknown field isDefault" in service.notes[-1]


def test_without_another_default_it_is_one_request(service: Service, home: str) -> None:
    """In a project without a default, the create alone gives the flag."""
    empty = str(service.project("empty")["id"])
    _, outputs = create(service, empty, isDefault=True)
    assert [entry[:2] for entry in service.sent()] == [("POST", "databases")]
    assert outputs["isDefault"] is True


@pytest.mark.parametrize("said", ["Default database already exists", "conflict", ""])
def test_it_is_made_without_the_flag_and_promoted(service: Service, home: str, said: str) -> None:
    """My production database becomes the default beside one that is there, whatever the words of the 409 are."""
    service.one_default = False
    service.fail("POST", "/v1/databases", refusal(409, said))
    object_id, outputs = create(service, home, isDefault=True)
    first, second, third = service.sent()
    assert second == ("POST", "databases", {k: v for k, v in first[2].items() if k != "isDefault"})
    assert third == ("PATCH", f"databases/{object_id}", {"isDefault": True})
    assert outputs["isDefault"] is True
    assert outputs["databaseUrl"]
    assert [each["name"] for each in service.databases.values() if each["isDefault"]] == ["orders"]


@pytest.mark.parametrize("answer", LOST)
@pytest.mark.parametrize("acted", [False, True])
@pytest.mark.parametrize("lost", ["the first", "the second", "the flag"])
def test_a_lost_answer_makes_one_database(service: Service, home: str, lost: str, acted: bool, answer: Any) -> None:
    """Whichever of the requests loses its answer, there is one database, it is the default, and its password works."""
    if lost == "the flag":
        service.fail("PATCH", "/v1/databases/.*", answer, acted=acted)
    else:
        _lose(service, answer, number=1 if lost == "the first" else 2, acted=acted)
    object_id, outputs = create(service, home, isDefault=True)
    assert [each["id"] for each in named(service, "orders")] == [object_id]
    assert outputs["isDefault"] is True
    assert service.databases[object_id]["isDefault"] is True
    connection = service.connections[outputs["defaultConnectionId"]]
    assert f"pass_{connection['version']}@" in outputs["databaseUrl"]


def test_a_create_whose_lost_answer_took_the_flag_is_found(service: Service, home: str) -> None:
    """The request whose answer was lost made my default; the 409 to the next one is about that very database."""
    empty = str(service.project("empty")["id"])
    service.fail("POST", "/v1/databases", LOST[1], acted=True)
    service.fail("GET", "/v1/databases", httpx.Response(200, json={"data": [], "pagination": {"hasMore": False}}))
    object_id, outputs = create(service, empty, isDefault=True)
    assert [each["id"] for each in named(service, "orders")] == [object_id]
    assert outputs["isDefault"] is True


def test_a_branch_is_made_without_the_flag_and_promoted(service: Service, home: str) -> None:
    """The same for a branch that is to be the default one."""
    service.branch(home, "main")
    service.fail("POST", "/v1/projects/.*/branches", refusal(409, "Default branch already exists"))
    live = service.live()
    object_id, outputs = BRANCH.create(live, declare(live, "Branch", projectId=home, gitName="next", isDefault=True))
    assert [entry[2] for entry in service.sent()][1:] == [{"gitName": "next"}, {"isDefault": True}]
    assert outputs["isDefault"] is True
    assert service.branches[object_id]["isDefault"] is True


def _lose(service: Service, answer: Any, *, number: int, acted: bool) -> None:
    """Lose the answer to one POST, counted from 1."""
    seen = 0

    def fault(request: httpx.Request) -> Any:
        nonlocal seen
        if request.method != "POST" or request.url.path != "/v1/databases":
            return None
        seen += 1
        return answer if seen == number else None

    (service.after if acted else service.before).append(fault)
