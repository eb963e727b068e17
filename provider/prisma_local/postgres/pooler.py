"""pgbouncer in front of PostgreSQL: the pooled endpoint, where this machine has a pgbouncer.

Its users are copied from PostgreSQL whenever they change: login roles and the SCRAM verifiers of their passwords,
with which pgbouncer authenticates clients and logs in to PostgreSQL. It has no data of its own and may be killed.
"""

from __future__ import annotations

import logging
import os
import pwd
import signal
import subprocess
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg

from prisma_local.errors import StartupError
from prisma_local.postgres import child_process
from prisma_local.postgres.cluster import Cluster
from prisma_local.postgres.finder import Bouncer
from prisma_local.postgres.pooler_files import (
    CLIENT_LIMIT,
    LIMITS_CLIENTS,
    POOLER_PORT,
    Login,
    PoolerFiles,
    settings_in,
)

logger = logging.getLogger("prisma_local")

START_SECONDS = 20.0
POLL_SECONDS = 1.0
END_SECONDS = 5.0


class Pooler:
    title = "pgbouncer"

    def __init__(self, bouncer: Bouncer, cluster: Cluster) -> None:
        self.version = bouncer.version
        self.process: subprocess.Popen[bytes] | None = None
        self._bouncer = bouncer
        self._cluster = cluster
        self._files = PoolerFiles(cluster, bouncer, pwd.getpwuid(os.geteuid()).pw_name)
        self._console: psycopg.Connection[tuple[Any, ...]] | None = None
        self._allowed: frozenset[str] = frozenset()
        self._disconnecting = threading.Lock()
        self._stopped = threading.Event()

    @property
    def log(self) -> Path:
        return self._cluster.folder / "pooler.log"

    def start(self) -> None:
        """Start it, without users, and return when it listens."""
        self._files.write_access_rules()
        self._files.write([])
        with child_process.signals_afterwards():
            self.process = self._started()
        try:
            self._console = self._connected(self.process)
        except BaseException:
            self.stop()
            raise
        if self.version < LIMITS_CLIENTS:
            threading.Thread(target=self._enforce_limit, daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        if self._console is not None:
            self._console.close()
        if self.process is not None:
            self.process.kill()
            self.process.wait()
        self._files.settings.unlink(missing_ok=True)  # `end_orphan` takes an existing file for a killed one's

    def allow(self, logins: Sequence[Login]) -> None:
        """Let these log in and nobody else. The sessions of other roles have ended when this returns."""
        self._files.write(logins)
        self._command("RELOAD")
        self._allowed = frozenset(login.role for login in logins)

    def disconnect(self, role: str) -> None:
        """End the sessions of a role; it may log in again if it is allowed to."""
        if role not in self._allowed:
            return
        with self._disconnecting:
            self._command(f"KILL {role}")
            self._command(f"RESUME {role}")

    def last_log_line(self) -> str:
        return (self._log().splitlines() or ["it gave no reason"])[-1]

    def _enforce_limit(self) -> None:
        """For a pgbouncer without a limit for one login role: where it has too many sessions, all of them are ended."""
        while not self._stopped.wait(POLL_SECONDS):
            try:
                for role, _user, active, waiting, *_ in self._command("SHOW POOLS").fetchall():
                    if active + waiting > CLIENT_LIMIT:
                        logger.warning("%s had more than %d pooled sessions; they were ended", role, CLIENT_LIMIT)
                        self.disconnect(role)
            except psycopg.Error:  # it is being stopped, or has ended by itself, which `watch` reports
                return

    def _command(self, command: str) -> psycopg.Cursor[tuple[Any, ...]]:
        if self._console is None:
            raise RuntimeError("pgbouncer was not started")
        return self._console.execute(command.encode())

    def _started(self) -> subprocess.Popen[bytes]:
        command = [self._bouncer.program, self._files.settings]
        try:
            return child_process.start(command, self._cluster.account, self._files.settings.parent, self.log)
        except OSError as error:
            raise StartupError(f"{self._bouncer.program} does not start: {error.strerror}.") from error

    def _connected(self, process: subprocess.Popen[bytes]) -> psycopg.Connection[tuple[Any, ...]]:
        """A session on its console, which takes simple queries only, no prepared statements."""
        address = self._cluster.conninfo("pgbouncer") | {"port": str(POOLER_PORT), "user": self._files.admin}
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                raise StartupError(f"pgbouncer did not start: {self.last_log_line()}")
            try:
                return psycopg.connect(**address, autocommit=True, prepare_threshold=None)  # type: ignore[arg-type]
            except psycopg.OperationalError:  # not yet
                time.sleep(0.005)
        raise StartupError(f"pgbouncer was not ready within {START_SECONDS:.0f} seconds; see {self.log}.")

    def _log(self) -> str:
        return self.log.read_text(errors="replace")


def end_orphan(folder: Path) -> None:
    """End the pgbouncer that a killed control plane of this data directory left running."""
    settings = settings_in(folder)
    if not settings.exists():
        return

    def orphan() -> list[int]:
        return child_process.running(lambda line: line.endswith(f"pgbouncer {settings}"))

    left = child_process.end(orphan, signal.SIGKILL, END_SECONDS)
    if left:
        raise StartupError(f"An earlier pgbouncer (process {left[0]}) of {folder} does not stop.")
    settings.unlink()
