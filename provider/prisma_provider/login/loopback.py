"""Where the browser comes back to: one address of this machine, for one response (RFC 8252)."""

from __future__ import annotations

import hmac
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from prisma_provider.errors import LoginFailed

HOST = "127.0.0.1"
PATH = "/callback"
DEFAULT_PORT = 51267
"""Fixed, since an authorization server may want to know the redirect address beforehand; 0 takes a free one."""
PAGE = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>pulumi-prisma</title><link rel="icon" href="data:,">'
    '<body style="font: 16px/1.5 system-ui, sans-serif; text-align: center; margin-top: 20vh">'
    "<h1>{title}</h1><p>You can close this window and go back to the terminal.</p></html>"
)


class Loopback(TCPServer):
    """Waits for the browser."""

    # Elsewhere another program that has the port would get the response; on POSIX it only ends the wait after a close.
    allow_reuse_address = os.name == "posix"

    def __init__(self, port: int) -> None:
        super().__init__((HOST, port), _Handler)
        self.state = ""
        self.returned: str | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    @property
    def redirect_uri(self) -> str:
        """The address to come back to."""
        return f"http://{HOST}:{self.port}{PATH}"

    def wait(self, state: str, seconds: float) -> str:
        """The address that the browser came back with, which has this state; LoginFailed after this long."""
        self.state = state
        deadline = time.monotonic() + seconds
        while self.returned is None:
            self.timeout = deadline - time.monotonic()
            if self.timeout <= 0:
                raise LoginFailed(
                    f"Nobody came back from the browser within {seconds:g} s.", hint="run `pulumi-prisma login` again."
                )
            self.handle_request()
        return self.returned


@contextmanager
def listening(port: int) -> Iterator[Loopback]:
    """From here on the browser can come back."""
    try:
        server = Loopback(port)
    except OSError as error:
        raise LoginFailed(
            f"Port {port} of this machine is taken ({error.strerror}).", hint="give another one: --port."
        ) from None
    with server:
        yield server


class _Handler(BaseHTTPRequestHandler):
    server: Loopback
    timeout = 5  # a connection that says nothing, as browsers open them on suspicion, holds nobody up

    def do_GET(self) -> None:
        """Only what has our state is a response; what else on this machine asks is told so."""
        address = urlsplit(self.path)
        query = dict(parse_qsl(address.query))
        is_ours = hmac.compare_digest(query.get("state", "").encode(), self.server.state.encode())
        if address.path != PATH or not is_ours:
            self._show(404, "This is not the response that was waited for.")
            return
        self.server.returned = self.path
        self._show(200, "You are logged in." if "code" in query else "The login was refused.")

    def _show(self, status: int, title: str) -> None:
        page = PAGE.format(title=title).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the standard library's own name
        """Say nothing: the address holds the code."""
