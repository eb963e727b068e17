"""`pulumi-prisma usage`: what databases have used."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

import click

from prisma_provider.api.client import Client
from prisma_provider.cli import tables, units
from prisma_provider.cli.account import account
from prisma_provider.cli.lookup import Properties, database
from prisma_provider.cli.tables import Column
from prisma_provider.functions import FUNCTIONS
from prisma_provider.text import plain

DAY = "YYYY-MM-DD"
COLUMNS = (
    Column("Database", folds=True),
    Column("Operations", right=True),
    Column("Storage", right=True),
    Column("Id"),
)


def _day(_ctx: click.Context, _param: click.Parameter, value: str | None) -> str | None:
    """The same text, if there is such a day: it is what the API takes, and days compare as texts."""
    try:
        found = value and datetime.strptime(value, "%Y-%m-%d").replace(tzinfo=UTC).date().isoformat()
    except ValueError:
        found = None
    if found != value:
        raise click.BadParameter(f"{value!r} is no day of the form YYYY-MM-DD, such as 2026-10-01.")
    return value


@click.command()
@click.argument("names", metavar="[DATABASE]...", nargs=-1)
@click.option("--from", "start", metavar=DAY, callback=_day, help="The first day; the first of this month by default.")
@click.option(
    "--to",
    "end",
    metavar=DAY,
    callback=_day,
    help="The day at which it ends; now by default. The period that Prisma took stands below the table.",
)
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def usage(names: tuple[str, ...], start: str | None, end: str | None, as_json: bool) -> None:
    """Show what databases have used, this month or between two dates.

    DATABASE is an id, or a name that only one database has; without any, all are shown, which asks once for each.

    \b
    Examples:
      pulumi-prisma usage orders
      pulumi-prisma usage --from 2026-10-01 --to 2026-10-31 --json
    """
    last, named = (end, f"--to {end}") if end else (datetime.now(UTC).date().isoformat(), "today (UTC)")
    if start and start > last:
        raise click.UsageError(f"--from {start} is after {named}.")
    with account() as client:
        found = [*_usages(client, names, {"startDate": start, "endDate": end})]
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    tables.show(COLUMNS, map(row, found), "There is no database.")
    if found:
        click.echo(plain(_period(found)))


def row(usage: Mapping[str, Any]) -> tuple[object, ...]:
    """In the order of the columns."""
    storage = units.size(usage["storageGib"] * units.GIB)
    return usage["name"], units.number(usage["operations"]), storage, usage["id"]


def _period(usages: list[dict[str, Any]]) -> str:
    """The one of all: they were asked for the same days, and what has no end yet ends when it was asked."""
    start, end = min(each["periodStart"] for each in usages), max(each["periodEnd"] for each in usages)
    return f"From {units.moment(start)} to {units.moment(end)}."


def _usages(client: Client, names: tuple[str, ...], days: Mapping[str, str | None]) -> Iterator[dict[str, Any]]:
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
