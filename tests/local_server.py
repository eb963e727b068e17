"""The installed `prisma-local` as a subprocess, for tests: `from local_server import LocalServer`."""

from __future__ import annotations

import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any
from urllib.parse import urlsplit

import httpx

from waiting import wait_until

START_SECONDS = 60.0
STOP_SECONDS = 60.0
COMMAND = str(Path(sys.executable).with_name("prisma-local"))
LINES = ("PRISMA_API_BASE_URL", "PRISMA_SERVICE_TOKEN")


def user_of(connection_string: str) -> str:
    """The user in a connection string; that of a default connection is called like its database in PostgreSQL."""
    return urlsplit(connection_string).username or ""


def naming(connection_string: str, database: str) -> str:
    """The connection string with the name of a database, which it does not have by itself."""
    return connection_string.replace("/?", f"/{database}?")


class LocalServer:
    """Starts when entered, stops cleanly when left, and fails where the server did not.

    >>> with LocalServer() as server:
    ...     project = server.made("/v1/projects", name="shop")

    Without `data_dir` it is ephemeral. `arguments` go to the command line, `process` to Popen, and `program`
    stands in for the installed command.
    """

    def __init__(
        self,
        data_dir: Path | None = None,
        *arguments: str,
        program: Sequence[str] = (),
        **process: Any,
    ) -> None:
        place = ["--ephemeral"] if data_dir is None else ["--data-dir", str(data_dir)]
        self._command = [*(program or [COMMAND]), *place, *arguments]
        self._options = process
        self._stderr: IO[bytes]
        self._last_words = ""
        self.url = ""
        self.token = ""
        self.process: subprocess.Popen[bytes]
        self.http = httpx.Client()

    def __enter__(self) -> LocalServer:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start and wait for the two lines that say it is ready."""
        self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - closed when the process has ended
        self.process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=self._stderr, stdin=subprocess.DEVNULL, **self._options
        )
        values = self._read_lines()
        self.url, self.token = (values[name] for name in LINES)
        self.http = httpx.Client(base_url=self.url, timeout=60.0, trust_env=False)

    def stop(self) -> int:
        """SIGTERM, then its exit code, which is 0 unless something went wrong."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self._ended()
        assert code in (0, -signal.SIGKILL), f"prisma-local ended with {code}:\n{self.stderr()}"
        return code

    def kill(self) -> None:
        """SIGKILL, as an out-of-memory killer would; PostgreSQL goes on running."""
        self.process.kill()
        self._ended()

    def wait_for_death(self) -> int:
        """Wait until a `kill` fault has ended it, or until it ends by itself; returns the exit code."""
        return self._ended()

    def stderr(self) -> str:
        if self._stderr.closed:
            return self._last_words
        self._stderr.seek(0)
        return self._stderr.read().decode(errors="replace")

    def api(self, method: str, path: str, json: Any = None, *, token: str | None = None, **more: Any) -> httpx.Response:
        """A request to the Management API with the server's token, or another."""
        headers = {"Authorization": f"Bearer {token or self.token}", **more.pop("headers", {})}
        body = {} if json is None else {"json": json}
        return self.http.request(method, path, headers=headers, **body, **more)

    def made(self, path: str, /, **body: Any) -> dict[str, Any]:
        """The object that a POST created."""
        response = self.api("POST", path, body)
        assert response.is_success, f"POST {path}: {response.status_code} {response.text}"
        data: dict[str, Any] = response.json()["data"]
        return data

    def control(self, method: str, path: str, json: Any = None) -> Any:
        """A request to `/_local/…`, by the rest of the path; returns the JSON, and fails where it is refused."""
        body = {} if json is None else {"json": json}
        response = self.http.request(method, f"/_local/{path.removeprefix('/_local').lstrip('/')}", **body)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    def requests(self) -> list[dict[str, Any]]:
        """The API requests since the last `clear`, in the order they came."""
        found: list[dict[str, Any]] = self.control("GET", "requests")["data"]
        return found

    def clear(self) -> None:
        """Empty the log of requests."""
        self.control("DELETE", "requests")

    def wait_until_acted(self, seconds: float = 30.0) -> None:
        """Wait until each request with a `delay` fault is carried out: its client has timed out long before."""
        wait_until(
            lambda: not any(call["fault"] == "delay" and call["status"] is None for call in self.requests()),
            seconds,
            "a delayed request was never carried out",
        )

    def fault(self, **rule: Any) -> None:
        """Set a fault: `fault(method="POST", path="/v1/databases", kind="cut_after")`."""
        self.control("POST", "faults", rule)

    def faults(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.control("GET", "faults")["data"]
        return found

    def clear_faults(self) -> None:
        self.control("DELETE", "faults")

    def drift(self, id_: str, **set_: Any) -> None:
        """Change an object without the API."""
        self.control("POST", "drift", {"id": id_, "set": set_})

    def gone(self, id_: str) -> None:
        """Delete an object without the API."""
        self.control("POST", "drift", {"id": id_, "gone": True})

    def backup(self, database_id: str) -> dict[str, Any]:
        """A backup of a database, taken now."""
        found: dict[str, Any] = self.control("POST", "backups", {"databaseId": database_id})["data"]
        return found

    def settings(self, **changes: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.control("PUT", "settings", changes)
        return found

    def reset(self) -> None:
        """As after the first start: no objects, no faults, an empty log, only the first token."""
        self.control("POST", "reset")

    def mint(self, workspace: str | None = None) -> tuple[str, str]:
        """A new token of a workspace, and that workspace's id."""
        found = self.control("POST", "tokens", {"workspace": workspace})
        return found["token"], found["workspaceId"]

    def revoke(self, token: str) -> None:
        self.control("DELETE", "tokens", {"token": token})

    def postgres(self) -> dict[str, list[str]]:
        """The databases and roles that PostgreSQL really has, once deletes are carried out."""
        found: dict[str, list[str]] = self.control("GET", "postgres")
        return found

    def stock(self) -> dict[str, Any]:
        """The databases and roles that were made in advance, and whether the stock is full."""
        found: dict[str, Any] = self.control("GET", "stock")
        return found

    def stocked(self, seconds: float = 60.0) -> dict[str, Any]:
        """The stock once it is full: it is filled only while there are no API requests."""
        wait_until(lambda: bool(self.stock()["full"]), seconds, "the stock was never filled")
        return self.stock()

    def _ended(self) -> int:
        code = self.process.wait(STOP_SECONDS)
        self._last_words = self.stderr()
        self._stderr.close()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.http.close()
        return code

    def _read_lines(self) -> dict[str, str]:
        """Two lines from its stdout, read in a thread, because a read has no timeout."""
        lines: queue.Queue[str] = queue.Queue()
        thread = threading.Thread(target=self._pass_on, args=(lines,), daemon=True)
        thread.start()
        values: dict[str, str] = {}
        while len(values) < len(LINES):
            try:
                line = lines.get(timeout=START_SECONDS)
            except queue.Empty:
                line = ""
            if not line:
                self.process.kill()
                self._ended()
                raise AssertionError(f"prisma-local did not start:\n{self._last_words}")
            name, _, value = line.strip().partition("=")
            values[name] = value
        thread.join()
        return values

    def _pass_on(self, lines: queue.Queue[str]) -> None:
        stdout = self.process.stdout
        assert stdout is not None
        for _ in LINES:
            lines.put(stdout.readline().decode())
