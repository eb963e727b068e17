"""`pulumi-prisma adopt`: lists what exists, and writes the program that takes it over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import click

from prisma_provider.adoption import bridged, importing, program
from prisma_provider.adoption.given import key, keys, refuse_missing
from prisma_provider.adoption.inventory import Holding, connections, only, read
from prisma_provider.adoption.plan import Plan, Planner, counted, held
from prisma_provider.cli import next_steps, other_states, secret_files, tables
from prisma_provider.cli.account import account
from prisma_provider.cli.text_file import TextFile
from prisma_provider.cli.units import moment
from prisma_provider.text import plain

FILE = click.Path(path_type=Path, dir_okay=False)
FROM_PULUMI = (
    "The stack holds some of it under Prisma's bridged Terraform provider. `pulumi stack export --show-secrets | "
    "pulumi-prisma adopt --from-pulumi - --program FILE` keeps their names, parents and connection strings."
)
"""What is said to somebody who takes the longer way."""


@click.command()
@click.option("--project", "projects", multiple=True, metavar="ID|NAME", help="Only this one; repeat it for several.")
@click.option("--from-terraform", "state", type=TextFile(), metavar="STATE", help="What a Terraform state holds.")
@click.option(
    "--from-pulumi",
    "stack",
    type=TextFile(),
    metavar="EXPORT",
    help="What a stack holds under Prisma's bridged Terraform provider, by its `pulumi stack export --show-secrets`.",
)
@click.option(
    "--without",
    "exports",
    type=TextFile(),
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
    stack: IO[str] | None,
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
    know, unless the state that they come from does: the program then reads them from the stack's configuration. The
    connection that a database was made with belongs to the database and is not listed. What a stack of yours has
    already is listed, too, unless it is left out by --without.

    \b
    Examples:
      pulumi-prisma adopt
      pulumi-prisma adopt --project shop --program __main__.py && pulumi up
      pulumi stack export | pulumi-prisma adopt --without - --program more.py
      terraform state pull | pulumi-prisma adopt --from-terraform - --program __main__.py
      pulumi stack export --show-secrets | pulumi-prisma adopt --from-pulumi - --program adopted.py
      pulumi-prisma adopt --program __main__.py --import-file found.json &&
        pulumi import --file found.json --generate-code=false
    """
    if import_file is not None and program_file is None:
        raise click.UsageError(
            "--import-file goes with --program: what is in state and in no program would be deleted."
        )
    if state is not None and stack is not None:
        raise click.UsageError("--from-terraform and --from-pulumi are two ways in: take one after the other.")
    for file in (program_file, import_file):
        if file is not None and file.exists() and not force:
            raise click.UsageError(f"{file} exists: --force writes over it.")
    states = other_states.read(
        terraform_state=state.read() if state else None,
        stack=stack.read() if stack else None,
        exports=[each.read() for each in exports],
        folder=program_file.parent if program_file else None,
    )
    holdings = _holdings(states, projects)
    if program_file is None:
        _list(holdings, states)
        return
    plan = _plan(states, holdings)
    components = states.old.components(each.parent for each in plan.resources)
    text = program.write(plan, plugin=import_file is not None, protect=protect, components=components)
    program_file.write_text(text, encoding="utf-8")
    click.echo(f"{program_file}: {counted(len(plan.resources))}.")
    if import_file is not None:
        import_file.write_text(importing.write(plan), encoding="utf-8")
        click.echo(f"{import_file}: {counted(sum(each.is_importable for each in plan.resources))}.")
    if plan.secrets:
        secret_files.write(plan.secrets, program_file)
    _say_next(plan, states, holdings, program_file, import_file)


def _holdings(states: other_states.States, projects: tuple[str, ...]) -> tuple[Holding, ...]:
    """The chosen projects; of what another state says, all has to be there, whatever is chosen."""
    with account() as client:
        if not states.given:
            found = read(client, projects, variables=True)
            return tuple(each.without_variables(states.recorded) for each in found)
        holdings = read(client, branches=False)
    refuse_missing(states.given, holdings, states.missing)
    return only(holdings, projects)


def _plan(states: other_states.States, holdings: tuple[Holding, ...]) -> Plan:
    chosen = keys(holdings)
    if any(each.known.encrypted for one, each in states.given.items() if one in chosen):
        raise bridged.unreadable("the connection strings in it are encrypted, and would be lost")
    return Planner(states.given, only_given=bool(states.given)).plan(holdings).without(states.recorded)


def _list(holdings: tuple[Holding, ...], states: other_states.States) -> None:
    given = states.given
    rows = [row for row in _rows(holdings, every=bool(given)) if not given or key(row[1].capitalize(), row[3]) in given]
    others = [row for row in rows if not states.recorded.holds(row[3])]
    columns = ("Project", "Kind", "Name", "Id", tables.Column("Created"))
    is_repeated = max(Counter(row[:3] for row in others).values(), default=0) > 1
    width = 5 if is_repeated else 4  # equal rows are told apart by their age
    tables.show(columns[:width], [row[:width] for row in others], "There is nothing to adopt.")
    if others:
        click.echo("With --program FILE, a program is written that takes them over.", err=True)
    if len(rows) > len(others):
        click.echo(f"Left out: {held(len(rows) - len(others))}.", err=True)


def _say_next(
    plan: Plan, states: other_states.States, holdings: tuple[Holding, ...], program_file: Path, import_file: Path | None
) -> None:
    for why in plan.left_out:
        click.echo(plain(f"Left out: {why}."), err=True)
    if plan.accelerate:
        click.echo(
            plain(
                "Not carried over, since they stop working on 1 December 2026: the strings of Prisma Accelerate "
                f"(prisma+postgres://…) of {', '.join(plan.accelerate)}."
            ),
            err=True,
        )
    chosen = keys(holdings)
    removals = states.old.removals(chosen)
    if removals and not states.given:
        click.echo(FROM_PULUMI, err=True)
    given = (each for one, each in states.given.items() if one in chosen)
    addresses = tuple(each.address for each in given) if states.is_terraform else ()
    written = next_steps.Written(plan, program_file, import_file, removals, states.old.dependents(chosen), addresses)
    for line in next_steps.lines(written):
        click.echo(plain(line))


def _rows(holdings: tuple[Holding, ...], *, every: bool) -> Iterator[tuple[str, str, str, str, str | None]]:
    """Everything to adopt; a state may hold `every` connection, also one that a database was made with."""
    for holding in holdings:
        project = holding.project
        yield project.name, "project", project.name, project.id, moment(project.created_at)
        for branch in holding.branches:
            yield project.name, "branch", branch.git_name, branch.id, None
        for database in holding.databases:
            yield project.name, "database", database.name, database.id, moment(database.created_at)
            for connection in database.connections if every else connections(database):
                yield project.name, "connection", connection.name, connection.id, moment(connection.created_at)
