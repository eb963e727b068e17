"""What the service answers is judged before it is believed: ids, belongings, refusals, and what it says of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from prisma_provider import errors
from prisma_provider.api import answers, refusals
from prisma_provider.api.client import Client
from prisma_provider.api.ids import is_id
from prisma_provider.api.models import Database
from prisma_provider.network.retries import time_limit
from prisma_provider.settings import Token
from prisma_provider.text import SAID_LIMIT
from unit.service import Service, declare, handler

STEERING = "db_c12345678/../../projects/proj_1"
BAD_IDS = [
    "",
    "db_",
    STEERING,
    "c12345678?x=1",
    "c12345678#x",
    "..",
    "a b",
    "a%2Fb",
    "a\n",
    "ä",
    "a" * 129,
    "db_" + "٣",
]
HONEST_IDS = ["cm1a2b3c4d5e6f7g8h9i0j1k2", "CM1A2B3C", "42", "01HZY_x", "a" * 64]


def answer_with(service: Service, method: str, path: str, times: int = -1, **changes: Any) -> None:
    """Let the service act, and change its answer: `project={"id": …}` and such."""
    routed = service._route

    def changed(request: httpx.Request, body: Any) -> httpx.Response:
        nonlocal times
        answer = routed(request, body)
        if request.method != method or request.url.path != f"/v1/{path}" or not times or not answer.is_success:
            return answer
        times -= 1
        found = json.loads(answer.content)
        for each in found["data"] if isinstance(found["data"], list) else [found["data"]]:
            each.update(changes)
        return httpx.Response(answer.status_code, json=found)

    service._route = changed  # type: ignore[method-assign]


# ids


@pytest.mark.parametrize("bad", BAD_IDS)
def test_what_can_be_no_id_is_refused_where_it_is_declared(bad: str) -> None:
    """What I declare as an id is letters, digits and underscores: nothing that leads elsewhere."""
    assert not is_id(bad, "db")


@pytest.mark.parametrize("bare", HONEST_IDS)
def test_any_honest_id_is_one(bare: str) -> None:
    """Upper case, digits or a cuid, with the prefix or without: it is an id; one of another kind is not."""
    assert is_id(bare, "db")
    assert is_id(f"db_{bare}", "db")
    assert not is_id(f"proj_{bare}", "db")


@pytest.mark.parametrize("bad", [*BAD_IDS, 7])
@pytest.mark.parametrize("field", ["id", "defaultConnectionId", "branchId", "project"])
def test_no_id_of_an_answer_leads_elsewhere(service: Service, field: str, bad: Any) -> None:
    """An answer whose ids could steer the next request is malformed."""
    home = service.project()["id"]
    there = service.database(home)["id"]
    changes: dict[str, Any] = {field: {"id": bad} if field == "project" else bad}
    answer_with(service, "GET", f"databases/{there}", **changes)
    with pytest.raises(errors.MalformedResponse):
        service.live(retry_limit=0.01).client.database(there)


def test_a_backup_goes_by_any_id(service: Service) -> None:
    """An id that never stands in a path may be any text."""
    there = service.database(service.project()["id"])["id"]
    service.backup(there, id="2026-01-01T00:00:00Z/full")
    assert service.live().client.backups(there).data[0].id == "2026-01-01T00:00:00Z/full"


CALLS: dict[str, Callable[[Client, str], object]] = {
    "project": lambda client, i: client.project(i),
    "update_project": lambda client, i: client.update_project(i, {"name": "x"}),
    "delete_project": lambda client, i: client.delete_project(i),
    "branches": lambda client, i: client.branches(i),
    "branch": lambda client, i: client.branch(i),
    "create_branch": lambda client, i: client.create_branch(i, {"gitName": "x"}),
    "update_branch": lambda client, i: client.update_branch(i, {"isDefault": True}),
    "delete_branch": lambda client, i: client.delete_branch(i),
    "database": lambda client, i: client.database(i),
    "update_database": lambda client, i: client.update_database(i, {"name": "x"}),
    "delete_database": lambda client, i: client.delete_database(i),
    "restore_database": lambda client, i: client.restore_database(i, {}),
    "backups": lambda client, i: client.backups(i),
    "usage": lambda client, i: client.usage(i),
    "connection": lambda client, i: client.connection(i),
    "rotate_connection": lambda client, i: client.rotate_connection(i),
    "delete_connection": lambda client, i: client.delete_connection(i),
}


@pytest.mark.parametrize("call", CALLS)
def test_no_id_leads_a_request_elsewhere(service: Service, call: str) -> None:
    """Wherever an id came from, nothing is sent to a path that it leads to."""
    with pytest.raises(errors.Refused, match="cannot be an id"):
        CALLS[call](service.live().client, STEERING)
    assert service.log == []


def test_an_id_in_state_deletes_nobody_else_s(service: Service) -> None:
    """State of an older version that holds such an id: preview and delete refuse it, and say what to do."""
    home = service.project()["id"]
    olds = {"projectId": home, "name": "orders", "workspaceId": "wksp_1", "isDefault": False}
    with pytest.raises(errors.Refused, match="pulumi state delete"):
        handler("Database").diff(service.live(), STEERING, olds, {"projectId": home, "name": "orders"})
    with pytest.raises(errors.Refused, match="pulumi state delete"):
        handler("Database").delete(service.live(), STEERING, olds)
    assert service.sent() == []


@pytest.mark.parametrize("bad", [STEERING, "", "db_"])
def test_a_create_whose_answer_has_no_id_is_looked_for(service: Service, bad: str) -> None:
    """The answer to a create holds no usable id: the object is found by its key, and made once."""
    home = service.project()["id"]
    answer_with(service, "POST", "databases", times=1, id=bad)
    live = service.live()
    made, _ = handler("Database").create(live, declare(live, "Database", projectId=home, name="orders"))
    assert [made] == list(service.databases)
    assert len(service.sent("POST")) == 2  # the create, and the rotation of what it did not show


# of whom


@pytest.mark.parametrize("wrong", [{"project": {"id": "proj_99"}}, {"logicalId": "another"}])
def test_a_create_is_answered_for_itself(service: Service, wrong: dict[str, Any]) -> None:
    """The answer to my create names another project, or another key: that other object is left alone."""
    home = service.project()["id"]
    answer_with(service, "POST", "databases", **wrong)
    body = {"projectId": home, "name": "orders", "logicalId": "orders-1"}
    with pytest.raises(errors.MalformedResponse, match="names another"):
        service.live().client.create_database(body)


@pytest.mark.parametrize("call", ["database", "update_database", "restore_database"])
def test_an_answer_of_another_database_is_none(service: Service, call: str) -> None:
    """I ask for one database and am told of another: that is no answer."""
    there = service.database(service.project()["id"])["id"]
    answer_with(
        service, {"database": "GET", "update_database": "PATCH"}.get(call, "POST"), f"databases/{there}", id="db_99"
    )
    answer_with(service, "POST", f"databases/{there}/restore", id="db_99")
    sent = {"source": {"backupId": "bkp_1"}, "name": "x"}
    arguments = [there] if call == "database" else [there, sent]
    with pytest.raises(errors.MalformedResponse, match="names another id"):
        getattr(service.live(retry_limit=0.01).client, call)(*arguments)


def test_an_answer_of_another_connection_project_or_branch_is_none(service: Service) -> None:
    """The same for what else goes by an id."""
    home = service.project()["id"]
    connection = service.connection(service.database(home)["id"])["id"]
    branch = service.branch(home, "main")["id"]
    client = service.live(retry_limit=0.01).client
    for path in (f"projects/{home}", f"branches/{branch}", f"connections/{connection}"):
        answer_with(service, "GET", path, id="other99")
    answer_with(service, "POST", f"connections/{connection}/rotate", id="other99")
    for ask, one in (
        (client.project, home),
        (client.branch, branch),
        (client.connection, connection),
        (client.rotate_connection, connection),
    ):
        with pytest.raises(errors.MalformedResponse, match="names another id"):
            ask(one)


def test_a_list_shows_what_was_asked_for(service: Service) -> None:
    """A list of one project that shows another's database is not believed: it decides what may be deleted."""
    home = service.project()["id"]
    there = service.database(home)["id"]
    service.branch(home, "main")
    client = service.live(retry_limit=0.01).client
    answer_with(service, "GET", "databases", project={"id": "proj_99"})
    answer_with(service, "GET", f"projects/{home}/branches", project={"id": "proj_99"})
    answer_with(service, "GET", "connections", database={"id": "db_99"})
    for ask, of in ((client.databases, home), (client.branches, home), (client.connections, there)):
        with pytest.raises(errors.MalformedResponse, match="names another"):
            ask(of)
    assert client.databases()[0].project.id == "proj_99"  # of nobody in particular


def test_a_new_project_is_in_the_workspace_that_was_asked_for(service: Service) -> None:
    """A project made in another workspace than I asked for, or than my token is of, is not taken."""
    body = {"name": "shop", "workspaceId": "wksp_2"}
    with pytest.raises(errors.MalformedResponse, match="names another workspace"):
        service.live().client.create_project(body)
    client = service.live(retry_limit=0.01).client
    client.me()
    there = service.project(workspace={"id": "wksp_2"})["id"]
    with pytest.raises(errors.MalformedResponse, match="names another workspace"):
        client.project(there)


def test_a_service_that_says_little_is_enough(service: Service) -> None:
    """Prefixes come and go, what is optional may be missing, and what is new may be there: all of it is honest."""
    home = service.project()["id"]
    there = service.database(home)["id"]
    shown = {"id": there.removeprefix("db_"), "name": "orders", "status": "ready", "isDefault": False}
    shown |= {"project": {"id": home.removeprefix("proj_")}, "surprise": [1]}
    service.fail("GET", "/v1/databases/.*", httpx.Response(200, json={"data": shown, "more": 1}))
    assert service.live().client.database(there) == Database.model_validate(shown)
    connection = {"id": "con_9", "name": "web", "endpoints": {"direct": {"host": "h", "port": 1}}}
    connection["endpoints"]["direct"]["connectionString"] = "postgres://u:p@h:1/"  # type: ignore[index]
    service.fail("POST", "/v1/connections", httpx.Response(201, json={"data": connection}))
    made = service.live().client.create_connection({"databaseId": there, "name": "web"})
    assert made.credentials()["password"] == "p"


@pytest.mark.parametrize("string", ["postgres://[::1", "postgres://u:p@h/\nDATABASE_URL=x"])
def test_a_connection_string_can_be_taken_apart(service: Service, string: str) -> None:
    """One that is no address, or has a second line, is an answer that lacks one; it is not shown."""
    connection = {"id": "con_9", "name": "web", "endpoints": {}}
    connection["endpoints"] = {"direct": {"host": "h", "port": 1, "connectionString": string}}
    service.fail("POST", "/v1/connections", httpx.Response(201, json={"data": connection}))
    with pytest.raises(errors.MalformedResponse, match="connectionString") as error:
        service.live().client.create_connection({"databaseId": "db_1", "name": "web"})
    assert "postgres:" not in str(error.value)


# refusals

TOKEN = Token("secret-token", "the test")


def refused(status: int, body: Any, **headers: str) -> errors.ApiError:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return answers.status_error(httpx.Response(status, content=raw, headers=headers), "create it", TOKEN)


PLAN_LIMITS = [
    {"error": {"code": "planLimitReached", "message": "Workspace plan limit reached"}},
    {"error": {"code": "planLimitReached"}},
    {"error": {"code": "PLAN_LIMIT_EXCEEDED", "message": "no"}},
    {"error": {"code": "validation-error", "message": "Workspace plan limit reached"}},
    {"message": "Workspace plan limit reached"},
    {"errors": [{"message": "You have reached the database limit of your Free plan."}]},
    {"error": "Plan limit reached"},
]


@pytest.mark.parametrize("body", PLAN_LIMITS, ids=str)
@pytest.mark.parametrize("status", [400, 402, 403, 409, 422, 429])
def test_a_plan_limit_is_named_whatever_its_status(status: int, body: Any) -> None:
    """My plan allows no more: I am told so, and what to do; not sent after tokens, and not left waiting."""
    error = refused(status, body, **{"Retry-After": "600"})
    assert type(error) is errors.PlanLimit
    assert "the workspace's plan limit is reached" in str(error)
    assert "larger plan" in str(error)
    assert "delete" in str(error)
    assert "token" not in str(error)


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": "usageBlocked", "message": "no"}},
        {"message": "Your account has restrictions: unpaidInvoice"},
        {"errors": ["Spend limit reached"]},
    ],
    ids=str,
)
@pytest.mark.parametrize("status", [402, 403, 429])
def test_a_blocked_account_is_named(status: int, body: Any) -> None:
    """My account is restricted: I am told where to see by what."""
    error = refused(status, body)
    assert type(error) is errors.UsageBlocked
    assert "account has restrictions" in str(error)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (
            429,
            {"error": {"code": "rate-limit-exceeded", "message": "A larger plan has a higher limit."}},
            errors.RateLimited,
        ),
        (429, {"message": "Too many requests: the limit of your plan is 10 a second"}, errors.RateLimited),
        (403, {"error": {"code": "permission-denied", "message": "no plan"}}, errors.Forbidden),
        (503, {"message": "the plan limit cannot be read now"}, errors.ServiceFailed),
        (503, {"error": {"code": "planLimitReached"}}, errors.PlanLimit),
    ],
)
def test_what_is_no_plan_limit_is_none(status: int, body: Any, kind: type[errors.ApiError]) -> None:
    """A limit of requests, a missing right and a service that failed stay what they are."""
    assert type(refused(status, body)) is kind


def test_a_plan_limit_is_sent_once(service: Service) -> None:
    """A create that the plan refuses is not repeated, whatever its status says of later."""
    home = service.project()["id"]
    answer = httpx.Response(429, json=PLAN_LIMITS[0], headers={"Retry-After": "1"})
    service.fail("POST", "/v1/databases", answer, times=-1)
    live = service.live()
    with pytest.raises(errors.PlanLimit):
        handler("Database").create(live, declare(live, "Database", projectId=home, name="orders"))
    assert len(service.sent("POST")) == 1
    with pytest.raises(errors.PlanLimit):
        live.client.retrying(errors.Rejected)(live.client.create_database, {"name": "orders"})
    assert len(service.sent("POST")) == 2


def test_a_change_that_the_plan_refuses_says_so(service: Service) -> None:
    """A PATCH that the plan refuses has the same words as a create."""
    live = service.live()
    made, olds = handler("Project").create(live, declare(live, "Project", name="a"))
    service.fail("PATCH", "/v1/projects/.*", httpx.Response(403, json=PLAN_LIMITS[0]), times=-1)
    with pytest.raises(errors.PlanLimit, match="larger plan") as error:
        handler("Project").update(live, made, olds, {**olds, "name": "b"})
    assert "token" not in str(error.value)


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"error": {"code": "a-code", "message": "no", "hint": "so"}}, "a-code", "no so"),
        ({"error": "no", "errorDescription": "so"}, None, "no so"),
        ({"error": "no"}, None, "no"),
        ({"message": "no", "code": "a-code"}, "a-code", "no"),
        (
            {"errors": [{"message": "no", "code": "a-code"}, "so", 7, {"message": "and"}, {"message": "more"}]},
            "a-code",
            "no so",
        ),
        ({"error": {"message": {"deep": 1}, "code": 5}}, None, ""),
        ([], None, ""),
        ("text", None, ""),
        (None, None, ""),
        (b"<html>", None, ""),
        (b"", None, ""),
        (b"\xff\xfe", None, ""),
        (b"[" * 100_000, None, ""),
        (b'{"error":' * 100_000, None, ""),
    ],
)
def test_what_a_service_says_is_read_in_every_shape(body: Any, code: str | None, words: str) -> None:
    """Code and words are found in each of the usual shapes; what has another is no words, and no fault of ours."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    assert refusals.read(raw) == refusals.Refusal(code, words)
    assert type(answers.status_error(httpx.Response(400, content=raw), "try", TOKEN)) is errors.Rejected


def test_what_a_service_says_is_shown_and_orders_nothing() -> None:
    """Its words are quoted with its code, on one line, cut, without a secret and without an order to a terminal."""
    words = "\x1b]0;owned\x07 secret-token Bearer abcdefgh https://me:pw@h \n::error::x ##vso[task]" + "x" * 5000
    shown = str(refused(400, {"error": {"code": "a\x1b[2J", "message": words}}))
    assert "(a�[2J)" in shown
    assert all(line.isprintable() for line in shown.splitlines())
    assert [line for line in shown.splitlines() if line.startswith("  Prisma says: ")]
    assert not any(secret in shown for secret in ("secret-token", "abcdefgh", "me:pw", "##vso", "\n::"))
    assert SAID_LIMIT < len(shown) < SAID_LIMIT + 100


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        ("1.5", 1.5),
        ("9" * 400, None),
        ("9" * 200, answers.LONGEST_WAIT),
        ("²", None),
        ("٣", None),
        ("-5", None),
        ("1e9", None),
        ("inf", None),
        ("nan", None),
        ("soon", None),
        ("", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 9999 07:28:00 GMT", answers.LONGEST_WAIT),
        ("Wed, 21 Oct 99999 07:28:00 GMT", None),
        ("Wed, 32 Foo 2015 99:99:99 +9999999999", None),
        ("Mon, 01 Jan 0001 00:00:00 +2359", 0.0),
    ],
)
def test_a_service_may_ask_for_any_time(text: str, seconds: float | None) -> None:
    """Retry-After is seconds or a date; what is neither counts for nothing, and what is absurd is bounded."""
    answer = httpx.Response(429, headers=[(b"Retry-After", text.encode())])
    assert answers.status_error(answer, "try", TOKEN).retry_after == seconds


def test_a_wait_without_end_is_not_begun(service: Service) -> None:
    """A service that asks for years is an error at once, within any time limit."""
    answer = httpx.Response(429, json={}, headers={"Retry-After": "9" * 200})
    service.fail("GET", "/v1/me", answer, times=-1)
    with time_limit(600), pytest.raises(errors.RateLimited):
        service.live().client.me()
    assert len(service.log) == 1
