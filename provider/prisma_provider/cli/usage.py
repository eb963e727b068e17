"""`pulumi-prisma usage`: what databases have used."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import click

from prisma_provider.api.client import Client
from prisma_provider.cli import tables
from prisma_provider.cli.account import account
from prisma_provider.cli.lookup import Properties, database
from prisma_provider.functions import FUNCTIONS

DAY = click.DateTime(["%Y-%m-%d"])
COLUMNS = ("Database", "Operations", "Storage (GiB)", "From", "To", "Id")


@click.command()
@click.argument("names", metavar="[DATABASE]...", nargs=-1)
@click.option("--from", "start", type=DAY, help="The first day; the first of this month by default.")
@click.option("--to", "end", type=DAY, help="The last day; today by default.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def usage(names: tuple[str, ...], start: datetime | None, end: datetime | None, as_json: bool) -> None:
    """Show what databases have used, this month or between two dates.

    DATABASE is an id, or a name that only one database has; without any, all are shown, which asks once for each.

    \b
    Examples:
      pulumi-prisma usage orders
      pulumi-prisma usage --from 2026-10-01 --to 2026-10-31 --json
    """
    days = {name: day.date().isoformat() for name, day in (("startDate", start), ("endDate", end)) if day}
    with account() as client:
        found = [*_usages(client, names, days)]
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        tables.show(COLUMNS, (tuple(each.values()) for each in found), "There is no database.")


def _usages(client: Client, names: tuple[str, ...], days: dict[str, str]) -> Iterator[dict[str, Any]]:
    named: list[Properties] = [database(client, name) for name in names]
    for each in named or FUNCTIONS["getDatabases"](client, {})["databases"]:
        used = FUNCTIONS["getUsage"](client, {"databaseId": each["id"], **days})
        yield {
            "name": each["name"],
            "operations": used["operations"],
            "storageGib": used["storageGib"],
            "periodStart": used["periodStart"],
            "periodEnd": used["periodEnd"],
            "id": each["id"],
        }
