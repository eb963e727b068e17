"""`pulumi-prisma adopt`: lists what exists, and writes the program that takes it over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click

from prisma_provider.adoption import importing, program, stacks, terraform
from prisma_provider.adoption.inventory import Holding, connections, read
from prisma_provider.adoption.plan import HELD, Plan, Planner
from prisma_provider.cli import tables
from prisma_provider.cli.account import account
from prisma_provider.live.state import Recorded
from prisma_provider.text import plain

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.option("--project", "projects", multiple=True, metavar="ID|NAME", help="Only this one; repeat it for several.")
@click.option("--from-terraform", "state", type=click.File(), metavar="STATE", help="What a Terraform state holds.")
@click.option(
    "--without",
    "exports",
    type=click.File(),
    multiple=True,
    metavar="EXPORT",
    help="Leave out what a stack has, by its `pulumi stack export`; repeat it for several.",
)
@click.option("--program", "program_file", type=FILE, help="Write a Python program, such as __main__.py.")
@click.option("--import-file", type=FILE, help="Write a file for `pulumi import --file`; the program is the plugin's.")
@click.option("--protect/--no-protect", default=True, show_default=True, help="Let Pulumi refuse every deletion.")
@click.option("--force", is_flag=True, help="Write over a file that exists.")
def adopt(
    projects: tuple[str, ...],
    state: IO[str] | None,
    exports: tuple[IO[str], ...],
    program_file: Path | None,
    import_file: Path | None,
    protect: bool,
    force: bool,
) -> None:
    """List what exists, and write the program that takes it over.

    It only reads. With --program the next `pulumi up` adopts what the program declares: its preview shows creations,
    which make nothing and change nothing, and the preview after it is empty. With --import-file, `pulumi import` does
    it for the plugin, and the preview is empty at once. Connections keep their passwords, which Pulumi then does not
    know; the connection that a database was made with belongs to the database and is not listed. What a stack of yours
    has already is listed, too, unless it is left out by --without.

    \b
    Examples:
      pulumi-prisma adopt
      pulumi-prisma adopt --project shop --program __main__.py && pulumi up
      pulumi stack export | pulumi-prisma adopt --without - --program more.py
      terraform state pull | pulumi-prisma adopt --from-terraform - --program __main__.py
      pulumi-prisma adopt --program __main__.py --import-file found.json &&
        pulumi import --file found.json --generate-code=false
    """
    if import_file is not None and program_file is None:
        raise click.UsageError(
            "--import-file goes with --program: what is in state and in no program would be deleted."
        )
    for file in (program_file, import_file):
        if file is not None and file.exists() and not force:
            raise click.UsageError(f"{file} exists: --force writes over it.")
    given = terraform.read(state.read()) if state else {}
    held = stacks.read(export.read() for export in exports)
    with account() as client:
        holdings = read(client, projects, branches=not given)
    terraform.refuse_missing(given, holdings)
    if program_file is None:
        _list(holdings, held)
        return
    plan = Planner(given, only_given=bool(given)).plan(holdings).without(held)
    program_file.write_text(program.write(plan, plugin=import_file is not None, protect=protect), encoding="utf-8")
    click.echo(f"{program_file}: {len(plan.resources)} resources.")
    if import_file is not None:
        import_file.write_text(importing.write(plan), encoding="utf-8")
        click.echo(f"{import_file}: {len(plan.resources)} resources.")
    _say_next(plan, import_file, bool(given))


def _list(holdings: tuple[Holding, ...], held: Recorded) -> None:
    rows = [*_rows(holdings)]
    others = [row for row in rows if not held.holds(row[-1])]
    tables.show(("Project", "Kind", "Name", "Id"), others, "There is nothing to adopt.")
    if len(rows) > len(others):
        click.echo(f"Left out: {HELD.format(len(rows) - len(others))}.", err=True)


def _say_next(plan: Plan, import_file: Path | None, from_terraform: bool) -> None:
    for why in plan.left_out:
        click.echo(plain(f"Left out: {why}."), err=True)
    if import_file is not None:
        click.echo(f"Next: pulumi import --file {import_file} --generate-code=false, then pulumi preview: no change.")
    else:
        click.echo("Next: pulumi up. It makes nothing and changes nothing, and the preview after it is empty.")
    if from_terraform:
        click.echo("Then `terraform state rm` what was taken over; nothing of it is to be destroyed with Terraform.")


def _rows(holdings: tuple[Holding, ...]) -> Iterator[tuple[str, str, str, str]]:
    for holding in holdings:
        project = holding.project
        yield project.name, "project", project.name, project.id
        for branch in holding.branches:
            yield project.name, "branch", branch.git_name, branch.id
        for database in holding.databases:
            yield project.name, "database", database.name, database.id
            for connection in connections(database):
                yield project.name, "connection", connection.name, connection.id
