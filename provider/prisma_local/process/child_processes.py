"""The child processes, PostgreSQL and where there is one pgbouncer: on their ports, and watched."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack

from prisma_local.errors import StartupError
from prisma_local.postgres import finder
from prisma_local.postgres.cluster import Cluster, PortTaken
from prisma_local.postgres.configuration import HOST
from prisma_local.postgres.pooler import Pooler, end_orphan
from prisma_local.postgres.pooler_files import KEEPS_PREPARED_STATEMENTS
from prisma_local.process import data_directory
from prisma_local.process.preparation import Prepared

log = logging.getLogger("prisma_local")

PORT_ATTEMPTS = 5
NO_POOLER = (
    "pooled and direct connection strings are the same here, as there is no pgbouncer; "
    "on Debian and Ubuntu: apt install pgbouncer"
)
OLD_POOLER = (
    "pgbouncer %d.%d loses prepared statements (1.21 keeps them), so pooled sessions must do without: "
    "with psycopg prepare_threshold=None, with Prisma ?pgbouncer=true"
)


def start(stack: ExitStack, prepared: Prepared) -> Pooler | None:
    """Start both, and return the pooler where there is one."""
    if not prepared.cluster.durable:
        _clear_leftovers(prepared.cluster)
    end_orphan(prepared.folder)
    prepared.cluster.prepare()
    prepared.identity.postgres_port = _start_on_port(prepared.cluster, prepared.identity.postgres_port)
    bouncer = finder.find_pooler()
    if bouncer is None:
        return None
    pooler = Pooler(bouncer, prepared.cluster)
    stack.callback(pooler.stop)
    prepared.identity.pooler_port = _start_on_port(pooler, prepared.identity.pooler_port)
    return pooler


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


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


def _start_on_port(process: Cluster | Pooler, last: int) -> int:
    """Start on the port of the last start, to which connection strings point, else on a free one; returns it."""
    if last:
        process.start(last)
        return last
    for _ in range(PORT_ATTEMPTS):
        # Where another process takes the port first, another will do: no connection string names this one yet.
        with contextlib.suppress(PortTaken):
            process.start(port := _free_port())
            return port
    raise StartupError("This machine has no free port.")


def _clear_leftovers(cluster: Cluster) -> None:
    """A killed ephemeral server leaves its processes and its folder; the next one removes them."""
    for leftover in data_directory.leftovers(beside=cluster.folder):
        end_orphan(leftover)
        Cluster(cluster.installation, cluster.account, leftover).end_orphan()
        data_directory.remove(leftover)
