"""Connecting to PostgreSQL: what ends the wait, what goes on waiting, and what a resource makes of it."""

from __future__ import annotations

import socket
import sys
from typing import Any

import httpx
import pytest

from prisma_provider import errors
from prisma_provider.api.client import Client
from prisma_provider.handlers import HANDLERS
from prisma_provider.postgres import connecting, waiting
from prisma_provider.settings import Settings, Token
from unit.service import Service, declare

URL = "postgres://user:p4ssw0rd@db.example:5432/?sslmode=require"
AT = 'connection to server at "db.example" (192.0.2.1), port 5432 failed: '


class Session:
    """A session that only has to be closed."""

    closed = False

    def close(self) -> None:
        """It was given back."""
        self.closed = True


class Server:
    """What each attempt to connect comes to; the last one goes on. Pauses pass on its own clock."""

    def __init__(self) -> None:
        self.outcomes: list[errors.PrismaError | None] = [None]
        self.urls: list[str] = []
        self.seconds = 0.0
        self.session = Session()
        self.plans = 0
        self.blocked: bool | int = False

    def connect(self, url: str, seconds: float) -> Session:
        """One attempt."""
        self.urls.append(url)
        outcome = self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0]
        if outcome:
            raise outcome
        return self.session

    def sleep(self, seconds: float) -> None:
        """A pause."""
        self.seconds += seconds

    def answer(self, request: httpx.Request) -> httpx.Response:
        """The workspace's plan."""
        assert request.url.path == "/v1/workspaces/wksp_1/subscription"
        self.plans += 1
        if not isinstance(self.blocked, bool):
            return httpx.Response(self.blocked, json={"error": {"code": "x", "message": "no"}})
        plan = {"planName": "Free", "usageBlocked": self.blocked, "upgradeUrl": "https://console.example/upgrade"}
        return httpx.Response(200, json={"data": plan})

    def wait(self, seconds: float = 60, report: Any = lambda line: None) -> Any:
        """Wait for it as a resource would."""
        settings = Settings(Token("secret-token", "the test"), "http://127.0.0.1:1", retry_limit=1.0)
        client = Client(settings, transport=httpx.MockTransport(self.answer), sleep=self.sleep)
        return waiting.wait_until_connected(client, URL, seconds, report=report, workspace_id="wksp_1")


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server that accepts connections."""
    found = Server()
    monkeypatch.setattr(connecting, "connect", found.connect)
    monkeypatch.setattr(waiting, "monotonic", lambda: found.seconds)
    return found


def starting(said: str = "it starts") -> errors.Starting:
    """What an attempt during a cold start comes to."""
    return errors.Starting("db.example:5432 accepts no connections yet.", said=said)


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ('FATAL:  password authentication failed for user "user"', errors.NoConnection),
        ("FATAL:  Your account has restrictions: planLimitReached.", errors.NoConnection),
        ('FATAL:  database "user" does not exist', errors.NoConnection),
        ('root certificate file "/nowhere.crt" does not exist', errors.NoConnection),
        ("SSL error: certificate verify failed", errors.NoConnection),
        ("server does not support SSL, but SSL was required", errors.NoConnection),
        ("ERROR:  Failed to connect to upstream database", errors.Starting),
        ("FATAL:  the database system is starting up", errors.Starting),
        ("FATAL:  Your database is not configured correctly yet, try again in a minute or two", errors.Starting),
        ("FATAL:  sorry, too many connections already", errors.Starting),
        ("Connection refused\n\tIs the server running on that host?", errors.Starting),
        ("server closed the connection unexpectedly", errors.Starting),
    ],
)
def test_what_another_attempt_may_change(monkeypatch: pytest.MonkeyPatch, said: str, kind: type[Exception]) -> None:
    """A cold start goes by; a wrong password, a plan limit or a certificate does not, and its words are shown."""
    import psycopg

    def fail(*_: Any, **__: Any) -> None:
        raise psycopg.OperationalError(AT + said)

    monkeypatch.setattr(psycopg, "connect", fail)
    monkeypatch.setattr(connecting, "_unreachable", lambda host, port: None)
    with pytest.raises(errors.NoConnection) as caught:
        connecting.connect(URL)
    assert type(caught.value) is kind
    shown = str(caught.value)
    assert "p4ssw0rd" not in shown and "db.example:5432" in shown
    assert said.splitlines()[-1].rpartition("FATAL:")[2].rpartition("ERROR:")[2].strip(" .\t") in shown


def test_a_port_that_is_closed_to_this_network_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a firewall I am told that the port cannot be reached, and that a proxy does not help."""
    import psycopg

    def fail(*_: Any, **__: Any) -> None:
        raise psycopg.OperationalError(AT + "timeout expired")

    monkeypatch.setattr(psycopg, "connect", fail)
    monkeypatch.setattr(connecting, "_unreachable", lambda host, port: "nothing answers")
    with pytest.raises(errors.NoRoute, match="5432 cannot be reached from this network: nothing answers"):
        connecting.connect(URL)


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (TimeoutError(), "nothing answers"),
        (OSError(101, "Network is unreachable"), "Network is unreachable"),
        (socket.gaierror(-2, "unknown"), "its name is not known here"),
        (ConnectionRefusedError(), None),
        (ConnectionResetError(), None),
    ],
)
def test_what_the_network_says(monkeypatch: pytest.MonkeyPatch, failure: OSError, said: str | None) -> None:
    """A server that refuses is there; a network that lets nothing through is another cause."""

    def fail(*_: Any, **__: Any) -> None:
        raise failure

    monkeypatch.setattr(socket, "create_connection", fail)
    assert connecting._unreachable("db.example", 5432) == said


def test_parameters_of_prisma_are_no_parameters_of_postgresql() -> None:
    """`?schema=public&pgbouncer=true` is what Prisma takes, and PostgreSQL's own library refuses."""
    url = connecting._known_to_libpq(
        "postgres://u:p%40@h:5432/?schema=a&pgbouncer=true&sslmode=require&sslrootcert=%2Fx"
    )
    assert url == "postgres://u:p%40@h:5432/?sslmode=require&sslrootcert=%2Fx"


def test_without_the_driver(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where psycopg is not installed I am told what to install, in the preview."""
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(errors.ConfigurationError, match=r"takes psycopg.*\n.*\.\[postgres\]"):
        connecting.connect(URL)
    handler = HANDLERS["Database"]
    checked = handler.check(Service().live(), {}, {"projectId": None, "name": "x", "waitForConnection": 5})
    assert any("psycopg" in problem.what and "[postgres]" in problem.what for problem in checked.problems)


def test_a_wrong_password_ends_the_wait_at_once(server: Server) -> None:
    """Waiting does not make a password right: I am told at once."""
    server.outcomes = [starting(), errors.NoConnection("refused", said="password authentication failed")]
    with pytest.raises(errors.NoConnection, match="password authentication failed") as caught:
        server.wait()
    assert type(caught.value) is errors.NoConnection
    assert len(server.urls) == 2 and server.plans == 0


@pytest.mark.parametrize(("blocked", "said"), [(True, "console.example/upgrade"), (False, "planLimit"), (403, "planL")])
def test_a_plan_limit_names_the_plan(server: Server, blocked: bool | int, said: str) -> None:
    """When the message changes to a restriction, I am told of the plan and where to raise it, if it can be read."""
    server.blocked = blocked
    server.outcomes = [starting(), errors.NoConnection("refused", said="account has restrictions: planLimitReached")]
    with pytest.raises(errors.NoConnection, match=said):
        server.wait()
    assert server.plans == 1


def test_a_blocked_workspace_is_asked_for_when_it_takes_long(server: Server) -> None:
    """A blocked workspace looks like a database that starts: it is asked about once, and the wait ends."""
    server.outcomes = [starting()]
    with pytest.raises(errors.Starting):
        server.wait(300)
    assert server.plans == 1
    server.seconds, server.blocked = 0.0, True
    with pytest.raises(errors.NoConnection, match='blocked on its plan "Free"'):
        server.wait(300)
    assert waiting.ASK_PLAN <= server.seconds < waiting.ASK_PLAN + waiting.LONGEST_PAUSE


def test_a_port_that_is_never_reached_is_given_up(server: Server) -> None:
    """A closed port does not hold me up for the whole time."""
    server.outcomes = [errors.NoRoute("closed")]
    with pytest.raises(errors.NoRoute):
        server.wait(600)
    assert waiting.NO_ROUTE <= server.seconds < waiting.NO_ROUTE + waiting.LONGEST_PAUSE


def test_a_network_that_fails_for_a_moment_is_waited_for(server: Server) -> None:
    """A database that was reached once is not called unreachable later."""
    server.outcomes = [starting(), *[errors.NoRoute("closed")] * 20, None]
    assert server.wait(600) is server.session


def test_the_time_limit(server: Server) -> None:
    """The wait ends in its time, with the last cause."""
    server.outcomes = [starting("it starts")]
    with pytest.raises(errors.Starting, match="it starts"):
        server.wait(30)
    assert server.seconds <= 30


def test_a_server_that_is_ready_is_asked_once(server: Server) -> None:
    """Where the database accepts connections, nothing waits and nothing is said."""
    lines: list[str] = []
    assert server.wait(report=lines.append) is server.session
    assert server.seconds == 0 and not lines and len(server.urls) == 1


def test_a_cold_start_goes_by(server: Server) -> None:
    """I see a line while it is waited for, and then it connects."""
    lines: list[str] = []
    server.outcomes = [*[starting()] * 5, None]
    assert server.wait(report=lines.append) is server.session
    assert len(server.urls) == 6 and len(set(lines)) == 1 and "up to 60 s" in lines[0]


# as a resource has it


@pytest.mark.parametrize("seconds", [True, "60", -1, float("nan"), float("inf")])
@pytest.mark.parametrize("kind", ["Database", "Connection"])
def test_no_number_of_seconds(service: Service, kind: str, seconds: object) -> None:
    """What is no number of seconds is refused in the preview."""
    news = {"projectId": "proj_1", "databaseId": "db_1", "name": "web", "waitForConnection": seconds}
    problems = HANDLERS[kind].check(service.live(), {}, news).problems
    assert any(problem.field == "waitForConnection" for problem in problems)
    assert not service.log


def made(service: Service, kind: str, **inputs: Any) -> tuple[str, dict[str, Any]]:
    """Make a resource of this kind."""
    project = service.project()["id"]
    home = {"projectId": project} if kind == "Database" else {"databaseId": service.database(project)["id"]}
    live = service.live()
    return HANDLERS[kind].create(live, declare(live, kind, name="web", **home, **inputs))


@pytest.mark.parametrize("inputs", [{}, {"waitForConnection": 0}])
@pytest.mark.parametrize("kind", ["Database", "Connection"])
def test_it_does_not_wait_unless_told(service: Service, server: Server, kind: str, inputs: dict[str, Any]) -> None:
    """Without the setting nothing connects."""
    made(service, kind, **inputs)
    assert not server.urls


@pytest.mark.parametrize("kind", ["Database", "Connection"])
def test_a_new_one_is_connected_to(service: Service, server: Server, kind: str) -> None:
    """With the setting, what I made was connected to by its direct connection string, and the session is closed."""
    _, outputs = made(service, kind, waitForConnection=60.0)
    assert server.urls == [outputs["directUrl"]] and server.session.closed
    assert not service.notes


@pytest.mark.parametrize("kind", ["Database", "Connection"])
@pytest.mark.parametrize(
    "outcome", [starting(), errors.NoConnection("refused"), errors.Cancelled("The run was cancelled.")]
)
def test_what_was_made_is_never_lost(service: Service, server: Server, kind: str, outcome: errors.PrismaError) -> None:
    """Whatever ends the wait, the resource is in state with its secrets, and I am told."""
    server.outcomes = [outcome]
    object_id, outputs = made(service, kind, waitForConnection=2)
    assert object_id and outputs["directUrl"]
    assert any(outcome.what in note for note in service.notes)


@pytest.mark.parametrize("kind", ["Database", "Connection"])
def test_a_rotation_is_waited_for(service: Service, server: Server, kind: str) -> None:
    """A new password is connected with, too; an update without one waits for nothing."""
    object_id, olds = made(service, kind, waitForConnection=60)
    server.urls.clear()
    home = "projectId" if kind == "Database" else "databaseId"
    news: dict[str, Any] = {"name": "web", home: olds[home], "waitForConnection": 50}
    live = service.live()
    again = HANDLERS[kind].update(live, object_id, olds, declare(live, kind, olds, **news))
    assert not server.urls and again["waitForConnection"] == 50
    live = service.live()
    news = declare(live, kind, again, **news, rotationTrigger="2")
    rotated = HANDLERS[kind].update(live, object_id, again, news)
    assert server.urls == [rotated["directUrl"]] != [olds["directUrl"]]


def test_an_adopted_one_without_a_string_is_not_waited_for(service: Service, server: Server) -> None:
    """What is taken over has a password that nobody knows: a note, no wait."""
    database = service.database(service.project()["id"])["id"]
    connection = service.connection(database, "web")["id"]
    live = service.live()
    news = declare(live, "Connection", databaseId=database, name="web", adopt=connection, waitForConnection=60)
    HANDLERS["Connection"].create(live, news)
    assert not server.urls
    assert any("not waited for" in note for note in service.notes)
