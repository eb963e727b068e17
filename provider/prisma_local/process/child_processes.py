"""The processes underneath, PostgreSQL and where there is one its pooler: on their ports, and watched."""

from __future__ import annotations

import contextlib
import logging
import socket
import threading
from collections.abc import Callable
from contextlib import ExitStack

from prisma_local.errors import StartupError
from prisma_local.postgres import finder
from prisma_local.postgres.cluster import HOST, Cluster, PortTaken
from prisma_local.postgres.pooler import Pooler, end_orphan
from prisma_local.postgres.pooler_files import KEEPS_PREPARED_STATEMENTS
from prisma_local.process import data_directory as folders
from prisma_local.process.preparation import Ground

log = logging.getLogger("prisma_local")

PORT_ATTEMPTS = 5
NO_POOLER = (
    "pooled and direct connection strings are the same here, for there is no pgbouncer; "
    "on Debian and Ubuntu: apt install pgbouncer"
)
OLD_POOLER = (
    "pgbouncer %d.%d loses prepared statements (1.21 keeps them), so pooled sessions must do without: "
    "with psycopg prepare_threshold=None, with Prisma ?pgbouncer=true"
)


def start(stack: ExitStack, ground: Ground) -> Pooler | None:
    """Start both, and return the pooler."""
    if not ground.cluster.durable:
        _clear_leftovers(ground.cluster)
    end_orphan(ground.folder)
    ground.cluster.prepare()
    ground.identity.postgres_port = _start_on_port(ground.cluster, ground.identity.postgres_port)
    bouncer = finder.find_pooler()
    if bouncer is None:
        return None
    pooler = Pooler(bouncer, ground.cluster)
    stack.callback(pooler.stop)
    ground.identity.pooler_port = _start_on_port(pooler, ground.identity.pooler_port)
    return pooler


def warn(pooler: Pooler | None) -> None:
    """Say what somebody would wonder at who uses a pooled connection string here."""
    if pooler is None:
        log.warning(NO_POOLER)
    elif pooler.version < KEEPS_PREPARED_STATEMENTS:
        log.warning(OLD_POOLER, *pooler.version)


def watch(watched: Cluster | Pooler, fell: Callable[[Cluster | Pooler], None]) -> None:
    """Tell when a process has ended, by itself or not."""
    process = watched.process

    def wait() -> None:
        if process is not None:
            process.wait()
        fell(watched)

    threading.Thread(target=wait, daemon=True).start()


def _free_port() -> int:
    with socket.create_server((HOST, 0)) as probe:
        return int(probe.getsockname()[1])


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
    """A killed ephemeral server leaves its processes and its folder; the next one clears them away."""
    for leftover in folders.leftovers(beside=cluster.folder):
        end_orphan(leftover)
        Cluster(cluster.installation, cluster.account, leftover).end_orphan()
        folders.remove(leftover)
