"""`pulumi-prisma review`: reads a preview, writes what it would do to data, and ends with the verdict."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import IO

import click

from prisma_provider.cli import selected_stack
from prisma_provider.cli.text_file import TextFile
from prisma_provider.errors import UnreadablePreview
from prisma_provider.review.diagnostics import NO_CAUSE
from prisma_provider.review.pending import completed, is_of
from prisma_provider.review.plan import Plan
from prisma_provider.review.reading import read
from prisma_provider.review.report import FORMATS
from prisma_provider.review.review import review as judge

_PATIENCE = 120
"""Seconds for `pulumi stack export`."""


@click.command()
@click.argument("preview", type=TextFile(), default="-")
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="markdown", show_default=True, help="How to write it."
)
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    metavar="WHAT",
    help="What does not count, in this run: `changes` for everything that loses no data; `other` for data of other "
    "providers; `Database:orders`, a URN or an id for one object whose data may be lost. Repeat it for several.",
)
@click.option(
    "--status",
    type=int,
    default=0,
    metavar="N",
    help="The exit status of `pulumi preview`: it failed where that is not 0, whatever it printed.",
)
@click.option(
    "--state",
    type=TextFile(),
    metavar="FILE",
    help="The output of `pulumi stack export`. Without it, the review runs that command where it needs the state.",
)
def review(preview: IO[str], form: str, allowed: tuple[str, ...], status: int, state: IO[str] | None) -> None:
    """Say what a preview would do to data.

    PREVIEW is a file with the output of `pulumi preview --json --show-replacement-steps`; without it, standard input
    is read. Data that would be lost comes first; drift stands apart from what the program asks for; no secret is
    shown. A preview without replacement steps does not show what an earlier run has still to delete: that is then
    read from the state of the stack.

    \b
    Exit status:
      0   safe: nothing changes, or only what --allow names
      10  changes, and no data is lost
      20  data would be lost: a database or a project is deleted or replaced,
          or a backup is put in the place of data
      1   the preview failed, is no preview, or may hide a loss
      2   the command was misused

    \b
    Examples:
      pulumi preview --json | pulumi-prisma review --format text
      pulumi-prisma review preview.json --status $status --allow changes > comment.md
      pulumi-prisma review preview.json --allow changes --allow Database:trial
    """
    plan = _with_state(_read(preview.read()), state)
    for error in plan.log:
        click.echo(error, err=True)
    if status and not plan.problems:
        plan = replace(plan, problems=(f"`pulumi preview` ended with status {status}. {NO_CAUSE}",))
    found = judge(plan)
    click.echo(FORMATS[form](found, allowed), nl=False)
    sys.exit(found.verdict(allowed))


def _read(text: str) -> Plan:
    """A plan in any case: what cannot be read is reported, too, so that no older comment stays and misleads."""
    try:
        return read(text)
    except UnreadablePreview as error:
        return Plan(stack="", steps=(), problems=(str(error),))


def _with_state(plan: Plan, state: IO[str] | None) -> Plan:
    if state is not None:
        return completed(plan, state.read())
    return plan if plan.has_pending or plan.problems else completed(plan, _export(plan))


def _export(plan: Plan) -> str | None:
    """The state of the stack that was previewed, from the CLI; None where it gives none, or that of another stack."""
    name = plan.stack.rpartition("/")[2]
    for which in (["--stack", name] if name else [], []):
        found = selected_stack.exported(*which, seconds=_PATIENCE)
        if found is not None and is_of(found, plan):
            return found
    return None
