"""The child processes, PostgreSQL and where there is one pgbouncer, their ports, and that they are watched."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from prisma_local.errors import StartupError
from prisma_local.postgres import finder
from prisma_local.postgres.cluster import POSTGRES_PORT, Cluster
from prisma_local.postgres.configuration import HOST
from prisma_local.postgres.pooler import Pooler, end_orphan
from prisma_local.postgres.pooler_files import KEEPS_PREPARED_STATEMENTS, POOLER_PORT
from prisma_local.postgres.proxy import Endpoint
from prisma_local.process import data_directory
from prisma_local.process.preparation import Prepared

log = logging.getLogger("prisma_local")

NO_POOLER = (
    "pooled and direct connection strings are the same here, as there is no pgbouncer; "
    "on Debian and Ubuntu: apt install pgbouncer"
)
OLD_POOLER = (
    "pgbouncer %d.%d loses prepared statements (1.21 keeps them), so pooled sessions must do without: "
    "with psycopg prepare_threshold=None, with Prisma ?pgbouncer=true"
)


@dataclass(frozen=True, slots=True)
class Servers:
    """PostgreSQL's port, and where there is a pooler, it and its port. The ports are open, and not served yet."""

    direct: Endpoint
    pooler: Pooler | None = None
    pooled: Endpoint | None = None


def start(stack: ExitStack, prepared: Prepared) -> Servers:
    """Start PostgreSQL, and the pooler where this machine has one."""
    cluster, identity = prepared.cluster, prepared.identity
    if not cluster.durable:
        _clear_leftovers(cluster)
    end_orphan(prepared.folder)
    cluster.prepare()
    listener = stack.enter_context(_listen(identity.postgres_port, prepared.folder))
    direct = Endpoint(listener, cluster.socket(POSTGRES_PORT))
    identity.postgres_port = direct.port
    cluster.start()
    bouncer = finder.find_pooler()
    if bouncer is None:
        return Servers(direct)
    listener = stack.enter_context(_listen(identity.pooler_port, prepared.folder))
    pooled = Endpoint(listener, cluster.socket(POOLER_PORT))
    identity.pooler_port = pooled.port
    pooler = Pooler(bouncer, cluster)
    stack.callback(pooler.stop)
    pooler.start()
    return Servers(direct, pooler, pooled)


def warn(pooler: Pooler | None) -> None:
    """Warn of what pooled connection strings cannot do here."""
    if pooler is None:
        log.warning(NO_POOLER)
    elif pooler.version < KEEPS_PREPARED_STATEMENTS:
        log.warning(OLD_POOLER, *pooler.version)


def watch(watched: Cluster | Pooler, ended: Callable[[Cluster | Pooler], None]) -> None:
    """Call back when a process has ended, by itself or not."""
    process = watched.process

    def wait() -> None:
        if process is not None:
            process.wait()
        ended(watched)

    threading.Thread(target=wait, daemon=True).start()


def _listen(port: int, folder: Path) -> socket.socket:
    """On the port of the last start, to which connection strings point, else on a free one."""
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise StartupError(
            f"Port {port}, where the connection strings of {folder} point, is taken by another process; "
            "free it and start again."
        ) from error


def _clear_leftovers(cluster: Cluster) -> None:
    """A killed ephemeral server leaves its processes and its folder; the next one removes them."""
    for leftover in data_directory.leftovers(beside=cluster.folder):
        end_orphan(leftover)
        Cluster(cluster.installation, cluster.account, leftover).end_orphan()
        data_directory.remove(leftover)
