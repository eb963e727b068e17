"""The client: what may be sent twice, what an error says, and that every page is read."""

from __future__ import annotations

import logging
import ssl
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from time import sleep

import httpx
import pytest

from prisma_provider import errors
from prisma_provider.api.client import Client
from prisma_provider.login.github import GitHubJob
from prisma_provider.login.stored import StoredLogin
from prisma_provider.network.retries import may_send_again, time_limit
from prisma_provider.network.throttle import Throttle
from prisma_provider.settings import CONFIGURED, Settings, Token
from unit.service import Service, refusal

LOST = errors.LostResponse("cut")


@pytest.mark.parametrize("base_url", ["HTTPS://api.example", "https://api.example"])
def test_whoever_answers_in_https_is_verified(base_url: str) -> None:
    """However I write https, the service has to prove who it is."""
    client = Client(Settings(Token("secret", "the test"), base_url))
    transport = client._http._transport
    assert isinstance(transport, httpx.HTTPTransport)
    context = transport._pool._ssl_context
    assert context is not None
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    client.close()


@pytest.mark.parametrize(
    ("error", "get", "patch", "delete", "post"),
    [
        (errors.RateLimited("429"), True, True, True, True),
        (errors.Unreachable("refused"), True, True, True, True),
        (LOST, True, True, True, False),
        (errors.ServiceFailed("503"), True, True, True, False),
        (errors.MalformedResponse("half"), True, True, True, False),
        (errors.Unauthorized("401"), False, False, False, False),
        (errors.Forbidden("403"), False, False, False, False),
        (errors.NotFound("404"), False, False, False, False),
        (errors.Conflict("409"), False, False, False, False),
        (errors.Rejected("400"), False, False, False, False),
    ],
)
def test_what_may_be_sent_twice(error: Exception, get: bool, patch: bool, delete: bool, post: bool) -> None:
    """A request is repeated only where that cannot do harm; a create asks first."""
    answers = [may_send_again(method, error) for method in ("GET", "PATCH", "DELETE", "POST")]
    assert answers == [get, patch, delete, post]


@pytest.mark.parametrize(
    ("status", "kind", "says"),
    [
        (400, errors.Rejected, "the request was refused"),
        (401, errors.Unauthorized, "token from the test is not valid"),
        (403, errors.Forbidden, "may not do that"),
        (404, errors.NotFound, "no such object"),
        (409, errors.Conflict, "clashes"),
        (302, errors.Rejected, "redirect"),
    ],
)
def test_an_error_says_what_the_service_said(
    service: Service, status: int, kind: type[errors.ApiError], says: str
) -> None:
    """An error names what was tried and why it failed, and quotes the service; never a token or a password."""
    said = "no: secret-token postgresql://u:pa55@h/d"
    service.fail("GET", "/v1/databases/db_1", refusal(status, said))
    with pytest.raises(kind, match=says) as error:
        service.live().client.database("db_1")
    assert "Could not read database db_1" in str(error.value)
    assert "Prisma says: no:" in str(error.value)
    assert "secret-token" not in str(error.value)
    assert "pa55" not in str(error.value)
    assert len(service.log) == 1


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"data": {"id": "db_1", "name": "orders"}}),
        httpx.Response(200, content=b'{"data": {"id": "db'),
        httpx.Response(502, text="<html>Bad gateway</html>"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        httpx.ConnectError("refused"),
        refusal(503, "busy", **{"Retry-After": "1"}),
        refusal(429, "slow down", **{"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}),
    ],
)
def test_a_read_survives_one_failure(service: Service, answer: httpx.Response | Exception) -> None:
    """One lost, broken or refused answer to a read is asked for again, and I see nothing of it."""
    home = service.project()
    there = service.database(home["id"])
    service.fail("GET", "/v1/databases/.*", answer)
    assert service.live().client.database(there["id"]).name == "orders"
    assert len(service.log) == 2


def test_a_service_that_stays_away_is_an_error(service: Service) -> None:
    """A service that goes on failing ends in one sentence, not in a wait without end."""
    service.fail("GET", "/v1/me", httpx.ConnectError("refused"), times=-1)
    with pytest.raises(errors.Unreachable, match=r"http://127\.0\.0\.1:1 cannot be reached") as error:
        service.live(retry_limit=0.01).verify()
    assert "PRISMA_API_BASE_URL" in str(error.value)


def test_a_rate_limit_ends_with_the_time_limit(service: Service) -> None:
    """A Retry-After beyond the operation's time limit is not slept through."""
    service.fail("GET", "/v1/me", refusal(429, "slow down", **{"Retry-After": "30"}), times=-1)
    with time_limit(10), pytest.raises(errors.RateLimited, match="too many requests"):
        service.live().verify()
    assert len(service.log) == 1


def test_no_more_requests_at_once_than_the_setting(service: Service) -> None:
    """However many resources ask at once, no more requests are under way than I set."""
    home = service.project()
    busy: list[int] = []
    answer, lock, under_way = service._answer, Lock(), [0]

    def counting(request: httpx.Request) -> httpx.Response:
        with lock:
            under_way[0] += 1
            busy.append(under_way[0])
        sleep(0.002)
        result = answer(request)
        with lock:
            under_way[0] -= 1
        return result

    service._answer = counting  # type: ignore[method-assign]
    client = service.live(in_flight=3).client
    with ThreadPoolExecutor(12) as threads:
        list(threads.map(lambda n: client.project(home["id"]), range(40)))
    assert max(busy) == 3


def test_a_429_to_one_is_a_pause_for_all() -> None:
    """After a 429 with Retry-After nothing is sent before its time is over."""
    slept: list[float] = []
    now = [100.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    throttle = Throttle(2, sleep, clock=lambda: now[0])
    with throttle.turn():
        throttle.refused(5, 0.1)
    with throttle.turn():
        pass
    assert slept == [5]


def test_a_wrong_answer_is_named_by_its_field_and_never_quoted(service: Service) -> None:
    """An answer that lacks a field is named by that field; its values, which may be secrets, are not shown."""
    broken = {"data": {"id": "con_1", "endpoints": {"direct": {"port": "pa55word"}}}}
    service.fail("POST", "/v1/connections", httpx.Response(201, json=broken))
    with pytest.raises(errors.MalformedResponse, match=r"data\.name") as error:
        service.live().client.create_connection({"databaseId": "db_1", "name": "web"})
    assert "pa55word" not in str(error.value)


@pytest.mark.parametrize("body", [b"<html>log in first</html>", b"[" * 100_000, b"\xff"])
def test_a_page_that_is_not_the_service_s_deletes_nothing(service: Service, body: bytes) -> None:
    """A portal on the way gives 200 with a page of its own: the deletion is asked for again, and not believed."""
    home = service.project()["id"]
    service.fail("DELETE", f"/v1/projects/{home}", httpx.Response(200, content=body))
    with time_limit(0.0), pytest.raises(errors.MalformedResponse, match="not JSON"):
        service.live().client.delete_project(home)
    service.fail("DELETE", f"/v1/projects/{home}", httpx.Response(200, content=body))
    service.live().client.delete_project(home)
    assert not service.projects
    service.fail("DELETE", "/v1/projects/proj_9", httpx.Response(200, json={"data": {"id": "proj_9"}}))
    service.live().client.delete_project("proj_9")


def test_every_page_is_read(service: Service) -> None:
    """A list of 130 is 130, whatever the size of a page."""
    home = service.project()
    for number in range(130):
        service.database(home["id"], f"d{number}")
    assert len(service.live().client.databases(home["id"])) == 130
    assert len(service.log) == 2


def test_a_page_that_leads_nowhere_is_an_error(service: Service) -> None:
    """A list that claims more and does not say where is an error, not a short list."""
    answer = httpx.Response(200, json={"data": [], "pagination": {"hasMore": True, "nextCursor": None}})
    service.fail("GET", "/v1/databases", answer, times=-1)
    with pytest.raises(errors.MalformedResponse, match="more"):
        service.live(retry_limit=0.01).client.databases("proj_1")


def test_a_rotated_token_falls_back_to_the_environment_s(service: Service) -> None:
    """After a token was rotated, the one in the environment is used, if it is of the same workspace."""
    home = service.project()
    service.fail("GET", "/v1/projects/.*", refusal(401, "revoked"))
    live = service.live(fallback=Token("new-token", "the environment"))
    live.client.expect_workspace("wksp_1")
    assert live.client.project(home["id"]).name == "shop"
    assert [path for _, path, _ in service.log] == [f"projects/{home['id']}", "me", f"projects/{home['id']}"]


def test_a_rotated_token_of_state_names_the_way() -> None:
    """Refresh and destroy use the token that state holds: where it was rotated, I am told of --run-program."""
    refused = httpx.MockTransport(lambda request: refusal(401, "expired"))
    for origin, told in (CONFIGURED, True), ("the environment", False):
        client = Client(Settings(Token("old", origin), "http://127.0.0.1:1"), transport=refused)
        with pytest.raises(errors.Unauthorized, match="PRISMA_SERVICE_TOKEN") as error:
            client.database("db_1")
        assert ("--run-program" in str(error.value)) is told


@pytest.mark.parametrize(
    ("origin", "way"),
    [
        (CONFIGURED, "config set --secret prisma:serviceToken"),
        (StoredLogin.origin, "log in again: `pulumi-prisma login`"),
        ("PRISMA_SERVICE_TOKEN in the environment", "export PRISMA_SERVICE_TOKEN"),
        (GitHubJob.origin, "whether the repository of this job is still connected to the workspace"),
    ],
)
def test_a_token_that_is_not_valid_is_replaced_where_it_came_from(origin: str, way: str) -> None:
    """I am sent to the place that the token came from, and to no other that is not read here."""
    refused = httpx.MockTransport(lambda request: refusal(401, "expired"))
    with pytest.raises(errors.Unauthorized) as error:
        Client(Settings(Token("old", origin), "http://127.0.0.1:1"), transport=refused).database("db_1")
    assert way in str(error.value)
    assert ("config set" in str(error.value)) is (origin == CONFIGURED)
    assert ("OIDC" in str(error.value)) is (origin == GitHubJob.origin)


def test_a_fallback_of_another_workspace_is_refused(service: Service) -> None:
    """A token of another workspace is not taken for a rotated one: everything would look deleted."""
    service.fail("GET", "/v1/projects/.*", refusal(401, "revoked"))
    live = service.live(fallback=Token("new-token", "the environment"))
    live.client.expect_workspace("wksp_other")
    with pytest.raises(errors.Unauthorized, match=r"belongs to another workspace(?s:.*)--run-program"):
        live.client.project("proj_1")


def test_no_secret_is_logged(service: Service, caplog: pytest.LogCaptureFixture) -> None:
    """PRISMA_LOG=debug tells me every call, and no token and no password."""
    caplog.set_level(logging.DEBUG)
    home = service.project()
    there = service.database(home["id"])
    made = service.live().client.create_connection({"databaseId": there["id"], "name": "web"})
    assert "POST connections" in caplog.text
    assert "secret-token" not in caplog.text
    assert made.credentials()["password"] not in caplog.text
    assert made.credentials()["password"] not in repr(made)
