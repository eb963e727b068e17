"""What comes before anything is served: the data directory is locked, and initdb begun."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from prisma_local.postgres import account as accounts
from prisma_local.postgres import finder
from prisma_local.postgres.account import Account
from prisma_local.postgres.cluster import Cluster
from prisma_local.process import data_directory
from prisma_local.process.data_directory import Identity

log = logging.getLogger("prisma_local")


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says; port 0 is the one of the last start, or a free one."""

    port: int = 0
    data_dir: Path | None = None
    ephemeral: bool = False
    debug: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """`cluster.prepare` waits for initdb."""

    folder: Path
    identity: Identity
    cluster: Cluster


def prepare(stack: ExitStack, options: Options) -> Prepared:
    """The stack ends whatever was begun."""
    installation, account = finder.find(), accounts.choose()
    if not installation.has_time_zones():
        log.warning("this machine has no time zone data, so PostgreSQL knows GMT only: apt install tzdata")
    folder = _locked_directory(stack, options, account)
    identity = data_directory.load_identity(folder)
    installation = accounts.within_reach(installation, account, folder)
    cluster = Cluster(installation, account, folder, durable=not options.ephemeral)
    stack.callback(cluster.stop)
    cluster.begin()
    return Prepared(folder, identity, cluster)


def _locked_directory(stack: ExitStack, options: Options, account: Account) -> Path:
    if options.ephemeral:
        folder = data_directory.make_temporary(account)
        stack.callback(data_directory.remove, folder)
    else:
        folder = data_directory.make(options.data_dir or data_directory.default_path(), account)
    stack.enter_context(data_directory.locked(folder))
    data_directory.make_private(folder)
    return folder
