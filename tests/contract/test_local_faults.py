"""The routes `/_local/…`: faults, drift, settings, the request log, reset."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from json import JSONDecodeError
from typing import Any

import httpx
import psycopg
import pytest

from local_server import LocalServer
from prisma_local.testing.rate_limit import Rate
from waiting import wait_until

Shape = dict[str, Any]

CREATE = {"method": "POST", "path": "/v1/projects"}
BODY = {"name": "shop", "createDatabase": False}


def count(local: LocalServer) -> int:
    return len(local.api("GET", "/v1/projects").json()["data"])


def test_a_status_instead_of_the_operation(local: LocalServer) -> None:
    """I rehearse a 429: I choose headers and body, nothing is created, the next request works."""
    error = {"error": {"code": "rate-limit-exceeded", "message": "Slow down."}}
    local.fault(**CREATE, kind="status", status=429, headers={"Retry-After": "7"}, body=error)
    response = local.api("POST", "/v1/projects", BODY)
    assert (response.status_code, response.headers["retry-after"], response.json()) == (429, "7", error)
    assert count(local) == 0
    local.made("/v1/projects", **BODY)


def test_a_status_can_have_any_body(local: LocalServer) -> None:
    """Not every error response of a proxy is JSON."""
    local.fault(kind="status", status=500, body="oops", contentType="text/plain")
    response = local.api("GET", "/v1/me")
    assert (response.status_code, response.text, response.headers["content-type"]) == (500, "oops", "text/plain")
    local.fault(kind="html")
    response = local.api("GET", "/v1/me")
    assert (response.status_code, response.headers["content-type"]) == (502, "text/html")
    assert response.text.startswith("<html>")


def test_a_status_after_the_operation(local: LocalServer) -> None:
    """A gateway responds 504, and the project was created all the same."""
    local.fault(**CREATE, kind="status_after", status=504)
    assert local.api("POST", "/v1/projects", BODY).status_code == 504
    assert count(local) == 1


@pytest.mark.parametrize(("kind", "made"), [("cut_before", 0), ("cut_after", 1)])
def test_a_connection_is_closed(local: LocalServer, kind: str, made: int) -> None:
    """The connection is closed before or after the operation; the client sees that, and the log has no status."""
    local.clear()
    local.fault(**CREATE, kind=kind)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        local.api("POST", "/v1/projects", BODY)
    assert count(local) == made
    [first, _] = local.requests()
    assert (first["status"], first["fault"], first["body"]) == (None, kind, BODY)


def test_a_response_can_be_truncated(local: LocalServer) -> None:
    """The Content-Length is right, the body is no JSON, and the operation was carried out."""
    local.fault(**CREATE, kind="truncate")
    response = local.api("POST", "/v1/projects", BODY)
    with pytest.raises(JSONDecodeError):
        response.json()
    assert response.status_code == 201
    assert count(local) == 1


def test_a_field_can_be_ignored(local: LocalServer) -> None:
    """The service responds 200 and ignored the field, as it may with isDefault."""
    project = local.made("/v1/projects", name="shop")
    other = local.made("/v1/databases", projectId=project["id"], name="other")
    local.fault(method="PATCH", path="/v1/databases/*", kind="ignore", fields=["isDefault"])
    body = {"isDefault": True, "name": "renamed"}
    response = local.api("PATCH", f"/v1/databases/{other['id']}", body)
    data = response.json()["data"]
    assert (response.status_code, data["isDefault"], data["name"]) == (200, False, "renamed")
    assert local.requests()[-1]["body"] == body


def test_a_response_can_be_edited(local: LocalServer) -> None:
    """Fields are removed or have another value, at any depth; the records stay as they were."""
    project = local.made("/v1/projects", name="shop")
    path = f"/v1/databases/{project['database']['id']}"
    set_ = {"data.name": "edited", "data.connections.0.name": "first", "data.more.deep": 1, "data.more": 2}
    local.fault(path=path, kind="patch_answer", remove=["data.status", "data.connections.*.kind"], set=set_)
    data = local.api("GET", path).json()["data"]
    assert "status" not in data
    assert "kind" not in data["connections"][0]
    assert (data["name"], data["connections"][0]["name"], data["more"]) == ("edited", "first", 2)
    assert local.api("GET", path).json()["data"]["name"] == "shop"


def test_a_list_can_lag(local: LocalServer) -> None:
    """One list lacks the newest object, which is found by its id."""
    old = local.made("/v1/projects", **BODY)
    new = local.made("/v1/projects", **BODY)
    local.fault(method="GET", path="/v1/projects", kind="lag")
    listed = local.api("GET", "/v1/projects").json()["data"]
    assert [row["id"] for row in listed] == [old["id"]]
    assert local.api("GET", f"/v1/projects/{new['id']}").status_code == 200
    assert count(local) == 2


def test_a_lagging_list_hides_a_new_connection_inside_its_database(local: LocalServer) -> None:
    """A database lists its connections, and those lag, too."""
    project = local.made("/v1/projects", name="shop")
    new = local.made("/v1/connections", databaseId=project["database"]["id"], name="web")
    local.fault(method="GET", path="/v1/databases", kind="lag")
    lagging, whole = (local.api("GET", "/v1/databases").json()["data"][0] for _ in range(2))
    assert new["id"] not in [row["id"] for row in lagging["connections"]]
    assert new["id"] in [row["id"] for row in whole["connections"]]


def test_a_response_can_be_delayed(local: LocalServer) -> None:
    """A delay is long enough for a client's timeout, and the operation is carried out."""
    local.fault(**CREATE, kind="delay", seconds=0.5)
    with pytest.raises(httpx.ReadTimeout):
        local.api("POST", "/v1/projects", BODY, timeout=0.1)
    while not count(local):
        pass
    assert count(local) == 1


@pytest.mark.parametrize(("kind", "done"), [("delay", 0), ("delay_after", 1)])
def test_a_response_can_be_delayed_without_end(local: LocalServer, kind: str, done: int) -> None:
    """A delay without seconds lasts until the faults are removed, before the operation or after it."""
    local.fault(**CREATE, kind=kind)
    with ThreadPoolExecutor() as pool:
        response = pool.submit(local.api, "POST", "/v1/projects", BODY)
        wait_until(lambda: local.faults()[0]["fired"] == 1 and count(local) == done)
        assert local.requests()[0]["status"] is None
        local.clear_faults()
        assert response.result().status_code == 201
    assert count(local) == 1


def test_a_fault_skips_fires_and_ends(local: LocalServer) -> None:
    """`after` requests pass, `times` requests get the fault, the rest pass; it shows how often it fired."""
    local.fault(method="GET", path="/v1/me", kind="status", status=503, after=1, times=2)
    assert [local.api("GET", "/v1/me").status_code for _ in range(5)] == [200, 503, 503, 200, 200]
    assert local.faults()[0]["fired"] == 2


def test_a_fault_without_an_end_lasts_until_it_is_removed(local: LocalServer) -> None:
    """times=0 is every request."""
    local.fault(path="/v1/p*", kind="status", status=503, times=0)
    assert [local.api("GET", "/v1/projects").status_code for _ in range(3)] == [503, 503, 503]
    assert local.api("GET", "/v1/me").status_code == 200
    local.clear_faults()
    assert local.api("GET", "/v1/projects").status_code == 200


@pytest.mark.parametrize(
    "rule",
    [
        {"kind": "earthquake"},
        {"kind": "status"},
        {"kind": "status", "status": 42},
        {"kind": "delay", "seconds": "2"},
        {"kind": "ignore"},
        {"kind": "kill", "step": "never"},
        {"kind": "cut_before", "seconds": 1},
        {"kind": "cut_before", "after": -1},
        {"kind": "cut_before", "match": "isDefault"},
        {"kind": "status", "status": 403, "code": 5},
        {"kind": "status", "status": 403, "code": "full", "body": {}},
    ],
)
def test_an_invalid_fault_is_refused(local: LocalServer, rule: Shape) -> None:
    """A misspelt fault must not make a test pass."""
    assert local.http.post("/_local/faults", json=rule).status_code == 400
    assert local.faults() == []


@pytest.mark.parametrize(
    ("match", "statuses"),
    [
        ({"isDefault": True}, [503, 201]),
        ({"isDefault": 1}, [201, 201]),
        ({"source.type": "empty"}, [201, 503]),
        ({"isDefault": False, "name": "orders"}, [201, 503]),
        ({"isDefault": None}, [201, 201]),
        ({"name.first": "orders"}, [201, 201]),
    ],
)
def test_a_fault_can_match_the_body(local: LocalServer, project: Shape, match: Shape, statuses: list[int]) -> None:
    """Only requests with this value in their body get the fault, by a dotted path."""
    local.fault(method="POST", path="/v1/databases", kind="status", status=503, times=0, match=match)
    asked: list[Shape] = [{"name": "first", "isDefault": True}]
    asked += [{"name": "orders", "isDefault": False, "source": {"type": "empty"}}]
    responses = [local.api("POST", "/v1/databases", {"projectId": project["id"], **body}) for body in asked]
    assert [response.status_code for response in responses] == statuses
    assert local.api("GET", "/v1/databases").status_code == 200


def test_a_body_that_does_not_match_is_not_counted(local: LocalServer) -> None:
    """`after` counts matching requests: the second project of this name fails, whatever is sent in between."""
    local.fault(**CREATE, kind="status", status=503, after=1, match={"name": "shop"})
    names = ("shop", "other", "shop")
    statuses = [local.api("POST", "/v1/projects", {**BODY, "name": name}).status_code for name in names]
    assert statuses == [201, 201, 503]


def test_a_plan_that_is_full(local: LocalServer, project: Shape) -> None:
    """I rehearse the plan's limit: I choose code and message, whatever the status."""
    words = {"code": "planLimitReached", "message": "Workspace plan limit reached"}
    local.fault(method="POST", path="/v1/databases", kind="status", status=403, **words)
    response = local.api("POST", "/v1/databases", {"projectId": project["id"]})
    assert (response.status_code, response.json()) == (403, {"error": words})
    local.fault(path="/v1/me", kind="status_after", status=400, code="planLimitReached")
    error = local.api("GET", "/v1/me").json()["error"]
    assert (error["code"], bool(error["message"])) == ("planLimitReached", True)


@pytest.mark.parametrize("older", [False, True])
def test_one_default_only(local: LocalServer, project: Shape, older: bool) -> None:
    """With oneDefault a second default database is refused and not created; a PATCH still promotes."""
    local.settings(oneDefault=True)
    path = f"/v1/projects/{project['id']}/databases" if older else "/v1/databases"
    body = {} if older else {"projectId": project["id"]}
    first = local.made(path, **body, name="first", isDefault=True)
    refused = local.api("POST", path, {**body, "name": "second", "isDefault": True})
    assert (refused.status_code, refused.json()["error"]["message"]) == (409, "Default database already exists")
    second = local.made(path, **body, name="second")
    assert len(local.api("GET", "/v1/databases").json()["data"]) == 2
    assert local.api("PATCH", f"/v1/databases/{second['id']}", {"isDefault": True}).json()["data"]["isDefault"]
    assert not local.api("GET", f"/v1/databases/{first['id']}").json()["data"]["isDefault"]
    local.reset()
    assert local.settings()["oneDefault"] is False


ENDPOINTS = pytest.mark.parametrize("endpoint", ["direct", "pooled"])


def url_of(local: LocalServer, project: Shape, endpoint: str) -> str:
    """A connection string of a new database."""
    made = local.made("/v1/databases", projectId=project["id"], name="cold")
    return str(made["connections"][0]["endpoints"][endpoint]["connectionString"])


@ENDPOINTS
def test_a_new_database_starts(local: LocalServer, project: Shape, endpoint: str) -> None:
    """As at the service: ready, and its connections are refused, then dropped at the first query; then it works."""
    local.settings(coldStartRefusing=100_000)
    url = url_of(local, project, endpoint)
    with pytest.raises(psycopg.OperationalError, match="Failed to connect to upstream database"):
        psycopg.connect(url)
    local.settings(coldStartRefusing=0, coldStartDropping=100_000)
    with psycopg.connect(url) as session, pytest.raises(psycopg.OperationalError, match="closed"):
        session.execute("select 1")
    local.settings(coldStartDropping=0)
    with psycopg.connect(url) as session:
        assert session.execute("select 1").fetchone() == (1,)


def test_an_idle_database_starts_again(local: LocalServer, project: Shape) -> None:
    """A database without a session goes into standby, and starts anew; one that is used goes on."""
    url = url_of(local, project, "direct")
    with psycopg.connect(url) as used:
        local.settings(standbyAfter=1e-9, coldStartRefusing=100_000)
        # The database is old enough not to start because it is new: only what is idle starts.
        assert used.execute("select 1").fetchone() == (1,)
    with pytest.raises(psycopg.OperationalError, match="Failed to connect"):
        psycopg.connect(url)


def test_the_log_holds_every_request_and_no_secret(local: LocalServer) -> None:
    """Tests count requests; there is no token in the log."""
    local.clear()
    project = local.made("/v1/projects", **BODY)
    local.api("GET", "/v1/databases", params={"projectId": project["id"]})
    transfer = f"/v1/projects/{project['id']}/transfer"
    local.api("POST", transfer, {"recipientAccessToken": "theirs"})
    local.api("GET", "/v1/me", token="wrong")
    log = local.requests()
    assert [(row["n"], row["method"], row["path"], row["status"]) for row in log] == [
        (1, "POST", "/v1/projects", 201),
        (2, "GET", "/v1/databases", 200),
        (3, "POST", transfer, 409),
        (4, "GET", "/v1/me", 401),
    ]
    assert log[0]["body"] == BODY
    assert log[1]["query"] == {"projectId": project["id"]}
    assert (log[1]["workspaceId"], log[3]["workspaceId"]) == (project["workspace"]["id"], None)
    assert "theirs" not in str(log)
    assert local.token not in str(log)


def test_open_requests_are_counted(local: LocalServer) -> None:
    """inFlightMax is how many requests were open at once."""
    local.settings(latency=0.3, inFlightMax=0)
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: local.api("GET", "/v1/me"), range(4)))
    assert local.settings(latency=0)["inFlightMax"] == 4
    local.settings(maxInFlightSeen=0)
    local.api("GET", "/v1/me")
    assert local.settings()["inFlightMax"] == 1


def test_beyond_the_rate_limit_is_429_with_retry_after(local: LocalServer) -> None:
    """Too fast, I get the API's 429 and nothing is created; after Retry-After the request succeeds."""
    local.settings(rateLimit=2)
    local.clear()
    responses = [local.api("POST", "/v1/projects", BODY) for _ in range(4)]
    assert [response.status_code for response in responses] == [201, 201, 429, 429]
    assert responses[3].json()["error"]["code"] == "rate-limit-exceeded"
    assert [row["status"] for row in local.requests()] == [201, 201, 429, 429]
    time.sleep(int(responses[3].headers["retry-after"]))
    assert count(local) == 2


def test_a_rate_limit_can_be_lifted(local: LocalServer) -> None:
    """0 is no limit; a reset removes the limit and the count."""
    local.settings(rateLimit=1)
    assert [local.api("GET", "/v1/me").status_code for _ in range(2)] == [200, 429]
    assert local.settings(rateLimit=0)["rateLimit"] == 0
    assert {local.api("GET", "/v1/me").status_code for _ in range(9)} == {200}
    local.settings(rateLimit=1)
    local.reset()
    assert local.settings()["rateLimit"] == 0


def test_a_rate_is_never_exceeded_in_any_second() -> None:
    """All at once or one by one: the second before each request counts, and a refused request does not."""
    rate = Rate(2)
    waits = [rate.wait(moment) for moment in (0.0, 0.25, 0.5, 0.75, 1.0, 1.125, 1.25)]
    assert waits == [0.0, 0.0, 0.5, 0.25, 0.0, 0.125, 0.0]


def test_drift_changes_an_object_without_the_api(local: LocalServer) -> None:
    """As somebody at the console would: no request is in the log."""
    project = local.made("/v1/projects", name="shop")
    first = project["database"]["id"]
    other = local.made("/v1/databases", projectId=project["id"], name="other")["id"]
    local.clear()
    local.drift(other, name="drifted", isDefault=True, status="recovering", region="eu-west-3", logicalId="l")
    local.drift(project["id"], name="drifted", region="eu-west-3")
    assert local.requests() == []
    old, new = local.api("GET", "/v1/databases").json()["data"]
    assert (old["isDefault"], new["isDefault"], new["status"]) == (False, True, "recovering")
    assert (new["name"], new["region"]["id"], new["logicalId"]) == ("drifted", "eu-west-3", "l")
    assert local.api("GET", f"/v1/projects/{project['id']}").json()["data"]["defaultRegion"] == "eu-west-3"
    local.gone(other)  # the default one, which the API would not delete
    local.gone(project["database"]["defaultConnectionId"])
    assert local.api("GET", f"/v1/databases/{other}").status_code == 404
    assert local.api("GET", f"/v1/databases/{first}").json()["data"]["connections"] == []
    local.gone(project["id"])
    assert local.postgres() == {"databases": [], "roles": []}


@pytest.mark.parametrize(
    "set_", [{"colour": "red"}, {}, {"branchId": "br_cunknownunknown"}, {"status": 5}, {"name": None}]
)
def test_invalid_drift_is_refused(local: LocalServer, set_: Shape) -> None:
    """A misspelt field must not make a test pass."""
    database = local.made("/v1/projects", name="shop")["database"]
    refused = local.http.post("/_local/drift", json={"id": database["id"], "set": set_})
    assert refused.status_code in (400, 404)
    unknown = local.http.post("/_local/drift", json={"id": "db_unknown", "gone": True})
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    "settings",
    [
        {"latency": -1},
        {"latency": "1"},
        {"provisioningEnds": "x"},
        {"other": 1},
        {"rateLimit": 0.5},
        {"oneDefault": 1},
    ],
)
def test_an_invalid_setting_is_refused(local: LocalServer, settings: Shape) -> None:
    """The same for settings."""
    assert local.http.put("/_local/settings", json=settings).status_code == 400


def test_a_reset_is_a_first_start(local: LocalServer) -> None:
    """Everything of every workspace is deleted, and only the first token stays."""
    token, _ = local.mint("other")
    local.made("/v1/projects", name="mine")
    local.api("POST", "/v1/projects", {"name": "theirs"}, token=token)
    local.fault(kind="status", status=500, path="/v1/never")
    local.settings(latency=0.01, provisioning=5)
    local.reset()
    assert local.postgres() == {"databases": [], "roles": []}
    assert (local.faults(), local.requests()) == ([], [])
    assert local.settings()["provisioning"] == 0
    assert local.api("GET", "/v1/me", token=token).status_code == 401
    assert count(local) == 0


def test_the_list_of_control_routes(local: LocalServer) -> None:
    """`GET /_local/` lists every control route with a line; each GET of them responds."""
    listed = local.http.get("/_local/").json()["data"]
    assert all(each["does"].endswith(".") for each in listed)
    found = {(each["method"], each["path"]) for each in listed}
    assert {("POST", "/_local/backups"), ("POST", "/_local/drift"), ("POST", "/_local/reset")} <= found
    for path in {path for _, path in found}:
        assert local.http.patch(path).status_code == 405
        assert ("GET", path) not in found or local.http.get(path).status_code == 200
    assert local.http.get("/_local/nothing").status_code == 404


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
def test_a_web_page_cannot_use_the_control_routes(local: LocalServer, headers: dict[str, str]) -> None:
    """A page in my browser can send requests to 127.0.0.1, but they are refused."""
    assert local.http.post("/_local/reset", headers=headers).status_code in (400, 403)
