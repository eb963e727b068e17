"""`pulumi-prisma`: the table of contents. A sub-command is imported when it is asked for."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.metadata import version
from typing import NoReturn, cast

import click

from prisma_provider.cli import output
from prisma_provider.errors import PrismaError
from prisma_provider.text import did_you_mean

CONTENTS: Mapping[str, str] = {
    "review": "What a preview would do to data, as a comment and as an exit status.",
    "rehearse": "What a migration would do to data: runs it on a clone, and counts the loss.",
    "login": "Log in with the browser, so that no token has to be set.",
    "logout": "Forget the login, and end it at Prisma.",
    "whoami": "Whose token is used, and where it comes from.",
    "doctor": "What is missing or wrong on this machine, and what to do about it.",
    "status": "Every database with its status; or wait until none is provisioning.",
    "backups": "The backups of a database.",
    "usage": "What databases have used, this month or between two dates.",
    "adopt": "List what exists, and write the program that takes it over.",
    "make-plugin": "Pack the plugin with all that it needs, for `pulumi plugin install`.",
}
"""Every sub-command, which is that of its name in the module of its name, and its line in the help."""

INTERRUPTED = 130
"""The exit status after Ctrl-C: 128 and the number of the signal."""


class Contents(click.Group):
    """Sub-commands that are not imported to be listed."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(CONTENTS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in CONTENTS:
            return None
        name = cmd_name.replace("-", "_")
        return cast("click.Command", getattr(import_module(f"prisma_provider.cli.{name}"), name))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in CONTENTS and not args[0].startswith("-"):
            ctx.fail(f'There is no command "{args[0]}".{did_you_mean(args[0], CONTENTS)}')
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(CONTENTS.items()))


@click.group(cls=Contents, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("pulumi-prisma"), package_name="pulumi-prisma", prog_name="pulumi-prisma")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Prisma Postgres with Pulumi: what goes with `pulumi up`."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main() -> NoReturn:
    """The command; what goes wrong is sentences, without a stack. Exit status 1, and 2 where it was misused."""
    output.write_anything()
    sys.exit(_status())


def _status() -> int:
    try:
        return command(prog_name="pulumi-prisma", standalone_mode=False) or 0
    except PrismaError as error:
        output.fail(error)
        return 1
    except click.ClickException as error:
        output.fail(output.misuse(error))
        return error.exit_code
    except OSError as error:
        output.fail(output.system(error))
        return 1
    except click.Abort:
        return INTERRUPTED
