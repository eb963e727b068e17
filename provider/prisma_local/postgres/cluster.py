"""One PostgreSQL server and its data directory: made once, started, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from prisma_local.errors import StartupError
from prisma_local.postgres import child_process, initialization
from prisma_local.postgres.account import Account
from prisma_local.postgres.configuration import ADMIN, settings, write_access_rules
from prisma_local.postgres.finder import MAJOR, Installation

SOCKET_PATH_LIMIT = 100  # macOS allows 103 bytes, Linux 107
START_SECONDS = 60.0
STOP_SECONDS = 20.0
POSTGRES_PORT = 5432  # PostgreSQL names its Unix socket by a port, and listens on none


@dataclass(slots=True)
class Cluster:
    """`begin`, `prepare`, `start` in this order; `stop` at any time. `folder` is the data directory of prisma-local."""

    title: ClassVar[str] = "PostgreSQL"

    installation: Installation
    account: Account
    folder: Path
    durable: bool = True
    process: subprocess.Popen[bytes] | None = None
    socket_folder: Path | None = None
    initdb: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        return self.folder / "pgdata"

    @property
    def log(self) -> Path:
        return self.folder / "postgres.log"

    @property
    def certificate(self) -> Path:
        """Where clients find the certificate to trust: PostgreSQL's own folder is closed to them."""
        return self.folder / "server.crt"

    def begin(self) -> None:
        """Start initdb where there is no data yet; it takes a second, in which others can work."""
        self._check_version()
        if not self.data.exists():
            with child_process.signals_afterwards():
                self.initdb = initialization.begin(
                    self.installation, self.account, self.data, self.log, durable=self.durable
                )

    def prepare(self) -> None:
        """Wait for initdb, and end the server that a killed control plane left running."""
        if self.initdb is not None and not initialization.finish(self.initdb, self.account, self.data):
            raise StartupError(f"PostgreSQL's initdb failed: {self.last_log_line()}")
        self.end_orphan()
        shutil.copyfile(self.data / "server.crt", self.certificate)
        write_access_rules(self.data, self.account)
        self.socket_folder = self._make_socket_folder()

    def start(self) -> None:
        """Start `postgres` and return when it takes connections."""
        options = settings(self.installation, POSTGRES_PORT, self.socket(POSTGRES_PORT).parent, durable=self.durable)
        command = [self.installation.tool("postgres"), "-D", str(self.data), *options]
        with child_process.signals_afterwards():
            self.process = child_process.start(command, self.account, self.data, self.log)
        self._wait_until_ready(self.process)

    def stop(self) -> None:
        """Stop it, wait for its end, and leave nothing in the temporary folder."""
        if self.initdb is not None and self.initdb.poll() is None:
            child_process.kill_group(self.initdb)
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT if self.durable else signal.SIGQUIT)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(STOP_SECONDS)
        if self.socket_folder is not None and self.socket_folder.parent != self.folder:
            shutil.rmtree(self.socket_folder)

    def socket(self, port: int) -> Path:
        """The Unix socket of a server with this port: PostgreSQL, or pgbouncer in the same folder."""
        assert self.socket_folder is not None, "prepare() comes first"  # noqa: S101
        return self.socket_folder / f".s.PGSQL.{port}"

    def last_log_line(self) -> str:
        """The last line that names an error, else the last one."""
        lines = [line.strip() for line in self._log_text().splitlines() if line.strip()]
        errors = [line for line in lines if "FATAL" in line or "error" in line.lower()]
        return (errors or lines or ["it gave no reason"])[-1]

    def conninfo(self, database: str = "postgres") -> dict[str, str]:
        """How the control plane itself connects: as the superuser, over the socket."""
        return {
            "host": str(self.socket_folder),
            "port": str(POSTGRES_PORT),
            "user": ADMIN,
            "dbname": database,
            "application_name": "prisma-local",
        }

    def end_orphan(self) -> None:
        """Stop the server that a killed control plane left running."""
        pid = self._postmaster()[0]
        if not pid.isdigit():
            return

        def orphan() -> list[int]:
            servers = child_process.running(lambda line: f"-D {self.data} " in line)
            return [found for found in servers if found == int(pid)]

        for sign in (signal.SIGINT, signal.SIGQUIT):
            if not child_process.end(orphan, sign, STOP_SECONDS):
                return
        raise StartupError(f"An earlier PostgreSQL (process {pid}) of {self.folder} does not stop.")

    def _check_version(self) -> None:
        marker = self.data / "PG_VERSION"
        if marker.exists() and marker.read_text().strip() != str(MAJOR):
            raise StartupError(
                f"{self.data} was made by PostgreSQL {marker.read_text().strip()} and this is {MAJOR}; "
                "choose another --data-dir."
            )

    def _make_socket_folder(self) -> Path:
        folder = self.folder / "run"
        if len(os.fsencode(folder / ".s.PGSQL.65535.lock")) > SOCKET_PATH_LIMIT:
            folder = Path(tempfile.mkdtemp(prefix="prisma-local-run-", dir="/tmp"))
        folder.mkdir(mode=0o700, exist_ok=True)
        self.account.own(folder)
        return folder

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """PostgreSQL says so in `postmaster.pid`; one that another process left says it too, with another pid."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise StartupError(f"PostgreSQL did not start: {self.last_log_line()}")
            lines = self._postmaster()
            if len(lines) > 7 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                return
            time.sleep(0.01)
        raise StartupError(f"PostgreSQL was not ready within {START_SECONDS:.0f} seconds; see {self.log}.")

    def _log_text(self) -> str:
        return self.log.read_text(errors="replace")

    def _postmaster(self) -> list[str]:
        """The lines of `postmaster.pid`: first the pid, the eighth is the status."""
        try:
            return (self.data / "postmaster.pid").read_text().split("\n")
        except FileNotFoundError:
            return [""]
