"""`pulumi-prisma logout`: the login is ended at the server, and forgotten here whatever the server says."""

from __future__ import annotations

import click

from prisma_provider.cli import place
from prisma_provider.errors import ApiError, ConfigurationError
from prisma_provider.login import oauth
from prisma_provider.login.store import Store
from prisma_provider.login.values import Login


@click.command()
def logout() -> None:
    """Forget the login, and end it at Prisma.

    \b
    Example:
      pulumi-prisma logout
    """
    api, store = place.api(), place.store()
    if not store.holds(api):
        click.echo(f"There is no login of {api}.")
        return
    with store.locked(api):
        found = _readable(store, api)
        store.remove(api)
    ended = found is not None and _revoked(found)
    click.echo(f"Logged out of {api}." if ended else f"The login of {api} is forgotten here.")
    if not ended:
        click.echo("It was not ended at the server: remove the application's access in Prisma Console.", err=True)


def _readable(store: Store, api: str) -> Login | None:
    """What is damaged, or locked away in a keyring, is forgotten all the same."""
    try:
        return store.load(api)
    except ConfigurationError as error:
        click.echo(str(error), err=True)
        return None


def _revoked(login: Login) -> bool:
    try:
        return oauth.revoke(login)
    except ApiError as error:
        click.echo(str(error), err=True)
        return False
