"""`pulumi-prisma rehearse`: runs a migration on a clone, writes what it would do to the data, ends with the verdict."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import click

from prisma_provider import errors
from prisma_provider.cli.account import account
from prisma_provider.cli.lookup import database
from prisma_provider.postgres.connecting import driver_missing
from prisma_provider.rehearsal.alive import Alive
from prisma_provider.rehearsal.rehearse import Task
from prisma_provider.rehearsal.rehearse import rehearse as run
from prisma_provider.rehearsal.report import FORMATS
from prisma_provider.text import plain


@click.command()
@click.option("--database", "named", required=True, metavar="ID|NAME", help="The database to clone; it is not changed.")
@click.option("--command", required=True, help="What migrates: it is run in a shell, with the URLs of the clone.")
@click.option(
    "--directory",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    show_default=True,
    help="Where it is run.",
)
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="markdown", show_default=True, help="How to write it."
)
def rehearse(named: str, command: str, directory: Path, form: str) -> None:
    """Run a migration on a clone of a database, and say what it would do to the data.

    The clone is made by Prisma and deleted at the end. COMMAND gets its DATABASE_URL and DIRECT_URL, and neither
    PRISMA_SERVICE_TOKEN nor anything of Pulumi's. Rows and values are counted before and after, in the database: the
    report has counts, and nothing of the data. Progress and the output of COMMAND go to standard error.

    \b
    Exit status:
      0   nothing was pending, and nothing changed
      10  changes, and no data is lost
      20  data would be lost: a table or a column with values is dropped,
          rows are deleted, values are changed; or they could not be counted
      1   COMMAND failed, or did not touch the clone
      2   the command was misused

    \b
    Examples:
      pulumi-prisma rehearse --database db_… --command "npx prisma migrate deploy"
      pulumi-prisma rehearse --database orders --format text --command 'psql "$DIRECT_URL" -f next.sql'
    """
    if missing := driver_missing():
        raise errors.ConfigurationError(missing)
    _end_by_signals()
    task = Task(command, directory, os.environ, _progress(), lambda line: click.echo(f"  | {line}", err=True))
    with account(without_end=True) as client:
        source = client.database(str(database(client, named)["id"]))
        found = run(client, source, task, Alive.of_user())
    click.echo(FORMATS[form](found), nl=False)
    sys.exit(found.verdict)


def _progress() -> Callable[[str], None]:
    """A line on standard error, with the seconds since the beginning."""
    began = time.monotonic()
    return lambda line: click.echo(plain(f"[{time.monotonic() - began:4.0f} s] {line}"), err=True)


def _end_by_signals() -> None:
    """SIGTERM and a closed terminal end it as Ctrl-C does: the clone is removed."""

    def end(number: int, frame: object) -> NoReturn:
        raise KeyboardInterrupt

    for name in ("SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), end)
