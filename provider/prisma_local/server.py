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
from prisma_local.postgres.tenants import Tenants
from prisma_local.reconcile import reconcile
from prisma_local.records import Records
from prisma_local.settings import Settings
from prisma_local.wire import CuttableProtocol

log = logging.getLogger("prisma_local")

PORT_ATTEMPTS = 5
GRACE_SECONDS = 5
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
        listener = stack.enter_context(_listen(options.port, identity))
        folders.save_identity(folder, identity)
        plane = _open_plane(stack, folder, cluster, f"http://{HOST}:{identity.port}")
        access = Access(plane.records)
        access.ensure(identity.token)
        reconcile(plane)
        app = build(plane, access, Control(plane, access, identity.token))
        lines = f"PRISMA_API_BASE_URL={plane.base_url}\nPRISMA_SERVICE_TOKEN={identity.token}"
        stopping.server = Server(_config(app, options), lines)
        log.warning("pooled and direct connection strings are the same here: there is no pooler yet")
        fell = _watch(cluster, stopping.server)
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
    cluster = Cluster(installation, account, folder, identity.postgres_port, durable=not options.ephemeral)
    if options.ephemeral:
        _clear_leftovers(cluster)
    cluster.prepare()
    stack.callback(cluster.stop)
    if identity.postgres_port:
        cluster.start()
        return cluster
    for attempt in range(PORT_ATTEMPTS):
        identity.postgres_port = cluster.port = _free_port()
        try:
            cluster.start()
        except PortTaken:
            # Somebody was quicker; nobody has been told this port yet, so another will do.
            if attempt == PORT_ATTEMPTS - 1:
                raise
        else:
            break
    return cluster


def _clear_leftovers(cluster: Cluster) -> None:
    """A killed ephemeral server leaves its PostgreSQL and its folder; the next one clears them away."""
    for leftover in folders.leftovers(beside=cluster.folder):
        Cluster(cluster.installation, cluster.account, leftover, port=0).end_orphan()
        folders.remove(leftover)


def _open_plane(stack: ExitStack, folder: Path, cluster: Cluster, base_url: str) -> Plane:
    records = Records(folder / "records.sqlite")
    stack.callback(records.close)
    tenants = Tenants(cluster)
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


def _watch(cluster: Cluster, server: uvicorn.Server) -> threading.Event:
    """A control plane without its PostgreSQL has nothing to say: it stops, with an exit code that tells."""
    fell = threading.Event()
    process = cluster.process

    def wait() -> None:
        if process is not None:
            process.wait()
        if not server.should_exit:
            log.error("PostgreSQL ended by itself; its last words: %s", cluster.last_words())
            fell.set()
            server.should_exit = True

    threading.Thread(target=wait, daemon=True).start()
    return fell
