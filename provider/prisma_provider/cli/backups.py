"""`pulumi-prisma backups`: the backups of a database, the newest first."""

from __future__ import annotations

import json
from typing import Any

import click

from prisma_provider.cli import tables, units
from prisma_provider.cli.account import account
from prisma_provider.cli.lookup import database
from prisma_provider.cli.tables import Column
from prisma_provider.functions import FUNCTIONS

COLUMNS = (
    Column("Id"),
    Column("Made", right=True),
    Column("Status"),
    Column("Size", right=True),
    Column("Type", optional=True),
)


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
        of = database(client, database_name)
        found = FUNCTIONS["getBackups"](client, {"databaseId": of["id"]})["backups"]
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    tables.show(COLUMNS, map(_row, found), f'Database "{of["name"]}" ({of["id"]}) has no backup yet.')


def _row(backup: dict[str, Any]) -> tuple[object, ...]:
    made, size = units.moment(backup["createdAt"]), units.size(backup["size"])
    return backup["id"], made, backup["status"], size, backup["backupType"]
