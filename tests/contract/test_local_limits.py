"""What any client on this machine can send without a token, a web page too: it uses up neither memory nor time."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import uvicorn

from local_server import LocalServer
from prisma_local.http import request_log, wire
from prisma_local.http.request_log import RequestLog
from waiting import wait_until

MIB = 1024 * 1024


def test_the_body_of_a_request_without_token_is_not_logged(local: LocalServer) -> None:
    """Any page in my browser can send to 127.0.0.1; its bodies are not in the log, and mine are."""
    body = {"name": "shop", "createDatabase": False}
    local.api("POST", "/v1/projects", body, token="guessed")
    local.made("/v1/projects", **body)
    assert [(call["status"], call["body"]) for call in local.requests()] == [(401, None), (201, body)]


def test_a_long_body_is_logged_by_its_length(local: LocalServer) -> None:
    """The log says how long it was."""
    local.made("/v1/projects", name="shop", createDatabase=False, more="x" * 100_000)
    assert re.fullmatch("… 1000.. bytes", local.requests()[-1]["body"])


@pytest.mark.parametrize(
    ("path", "largest"),
    [
        ("/v1/projects", 64 * 1024),
        ("/v1/nothing", 64 * 1024),
        ("/v1/auth/github-actions/token", 64 * 1024),
        ("/token", 64 * 1024),
        ("/revoke", 64 * 1024),
        ("/authorize", 64 * 1024),
        ("/nothing", 64 * 1024),
        ("/_local/drift", MIB),
    ],
)
def test_a_body_that_is_too_long_is_refused_everywhere(local: LocalServer, path: str, largest: int) -> None:
    """No route reads without end."""
    response = local.http.post(path, content=b" " * (largest + 1))
    assert (response.status_code, response.json()["error"]["message"]) == (
        413,
        f"The request body exceeds {largest // 1024} KiB.",
    )
    assert local.http.post(path, content=b" " * largest).status_code != 413


def test_the_log_has_a_limit_in_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long paths, queries and bodies are: the oldest requests are removed, the newest are there."""
    monkeypatch.setattr(request_log, "MAX_BYTES", 1000)
    found = RequestLog()
    for n in range(20):
        found.set_body(found.add("POST", "/v1/projects", {"n": "x" * 80}), {"n": n}, 100)
    assert [call["body"]["n"] for call in found.as_json()] == [15, 16, 17, 18, 19]
    late = found.add("GET", "/v1/projects", {"n": "x" * 2000})
    found.set_body(late, {}, 100)
    assert found.as_json() == []
    under_way = found.add("POST", "/v1/projects", {})
    found.clear()
    found.set_body(under_way, {}, 900)
    found.add("GET", "/v1/projects", {"n": "x" * 500})
    assert len(found.as_json()) == 1


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize(("method", "path"), [("GET", "/_local/requests"), ("POST", "/_local/reset")])
def test_no_other_page_uses_the_control_routes(local: LocalServer, site: str, method: str, path: str) -> None:
    """A request of a page without an Origin, as of images and links, is refused, too."""
    local.made("/v1/projects", name="mine", createDatabase=False)
    response = local.http.request(method, path, headers={"Sec-Fetch-Site": site})
    assert (response.status_code, "mine" in response.text) == (403, False)
    assert len(local.api("GET", "/v1/projects").json()["data"]) == 1


@pytest.mark.parametrize("path", ["/", "/_page/overview", "/_local/", "/_local/requests", "/authorize"])
def test_no_other_host_name_is_accepted(local: LocalServer, path: str) -> None:
    """A page whose own host name suddenly means 127.0.0.1 (DNS rebinding) is refused."""
    assert local.http.get(path, headers={"Host": f"evil.example:{local.http.base_url.port}"}).status_code == 400


class Served:
    """Our protocol with an application that responds when the test says so."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.asked = threading.Event()
        config = uvicorn.Config(
            self._app, port=0, http=wire.ClosableProtocol, lifespan="off", interface="asgi3", log_config=None
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run)

    @contextlib.contextmanager
    def running(self) -> Iterator[int]:
        self._thread.start()
        wait_until(lambda: self._server.started, 60, "uvicorn did not start")
        try:
            yield self._server.servers[0].sockets[0].getsockname()[1]
        finally:
            self._server.should_exit = True
            self._thread.join()

    async def _app(self, scope: Any, receive: Any, send: Any) -> None:
        try:
            await wire.read(receive, MIB)
        except wire.ClientDisconnected:
            return
        self.asked.set()
        while not self.may.is_set():
            await asyncio.sleep(0.01)
        await wire.raw_response(200, "done", "text/plain").send(send)


HALVES = [
    b"",
    b"GET / HTT",
    b"GET / HTTP/1.1\r\nHost: x\r\n",
    b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf",
    b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf",
]


def test_half_a_request_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """The connection of a client that stops in the middle is closed; that of one that waits for its response is not."""
    served = Served()
    with served.running() as port, contextlib.ExitStack() as stack:

        def connected(sent: bytes) -> socket.socket:
            client = stack.enter_context(socket.create_connection(("127.0.0.1", port), 60))
            client.sendall(sent)
            return client

        whole = connected(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert served.asked.wait(60)
        monkeypatch.setattr(wire, "REQUEST_SECONDS", 0.1)
        for half in HALVES:
            assert ended(connected(half)), half
        served.may.set()
        response = b""
        while not response.endswith(b"done"):
            response += whole.recv(65536)
            assert response
        whole.sendall(b"GET / HT")
        assert ended(whole)


def ended(client: socket.socket) -> bool:
    """Whether the server closed the connection without a response."""
    with contextlib.suppress(ConnectionResetError):
        return client.recv(65536) == b""
    return True
