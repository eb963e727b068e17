"""The command `prisma-local`."""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from prisma_local.errors import StartupError
from prisma_local.version import version

DESCRIPTION = """\
Serve Prisma's Management API over a real PostgreSQL 17 on this machine, so that programs,
previews and tests run without an account. Only this machine can reach it.

When it is ready it prints three lines, and then serves until it is stopped (Ctrl-C, SIGTERM):

  PRISMA_API_BASE_URL=http://127.0.0.1:PORT
  PRISMA_SERVICE_TOKEN=...
  NODE_EXTRA_CA_CERTS=DIR/server.crt

The last one lets Node (node-postgres, Prisma) trust the certificate of the databases. Where that
variable is set already, the line is PRISMA_LOCAL_CERTIFICATE=...; add that file to yours. With
psql and other clients of libpq: PGSSLROOTCERT=DIR/server.crt and sslmode=verify-full.
A page at that address shows databases, connections, backups and requests live.
GET /_local/ lists the routes that the API does not have: to take a backup now, drift, faults,
settings such as latency, the log of requests, reset.
/_local needs no token. Every account of this machine can use it: read the names of all objects
and the log of requests, create a token of every workspace, and with it read, change and delete
every database. On a machine with accounts that you do not trust, run it in a container.
Each database takes 50 sessions at a time, and a connection can create 10 databases besides it,
such as the shadow database of prisma migrate dev; they are deleted with it.
Of the extensions that Prisma documents these are left out: dblink, file_fdw and postgres_fdw,
which reach files and other servers; vector, pg_search and xml2, which the PostgreSQL from pip does
not have (Debian's has vector: apt install postgresql-17 postgresql-17-pgvector, then set
PRISMA_LOCAL_POSTGRES_BIN=/usr/lib/postgresql/17/bin). GET /_local/ has the list for yours.
Pooled connection strings go through pgbouncer where that is installed (on Debian and Ubuntu:
apt install pgbouncer); without it they are the same as the direct ones.
"""
EXAMPLE = """\
example:
  prisma-local --ephemeral > local.env &      # deletes everything when it stops
  until grep -q TOKEN local.env; do sleep 0.1; done
  set -a; . ./local.env; set +a
  pulumi up

environment:
  PRISMA_LOCAL_POSTGRES_BIN   the bin folder of the PostgreSQL 17 to use
  PRISMA_LOCAL_PGBOUNCER      the pgbouncer to use, or none
  PRISMA_LOG=debug            log every request on stderr
"""

NEEDS_POSIX = "prisma-local runs on Linux and macOS only. On Windows, run it in WSL (wsl --install)."


def main(arguments: Sequence[str] | None = None) -> int:
    found = _parser().parse_args(arguments)
    debug = os.environ.get("PRISMA_LOG", "").lower() == "debug"
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO if debug else logging.WARNING, format="prisma-local: %(message)s"
    )
    if not all(map(find_spec, ("fcntl", "pwd"))):
        print(f"prisma-local: {NEEDS_POSIX}", file=sys.stderr)
        return 1
    # Imported here: --help and --version start nothing, and a system without fcntl cannot import them.
    from prisma_local.process.preparation import Options
    from prisma_local.process.server import serve

    try:
        return serve(Options(found.port, found.data_dir, found.ephemeral, debug))
    except StartupError as error:
        print(f"prisma-local: {error}", file=sys.stderr)
        return 1


class _Parser(argparse.ArgumentParser):
    """One sentence for a mistake, instead of the whole usage."""

    def error(self, message: str) -> None:  # type: ignore[override]
        self.exit(2, f"prisma-local: {message} (see prisma-local --help)\n")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        "prisma-local",
        description=DESCRIPTION,
        epilog=EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument(
        "--port", type=_port, default=0, help="port to serve on (default: that of the last start, or a free one)"
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument(
        "--data-dir",
        type=Path,
        metavar="DIR",
        help="the data directory (default: in this user's state directory)",
    )
    group.add_argument(
        "--ephemeral", action="store_true", help="use a temporary data directory, and delete it at the end"
    )
    parser.add_argument("--version", action="version", version=f"prisma-local {version()}")
    return parser


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"'{text}' is not a port from 0 to 65535")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
