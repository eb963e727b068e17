"""From the child processes up to HTTP, and back in the opposite order."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shlex
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial

import uvicorn

from prisma_local.app import build
from prisma_local.authorization.tokens import Tokens
from prisma_local.control.actions import Control
from prisma_local.databases import admission
from prisma_local.databases.background import Background
from prisma_local.databases.cold_starts import ColdStarts
from prisma_local.databases.context import Context
from prisma_local.databases.reconcile import reconcile
from prisma_local.databases.stock import Stock
from prisma_local.errors import StartupError
from prisma_local.http.wire import ClosableProtocol
from prisma_local.postgres.cluster import Cluster
from prisma_local.postgres.configuration import HOST
from prisma_local.postgres.copies import Copies
from prisma_local.postgres.pooler import Pooler
from prisma_local.postgres.proxy import Proxy
from prisma_local.postgres.tenants import Tenants
from prisma_local.process import child_processes, data_directory
from prisma_local.process.child_processes import Servers
from prisma_local.process.data_directory import Identity
from prisma_local.process.preparation import Options, Prepared
from prisma_local.process.signals import Shutdown
from prisma_local.store.encryption import Cipher
from prisma_local.store.records import Records
from prisma_local.testing.settings import Settings

log = logging.getLogger("prisma_local")

GRACE_SECONDS = 5


class Server(uvicorn.Server):
    """uvicorn without its signal handling. It prints `lines` when it is ready."""

    def __init__(self, config: uvicorn.Config, lines: str) -> None:
        super().__init__(config)
        self.failed = False
        self._lines = lines

    def stop(self) -> None:
        self.should_exit = True

    def child_ended(self, process: Cluster | Pooler) -> None:
        """Without PostgreSQL or the pooler nothing works: stop, with exit code 1."""
        if not self.should_exit:
            log.error("%s ended by itself; the last line of its log: %s", process.title, process.last_log_line())
            self.failed = True
            self.stop()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        print(self._lines, flush=True)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def serve(stack: ExitStack, prepared: Prepared, options: Options, shutdown: Shutdown) -> int:
    """Serve until the shutdown; returns the exit code."""
    servers = child_processes.start(stack, prepared)
    identity = prepared.identity
    listener = stack.enter_context(_listen(options.port, identity))
    data_directory.save_identity(prepared.folder, identity)
    context = _open_context(stack, prepared, servers)
    tokens = Tokens(context.records)
    tokens.ensure(identity.token)
    reconcile(context)
    context.stock.fill()
    _serve_sessions(stack, prepared, servers, context)
    app = build(context, tokens, Control(context, tokens, identity.token))
    server = Server(_config(app, options), "\n".join(_lines(context, identity)))
    shutdown.stop_serving = server.stop
    child_processes.warn(servers.pooler)
    for process in (prepared.cluster, servers.pooler):
        if process is not None:
            child_processes.watch(process, server.child_ended)
    asyncio.run(server.serve([listener]))
    return 1 if server.failed else 0


def _lines(context: Context, identity: Identity) -> list[str]:
    """What is printed: environment variables, the last one for Node to trust our certificate."""
    # Whoever exports these lines keeps the certificates that he lets Node trust already.
    name = "PRISMA_LOCAL_CERTIFICATE" if "NODE_EXTRA_CA_CERTS" in os.environ else "NODE_EXTRA_CA_CERTS"
    return [
        f"PRISMA_API_BASE_URL={context.base_url}",
        f"PRISMA_SERVICE_TOKEN={identity.token}",
        f"{name}={shlex.quote(str(context.tenants.certificate))}",
    ]


def _serve_sessions(stack: ExitStack, prepared: Prepared, servers: Servers, context: Context) -> None:
    """From now on clients of PostgreSQL are let in."""
    proxy = Proxy(prepared.cluster.data)
    stack.callback(proxy.stop)
    proxy.start(servers.direct, partial(admission.direct, context))
    if servers.pooled is not None:
        proxy.start(servers.pooled, partial(admission.pooled, context))
    admission.keep_checking(context)


def _open_context(stack: ExitStack, prepared: Prepared, servers: Servers) -> Context:
    records = Records(prepared.folder / "records.sqlite")
    stack.callback(records.close)
    tenants = Tenants(prepared.cluster, servers.direct, servers.pooler, servers.pooled)
    tenants.open()
    stack.callback(tenants.close)
    # Without PostgreSQL a request fails at once, instead of waiting half a minute for a session.
    child_processes.watch(prepared.cluster, lambda _ended: tenants.close())
    background = Background()
    stack.callback(background.close)
    base_url = f"http://{HOST}:{prepared.identity.port}"
    settings = Settings()
    stock = Stock(records, tenants, background, settings)
    copies, cold_starts = Copies(prepared.cluster, tenants), ColdStarts(settings)
    cipher = Cipher(prepared.folder / "variables.key")
    return Context(records, tenants, copies, background, settings, stock, base_url, cold_starts, cipher)


def _listen(wanted: int, identity: Identity) -> socket.socket:
    """The port of the command line, else the one of the last start, else a free one."""
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


def _config(app: object, options: Options) -> uvicorn.Config:
    return uvicorn.Config(
        app,  # type: ignore[arg-type]
        http=ClosableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=options.debug,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
