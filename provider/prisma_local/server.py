"""Start and stop: the folder, PostgreSQL, the records, the HTTP server, and back in the other order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn

from prisma_local import folder as folders
from prisma_local.access import Access
from prisma_local.app import build
from prisma_local.background import Background
from prisma_local.control import Control
from prisma_local.errors import StartupError
from prisma_local.folder import Identity
from prisma_local.plane import Plane
from prisma_local.postgres import account as accounts
from prisma_local.postgres import finder
from prisma_local.postgres.account import Account
from prisma_local.postgres.cluster import HOST, Cluster, PortTaken, has_time_zones
from prisma_local.postgres.copies import Copies
from prisma_local.postgres.finder import Installation
from prisma_local.postgres.pooler import Pooler, end_orphan
from prisma_local.postgres.pooler_files import KEEPS_PREPARED_STATEMENTS
from prisma_local.postgres.tenants import Tenants
from prisma_local.reconcile import reconcile
from prisma_local.records import Records
from prisma_local.settings import Settings
from prisma_local.wire import CuttableProtocol

log = logging.getLogger("prisma_local")

PORT_ATTEMPTS = 5
GRACE_SECONDS = 5
NO_POOLER = (
    "pooled and direct connection strings are the same here, for there is no pgbouncer; "
    "on Debian and Ubuntu: apt install pgbouncer"
)
OLD_POOLER = (
    "pgbouncer %d.%d loses prepared statements (1.21 keeps them), so pooled sessions must do without: "
    "with psycopg prepare_threshold=None, with Prisma ?pgbouncer=true"
)
SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line chose; port 0 is the last one, or a free one."""

    port: int = 0
    data_dir: Path | None = None
    ephemeral: bool = False
    debug: bool = False


class Stopping:
    """One signal stops: at once while starting, in good order while serving. Further ones change nothing."""

    def __init__(self) -> None:
        self.server: uvicorn.Server | None = None
        self._asked = False

    def install(self) -> None:
        for number in SIGNALS:
            signal.signal(number, self._handle)

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self._asked:
            return
        self._asked = True
        if self.server is None:
            raise SystemExit(0)
        self.server.should_exit = True


class Server(uvicorn.Server):
    """uvicorn without its signal handling, saying when it is ready."""

    def __init__(self, config: uvicorn.Config, lines: str) -> None:
        super().__init__(config)
        self._lines = lines

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._lines, flush=True)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(options: Options) -> int:
    """Serve until a signal; returns the exit code."""
    stopping = Stopping()
    stopping.install()
    installation, account = finder.find(), accounts.choose()
    if not has_time_zones(installation):
        log.warning("this machine has no time zone data, so PostgreSQL knows GMT only: apt install tzdata")
    with ExitStack() as stack:
        folder = _open_folder(stack, options, account)
        identity = folders.load_identity(folder)
        cluster = _start_cluster(stack, options, folder, identity, installation, account)
        pooler = _start_pooler(stack, cluster, identity)
        listener = stack.enter_context(_listen(options.port, identity))
        folders.save_identity(folder, identity)
        plane = _open_plane(stack, folder, cluster, pooler, f"http://{HOST}:{identity.port}")
        access = Access(plane.records)
        access.ensure(identity.token)
        reconcile(plane)
        app = build(plane, access, Control(plane, access, identity.token))
        lines = f"PRISMA_API_BASE_URL={plane.base_url}\nPRISMA_SERVICE_TOKEN={identity.token}"
        stopping.server = Server(_config(app, options), lines)
        _warn(pooler)
        fell = threading.Event()
        _watch("PostgreSQL", cluster, stopping.server, fell)
        if pooler is not None:
            _watch("pgbouncer", pooler, stopping.server, fell)
        asyncio.run(stopping.server.serve([listener]))
        return 1 if fell.is_set() else 0


def _open_folder(stack: ExitStack, options: Options, account: Account) -> Path:
    if options.ephemeral:
        folder = folders.make_temporary(account)
        stack.callback(folders.remove, folder)
    else:
        folder = folders.make(options.data_dir or folders.default_place(), account)
    stack.enter_context(folders.held(folder))
    return folder


def _start_cluster(
    stack: ExitStack,
    options: Options,
    folder: Path,
    identity: Identity,
    installation: Installation,
    account: Account,
) -> Cluster:
    installation = accounts.within_reach(installation, account, folder)
    cluster = Cluster(installation, account, folder, durable=not options.ephemeral)
    if options.ephemeral:
        _clear_leftovers(cluster)
    cluster.prepare()
    stack.callback(cluster.stop)
    identity.postgres_port = _start_on_port(cluster, identity.postgres_port)
    return cluster


def _start_pooler(stack: ExitStack, cluster: Cluster, identity: Identity) -> Pooler | None:
    end_orphan(cluster.folder)
    bouncer = finder.find_pooler()
    if bouncer is None:
        return None
    pooler = Pooler(bouncer, cluster)
    stack.callback(pooler.stop)
    identity.pooler_port = _start_on_port(pooler, identity.pooler_port)
    return pooler


def _warn(pooler: Pooler | None) -> None:
    """Say what somebody would wonder at who uses a pooled connection string here."""
    if pooler is None:
        log.warning(NO_POOLER)
    elif pooler.version < KEEPS_PREPARED_STATEMENTS:
        log.warning(OLD_POOLER, *pooler.version)


def _start_on_port(process: Cluster | Pooler, kept: int) -> int:
    """Start where connection strings point already, else on a free port; returns the port."""
    if kept:
        process.start(kept)
        return kept
    for _ in range(PORT_ATTEMPTS):
        # When somebody was quicker another port will do: nobody has been told this one yet.
        with contextlib.suppress(PortTaken):
            process.start(port := _free_port())
            return port
    raise StartupError("This machine has no free port.")


def _clear_leftovers(cluster: Cluster) -> None:
    """A killed ephemeral server leaves its PostgreSQL and its folder; the next one clears them away."""
    for leftover in folders.leftovers(beside=cluster.folder):
        end_orphan(leftover)
        Cluster(cluster.installation, cluster.account, leftover).end_orphan()
        folders.remove(leftover)


def _open_plane(stack: ExitStack, folder: Path, cluster: Cluster, pooler: Pooler | None, base_url: str) -> Plane:
    records = Records(folder / "records.sqlite")
    stack.callback(records.close)
    tenants = Tenants(cluster, pooler)
    tenants.open()
    stack.callback(tenants.close)
    background = Background()
    stack.callback(background.close)
    return Plane(records, tenants, Copies(cluster, tenants), background, Settings(), base_url)


def _listen(wanted: int, identity: Identity) -> socket.socket:
    """The port that was asked for, else the last one, else a free one."""
    for port in (wanted,) if wanted else (identity.port, 0):
        try:
            listener = socket.create_server((HOST, port))
        except OSError as error:
            if wanted:
                raise StartupError(f"Port {wanted} cannot be used: {os.strerror(error.errno or 0)}.") from error
            log.warning("port %d of the last start is taken, so the base URL is a new one", port)
        else:
            identity.port = int(listener.getsockname()[1])
            return listener
    raise StartupError("This machine has no free port.")


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


def _config(app: object, options: Options) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=CuttableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=options.debug,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )


def _watch(name: str, watched: Cluster | Pooler, server: uvicorn.Server, fell: threading.Event) -> None:
    """A control plane without its PostgreSQL has nothing to say: it stops, with an exit code that tells."""
    process = watched.process

    def wait() -> None:
        if process is not None:
            process.wait()
        if not server.should_exit:
            log.error("%s ended by itself; its last words: %s", name, watched.last_words())
            fell.set()
            server.should_exit = True

    threading.Thread(target=wait, daemon=True).start()
