"""`pulumi-prisma backups`: the backups of a database, the newest first."""

from __future__ import annotations

import json

import click

from prisma_provider.cli import tables
from prisma_provider.cli.account import account
from prisma_provider.cli.lookup import database
from prisma_provider.functions import FUNCTIONS


@click.command()
@click.argument("database_name", metavar="DATABASE")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def backups(database_name: str, as_json: bool) -> None:
    """Show the backups of a database, the newest first.

    DATABASE is an id, or a name that only one database has. A backup is put in the place of a database's data by
    declaring it: `prisma.Restore`.

    \b
    Examples:
      pulumi-prisma backups orders
      pulumi-prisma backups db_… --json | jq -r '.[0].id'
    """
    with account() as client:
        found = FUNCTIONS["getBackups"](client, {"databaseId": database(client, database_name)["id"]})["backups"]
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    rows = ((each["id"], each["createdAt"], each["status"], each["backupType"], _size(each["size"])) for each in found)
    tables.show(("Id", "Made", "Status", "Type", "Size"), rows, "There is no backup.")


def _size(size: float | None) -> str | None:
    """Bytes, in the unit that reads best."""
    if size is None:
        return None
    for unit in ("B", "KiB", "MiB", "GiB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TiB"
