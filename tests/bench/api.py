"""The Management API of the unit tests over HTTP, whose every answer takes as long: PostgreSQL's work is not ours."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx

from prisma_local.testing.rate_limit import Rate
from unit.service import WORKSPACE, Service, refusal

SPARE_HEADERS = ("content-length", "transfer-encoding", "connection")


class Api(ThreadingHTTPServer):
    """As much of `LocalServer` as a stack asks for, and how long calls were under way."""

    request_queue_size = 64
    daemon_threads = True

    def __init__(self, latency: float, rate: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.latency = latency
        self.rate = Rate(rate)
        """Requests a second, in whichever second; 0: as many as come."""
        self.refused = 0
        self._lock = threading.Lock()
        self._under_way = 0
        self._since = 0.0
        self.seconds = 0.0
        """How long at least one call was under way."""
        self.service = Service()

    @contextmanager
    def serving(self) -> Iterator[Api]:
        """Answer until the end."""
        thread = threading.Thread(target=self.serve_forever)
        thread.start()
        try:
            yield self
        finally:
            self.shutdown()
            thread.join()
            self.server_close()

    def mint(self, workspace: str) -> tuple[str, str]:
        """A token; there is one workspace."""
        return f"token-of-{workspace}", WORKSPACE

    def clear(self) -> None:
        """Begin to count."""
        self.service.log.clear()
        self.seconds = 0.0

    def requests(self) -> list[dict[str, Any]]:
        """The calls since then."""
        return [{"method": method, "path": path, "body": body} for method, path, body in self.service.log]

    def api(self, method: str, path: str, json: Any = None, *, token: str | None = None) -> httpx.Response:
        """A call that takes no time and counts for nothing."""
        return self.service._route(httpx.Request(method, f"http://127.0.0.1{path}"), json)

    def answer(self, request: httpx.Request) -> httpx.Response:
        """One call."""
        with self._call():
            with self._lock:
                wait = self.rate.wait(time.monotonic())
                self.refused += wait > 0
            time.sleep(self.latency)
            if wait:
                return refusal(429, "Too many requests.", **{"Retry-After": str(math.ceil(wait))})
            with self._lock:
                return self.service._answer(request)

    @contextmanager
    def _call(self) -> Iterator[None]:
        with self._lock:
            if not self._under_way:
                self._since = time.monotonic()
            self._under_way += 1
        yield
        with self._lock:
            self._under_way -= 1
            if not self._under_way:
                self.seconds += time.monotonic() - self._since


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    server: Api

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        url = f"http://{self.headers['host']}{self.path}"
        answer = self.server.answer(httpx.Request(self.command, url, content=body))
        self.send_response(answer.status_code)
        for name, value in answer.headers.items():
            if name not in SPARE_HEADERS:
                self.send_header(name, value)
        self.send_header("content-length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815  the names that http.server looks for

    def log_message(self, *given: Any) -> None:
        """Nobody reads it."""
