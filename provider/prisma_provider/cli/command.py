"""`pulumi-prisma`: the table of contents. A sub-command is imported when it is asked for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from typing import NoReturn, cast

import click

from prisma_provider.errors import PrismaError

CONTENTS: Mapping[str, str] = {
    "review": "What a preview would do to data: for a comment, and for a check.",
    "login": "Log in with the browser, so that no token has to be set.",
    "logout": "Forget the login, and end it at Prisma.",
    "whoami": "Whose token is used, and where it comes from.",
    "status": "Every database, and how it is; or wait until none is on its way.",
    "backups": "The backups of a database.",
    "usage": "What databases have used, this month or between two dates.",
    "adopt": "List what exists, and write the program that takes it over.",
}
"""Every sub-command, which is that of its name in the module of its name, and its line in the help."""


class Contents(click.Group):
    """Sub-commands that are not imported to be listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(CONTENTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in CONTENTS:
            return None
        return cast("click.Command", getattr(import_module(f"prisma_provider.cli.{cmd_name}"), cmd_name))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(CONTENTS.items()))


@click.group(cls=Contents, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("pulumi-prisma"), package_name="pulumi-prisma", prog_name="pulumi-prisma")
def command() -> None:
    """Prisma Postgres with Pulumi: what goes with `pulumi up`."""


def main() -> NoReturn:
    """The command; an error of ours is its sentences, without a stack."""
    try:
        command(prog_name="pulumi-prisma")
    except PrismaError as error:
        click.echo(f"error: {error}", err=True)
    sys.exit(1)
