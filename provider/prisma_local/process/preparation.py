"""What stands before anything is served: the folder, its identity, and PostgreSQL, which takes longest to make."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from prisma_local.postgres import account as accounts
from prisma_local.postgres import finder
from prisma_local.postgres.account import Account
from prisma_local.postgres.cluster import Cluster, has_time_zones
from prisma_local.process import data_directory as folders
from prisma_local.process.data_directory import Identity

log = logging.getLogger("prisma_local")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line chose; port 0 is the last one, or a free one."""

    port: int = 0
    data_dir: Path | None = None
    ephemeral: bool = False
    debug: bool = False


@dataclass(frozen=True, slots=True)
class Ground:
    """The cluster is under way: `prepare` waits for it."""

    folder: Path
    identity: Identity
    cluster: Cluster


def lay(stack: ExitStack, options: Options) -> Ground:
    """Take the folder and begin to make PostgreSQL in it; what was begun ends with the stack."""
    installation, account = finder.find(), accounts.choose()
    if not has_time_zones(installation):
        log.warning("this machine has no time zone data, so PostgreSQL knows GMT only: apt install tzdata")
    folder = _open_folder(stack, options, account)
    identity = folders.load_identity(folder)
    installation = accounts.within_reach(installation, account, folder)
    cluster = Cluster(installation, account, folder, durable=not options.ephemeral)
    stack.callback(cluster.stop)
    cluster.begin()
    return Ground(folder, identity, cluster)


def _open_folder(stack: ExitStack, options: Options, account: Account) -> Path:
    if options.ephemeral:
        folder = folders.make_temporary(account)
        stack.callback(folders.remove, folder)
    else:
        folder = folders.make(options.data_dir or folders.default_place(), account)
    stack.enter_context(folders.locked(folder))
    folders.close_to_others(folder)
    return folder
