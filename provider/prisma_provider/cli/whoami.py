"""`pulumi-prisma whoami`: whose token is used, and where it comes from; never the token itself."""

from __future__ import annotations

import json
from collections.abc import Iterator

import click

from prisma_provider.api.models import Me
from prisma_provider.cli.account import account
from prisma_provider.settings import Settings
from prisma_provider.text import plain


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
def whoami(as_json: bool) -> None:
    """Say whose token is used, and where it comes from.

    \b
    Examples:
      pulumi-prisma whoami
      pulumi-prisma whoami --json | jq -r .workspace.id
    """
    with account() as client:
        me, settings = client.me(), client.settings
    if as_json:
        shown = {**me.model_dump(by_alias=True), "api": settings.base_url, "tokenFrom": settings.token.origin}
        click.echo(json.dumps(shown, indent=2))
        return
    for line in lines(me, settings):
        click.echo(line)


def lines(me: Me, settings: Settings) -> Iterator[str]:
    """What there is to know, a line each."""
    if me.user is not None:
        email = f" ({me.user.email})" if me.user.email else ""
        yield plain(f"user       {me.user.name or me.user.id}{email}")
    if me.workspace is not None:
        yield plain(f"workspace  {me.workspace.name or '(no name)'} ({me.workspace.id})")
    yield f"token      from {settings.token.origin}"
    yield f"API        {settings.base_url}"
