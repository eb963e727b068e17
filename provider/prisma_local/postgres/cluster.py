"""One PostgreSQL data directory: made once, started, watched, stopped."""

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
from prisma_local.postgres import certificate
from prisma_local.postgres.account import Account
from prisma_local.postgres.finder import MAJOR, Installation

ADMIN = "prisma_admin"
HOST = "127.0.0.1"
SOCKET_PATH_LIMIT = 100  # macOS allows 103 bytes, Linux 107
START_SECONDS = 60.0
STOP_SECONDS = 20.0
PORT_TAKEN = "could not bind"

# The superuser has no password and no way in over TCP; tenants have none over the socket, whose folder only the
# account of PostgreSQL enters: the pooler, which brings their passwords along.
HBA = f"""\
local all {ADMIN} peer map=control
local all all scram-sha-256
host all {ADMIN} all reject
hostssl all all 127.0.0.1/32 scram-sha-256
hostssl all all ::1/128 scram-sha-256
"""


class PortTaken(StartupError):
    """Another process holds the port; at the very first start the next one will do."""


@dataclass(slots=True)
class Cluster:
    """Begun, prepared, started, stopped, in this order; a stop may come at any time."""

    title: ClassVar[str] = "PostgreSQL"

    installation: Installation
    account: Account
    folder: Path
    port: int = 0
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

    def begin(self) -> None:
        """Begin to make the data directory where there is none."""
        self._check_version()
        if not self.data.exists():
            self._begin_init()

    def prepare(self) -> None:
        """Have the data directory ready, and end a predecessor's orphan."""
        if self.initdb is not None:
            self._end_init(self.initdb)
        self.end_orphan()
        self._write_access()
        self.socket_folder = self._make_socket_folder()

    def start(self, port: int) -> None:
        """Start `postgres` and return when it takes connections."""
        self.port = port
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(  # noqa: S603 - our own program and arguments
                self._command(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.data,
                env=environment(),
                start_new_session=True,  # a Ctrl-C in the terminal is ours to answer, in our order
                **self.account.process(),
            )
        self._wait_until_ready(self.process)

    def stop(self) -> None:
        """Stop it, wait for its end, and leave nothing in the temporary folder."""
        if self.initdb is not None and self.initdb.poll() is None:
            self.initdb.kill()
            self.initdb.wait()
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT if self.durable else signal.SIGQUIT)
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGQUIT)
                self.process.wait(STOP_SECONDS)
        if self.socket_folder is not None and self.socket_folder.parent != self.folder:
            shutil.rmtree(self.socket_folder)

    def last_log_line(self) -> str:
        """The most telling line of its log, which may soon be gone with its folder."""
        return _last_line(self.log.read_text(errors="replace"))

    def conninfo(self, database: str = "postgres") -> dict[str, str]:
        """How the control plane itself comes in: as the superuser, over the socket."""
        return {
            "host": str(self.socket_folder),
            "port": str(self.port),
            "user": ADMIN,
            "dbname": database,
            "application_name": "prisma-local",
        }

    def _check_version(self) -> None:
        marker = self.data / "PG_VERSION"
        if marker.exists() and marker.read_text().strip() != str(MAJOR):
            raise StartupError(
                f"{self.data} was made by PostgreSQL {marker.read_text().strip()} and this is {MAJOR}; "
                "choose another --data-dir."
            )

    @property
    def _unfinished(self) -> Path:
        """The data directory is made beside its place, so that a killed first start leaves nothing half made."""
        return self.folder / "pgdata.new"

    def _begin_init(self) -> None:
        shutil.rmtree(self._unfinished, ignore_errors=True)
        self._unfinished.mkdir(mode=0o700)
        self.account.own(self._unfinished)
        command = [self.installation.tool("initdb"), "-D", str(self._unfinished), "-U", ADMIN, "-E", "UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        command += ["--auth=reject", "--no-instructions", *([] if self.durable else ["--no-sync"])]
        with self.log.open("wb") as log:
            self.initdb = subprocess.Popen(  # noqa: S603 - our own program and arguments
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._unfinished,
                env=environment(),
                **self.account.process(),
            )

    def _end_init(self, initdb: subprocess.Popen[bytes]) -> None:
        pair = certificate.make()
        if initdb.wait() != 0:
            raise StartupError(f"PostgreSQL's initdb failed: {self.last_log_line()}")
        for name, content in (("server.crt", pair.certificate), ("server.key", pair.key)):
            path = self._unfinished / name
            path.touch(mode=0o600)
            path.write_bytes(content)
            self.account.own(path)
        shutil.copyfile(self._unfinished / "server.crt", self.folder / "server.crt")
        self._unfinished.rename(self.data)

    def _write_access(self) -> None:
        me = _user_name(os.geteuid())
        for name, text in (("pg_hba.conf", HBA), ("pg_ident.conf", f'control "{me}" {ADMIN}\n')):
            path = self.data / name
            path.write_text(text)
            self.account.own(path)

    def _make_socket_folder(self) -> Path:
        folder = self.folder / "run"
        if len(os.fsencode(folder / ".s.PGSQL.65535.lock")) > SOCKET_PATH_LIMIT:
            folder = Path(tempfile.mkdtemp(prefix="prisma-local-run-", dir="/tmp"))
        folder.mkdir(mode=0o700, exist_ok=True)
        self.account.own(folder)
        return folder

    def _command(self) -> list[str]:
        settings = {
            "listen_addresses": HOST,
            "port": str(self.port),
            "unix_socket_directories": str(self.socket_folder),
            "unix_socket_permissions": "0700",
            "ssl": "on",
            "password_encryption": "scram-sha-256",
            "timezone": "UTC" if has_time_zones(self.installation) else "GMT",
            "log_timezone": "GMT",
            "max_connections": "220",
            "superuser_reserved_connections": "20",  # ours: a tenant's crowd keeps no database from being deleted
            "shared_buffers": "32MB",
            "max_wal_size": "256MB",
            # A container's /dev/shm is often tiny.
            "dynamic_shared_memory_type": "mmap",
            "fsync": "on" if self.durable else "off",
        }
        command = [self.installation.tool("postgres"), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        return command

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        """Ready is what `postmaster.pid` says, if its pid is our child's: a stale one says it too."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if process.poll() is not None:
                self._explain_exit()
            lines = _postmaster(self.data)
            if len(lines) > 7 and lines[0] == str(process.pid) and lines[7].strip() == "ready":
                return
            time.sleep(0.01)
        raise StartupError(f"PostgreSQL was not ready within {START_SECONDS:.0f} seconds; see {self.log}.")

    def _explain_exit(self) -> None:
        log = self.log.read_text(errors="replace")
        if PORT_TAKEN in log:
            raise PortTaken(
                f"Port {self.port}, where the connection strings of {self.folder} point, is taken by another "
                "process; free it and start again."
            )
        raise StartupError(f"PostgreSQL did not start: {_last_line(log)}")

    def end_orphan(self) -> None:
        """Stop the server that a killed control plane left behind."""
        lines = _postmaster(self.data)
        pid = int(lines[0]) if lines and lines[0].isdigit() else 0
        if pid == 0 or not self._is_ours(pid):
            return
        for sign, seconds in ((signal.SIGINT, STOP_SECONDS), (signal.SIGQUIT, STOP_SECONDS)):
            os.kill(pid, sign)
            if self._ends_within(pid, seconds):
                return
        raise StartupError(f"An earlier PostgreSQL (process {pid}) of {self.folder} does not stop.")

    def _ends_within(self, pid: int, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while self._is_ours(pid):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.01)
        return True

    def _is_ours(self, pid: int) -> bool:
        """Whether that process is a server of this very folder: pids are used again."""
        listing = subprocess.run(  # noqa: S603 - a pid we read as a number
            ["ps", "-ww", "-o", "args=", "-p", str(pid)],  # noqa: S607 - wherever the system keeps it
            capture_output=True,
            text=True,
            check=False,
        )
        return f"-D {self.data} " in listing.stdout


def has_time_zones(installation: Installation) -> bool:
    places = ("/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo")
    shared = (installation.root / "share").glob("**/timezone")
    return any(Path(place).is_dir() for place in places) or any(True for _ in shared)


def _postmaster(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text().split("\n")
    except FileNotFoundError:
        return []


def environment() -> dict[str, str]:
    """A server must not pick up the caller's PGDATA, PGPORT or locale."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C"}


def _user_name(uid: int) -> str:
    import pwd

    return pwd.getpwuid(uid).pw_name


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if "FATAL" in line or "error" in line.lower()]
    return (telling or lines or ["it gave no reason"])[-1]
