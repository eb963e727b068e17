"""`pulumi-prisma status`: every database, and how it is; with --watch, when none is on its way any more."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any

import click

from prisma_provider.adoption.inventory import Holding, read
from prisma_provider.api.models import WAITING, Database, Subscription
from prisma_provider.cli import tables
from prisma_provider.cli.account import account
from prisma_provider.cli.seconds import Seconds
from prisma_provider.cli.tables import Column
from prisma_provider.cli.watching import watch
from prisma_provider.live import Live
from prisma_provider.network.origins import is_safe
from prisma_provider.text import plain

COLUMNS = (
    Column("Project", folds=True),
    Column("Database", folds=True),
    Column("Status"),
    Column("Default", optional=True),
    Column("Branch", optional=True),
    Column("Region"),
    Column("Connections", right=True, optional=True),
    Column("Id"),
)


@click.command()
@click.option("--project", "projects", multiple=True, metavar="ID|NAME", help="Only this one; repeat it for several.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.option("--watch", "watching", is_flag=True, help="First wait until nothing is provisioning or being restored.")
@click.option(
    "--every", type=Seconds(), metavar="SECONDS", default=2.0, show_default=True, help="How long between two looks."
)
def status(projects: tuple[str, ...], as_json: bool, watching: bool, every: float) -> None:
    """Show every database with its status, and the workspace's plan.

    \b
    Examples:
      pulumi-prisma status
      pulumi-prisma status --project shop --json | jq '.[] | select(.status != "ready")'
      pulumi-prisma status --watch     # after a restore; ends with 1 if a database has failed
    """
    with account(without_end=watching) as client:
        if watching:
            watch(lambda: _statuses(read(client, projects, branches=False)), WAITING, every)
        holdings = read(client, projects)
        plan = None if as_json else Live(client).subscription()
    if as_json:
        click.echo(json.dumps([_properties(*each) for each in _databases(holdings)], indent=2))
    else:
        tables.show(COLUMNS, (_row(*each) for each in _databases(holdings)), "There is no database.")
    if plan is not None:
        click.echo(plain(plan_line(plan)))
    if watching and any(database.status == "failure" for _, database in _databases(holdings)):
        sys.exit(1)


def plan_line(plan: Subscription) -> str:
    """The plan, and whether the workspace is blocked on it."""
    if not plan.usage_blocked:
        return f"Plan: {plan.plan_name}, not blocked."
    where = plan.upgrade_url if plan.upgrade_url and is_safe(plan.upgrade_url) else "Prisma Console"
    return f"Plan: {plan.plan_name}, BLOCKED: databases refuse queries, and keep their data. See {where}"


def _databases(holdings: tuple[Holding, ...]) -> Iterator[tuple[Holding, Database]]:
    return ((holding, database) for holding in holdings for database in holding.databases)


def _statuses(holdings: tuple[Holding, ...]) -> dict[str, str]:
    return {database.title: database.status for _, database in _databases(holdings)}


def _row(holding: Holding, database: Database) -> tuple[object, ...]:
    return tuple(_properties(holding, database).values())


def _properties(holding: Holding, database: Database) -> dict[str, Any]:
    """In the order of the columns."""
    branch = holding.branch_of(database)
    return {
        "project": holding.project.name,
        "name": database.name,
        "status": database.status,
        "isDefault": database.is_default,
        "branch": branch.git_name if branch else None,
        "region": database.region.id if database.region else None,
        "connections": len(database.connections),
        "id": database.id,
    }
