"""`pulumi-prisma doctor`: whether everything is there that `pulumi up` needs, and what to do where it is not."""

from __future__ import annotations

import json
import os
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from itertools import chain

import click

from prisma_provider.cli import output
from prisma_provider.cli.checks import machine, service
from prisma_provider.cli.checks.check import Check

WIDTH = len("workspace")
"""Characters of the longest name of a check."""
_COLORS = {True: "green", False: "red", None: None}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def doctor(as_json: bool) -> None:
    """Say what is missing or wrong on this machine, and what to do about it.

    Python, the CI system, Pulumi and its backend, the plugin; then the way to Prisma's API, the token, its workspace
    and plan. It only reads, and shows no secret. It ends with 1 if something is wrong.

    \b
    Examples:
      pulumi-prisma doctor
      pulumi-prisma doctor --json | jq '.checks[] | select(.ok == false)'
    """
    found = []
    for check in chain(machine.checks(os.environ), service.checks()):
        found.append(check)
        if not as_json:
            _write(check)
    wrong = [each.name for each in found if each.ok is False]
    if as_json:
        click.echo(json.dumps({"ok": not wrong, "checks": [each.as_json() for each in found]}, indent=2))
    else:
        click.echo(f"\n{_summary(wrong)}")
    sys.exit(1 if wrong else 0)


def _write(check: Check) -> None:
    sign = click.style(output.sign(check.ok), fg=_COLORS[check.ok])
    first, *more = _lines(check)
    for line in (f"{sign} {check.name:{WIDTH}}  {first}", *more):
        click.echo(line, color=False if os.environ.get("NO_COLOR") else None)


def _lines(check: Check) -> Iterator[str]:
    """The detail beside the name, and the way out below it; on a terminal no wider than that."""
    indent = " " * (WIDTH + 4)
    width = shutil.get_terminal_size().columns - len(indent) if sys.stdout.isatty() else sys.maxsize
    hint = [f"What to do: {check.hint}"] if check.hint else []
    lines = (
        textwrap.wrap(text, max(width, 20), break_long_words=False, break_on_hyphens=False)
        for text in (check.detail, *hint)
    )
    first, *more = chain.from_iterable(lines)
    yield first
    yield from (indent + line for line in more)


def _summary(wrong: Sequence[str]) -> str:
    return f"Wrong: {', '.join(wrong)}." if wrong else "Nothing is wrong."
