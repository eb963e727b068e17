"""`pulumi-prisma review`: reads a preview, writes what it would do to data, and ends with the verdict."""

from __future__ import annotations

import sys
from typing import IO

import click

from prisma_provider.errors import UnreadablePreview
from prisma_provider.review.plan import Plan
from prisma_provider.review.reading import read
from prisma_provider.review.report import FORMATS
from prisma_provider.review.review import Review
from prisma_provider.review.review import review as judge


@click.command()
@click.argument("preview", type=click.File(encoding="utf-8", errors="replace"), default="-")
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="markdown", show_default=True, help="How to write it."
)
@click.option(
    "--allow",
    "allowed",
    multiple=True,
    metavar="WHAT",
    help="What does not count: `changes` for everything that loses no data; `Database:orders`, or a URN, for data that "
    "may be lost. Repeat it for several.",
)
def review(preview: IO[str], form: str, allowed: tuple[str, ...]) -> None:
    """Say what a preview would do to data.

    PREVIEW is a file with the output of `pulumi preview --json`; without it, standard input is read. Data that would
    be lost comes first; drift stands apart from what the program asks for; no secret is shown.

    \b
    Exit status:
      0   safe: nothing changes, or only what --allow names
      10  changes, and no data is lost
      20  data would be lost: a database or a project is deleted or replaced,
          or a backup is put in the place of data
      1   the preview failed, or is no preview
      2   the command was misused

    \b
    Examples:
      pulumi preview --json | pulumi-prisma review --format text
      pulumi-prisma review preview.json --allow changes > comment.md
      pulumi-prisma review preview.json --allow changes --allow Database:trial
    """
    found = _judged(preview.read())
    click.echo(FORMATS[form](found, allowed), nl=False)
    sys.exit(found.verdict(allowed))


def _judged(text: str) -> Review:
    """A review in any case: what cannot be read is reported, too, so that no older comment stays and misleads."""
    try:
        return judge(read(text))
    except UnreadablePreview as error:
        return judge(Plan(stack="", steps=(), problems=(str(error),)))
