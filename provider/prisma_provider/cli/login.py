"""`pulumi-prisma login`: the browser asks the user, and the tokens are stored."""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping
from getpass import getuser
from socket import gethostname

import click

from prisma_provider.cli import place
from prisma_provider.cli.account import account
from prisma_provider.cli.seconds import Seconds
from prisma_provider.cli.whoami import lines
from prisma_provider.login import oauth
from prisma_provider.login.loopback import DEFAULT_PORT, HOST, PATH, listening
from prisma_provider.login.stored import StoredLogin
from prisma_provider.login.values import Login
from prisma_provider.settings import TOKEN_VARIABLE, Settings, Token

OVER_SSH = """\
You are on this machine over SSH, and your browser is not: it would look for port {port} where it runs itself.
Forward that port first, in another terminal of your own machine:
  ssh -L {port}:{host}:{port} {user}@{machine}
Then open the address in your browser. Or set PRISMA_SERVICE_TOKEN here, which needs no browser.
"""


@click.command(
    epilog=f"An application in Prisma Console needs the redirect address http://{HOST}:{DEFAULT_PORT}{PATH}, or the "
    "one of your --port."
)
@click.option(
    "--client-id",
    envvar=oauth.CLIENT_VARIABLE,
    show_envvar=True,
    help="The OAuth client that you made in Prisma Console; prisma-local takes any.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=DEFAULT_PORT,
    show_default=True,
    help="Where the browser comes back to on this machine; 0 takes a free port.",
)
@click.option("--no-browser", is_flag=True, help="Only write the address, for a browser that you open yourself.")
@click.option(
    "--wait",
    "seconds",
    type=Seconds(),
    metavar="SECONDS",
    default=300.0,
    show_default=True,
    help="How long to wait for you.",
)
def login(client_id: str | None, port: int, no_browser: bool, seconds: float) -> None:
    """Log in with the browser, so that no token has to be set.

    The tokens lie in the system's keyring, or where there is none, in a file that only you can read. They are renewed
    as long as they are used at least every 90 days, and go to no other address than that of the API they are for.

    Over SSH, forward the port that the browser comes back to: `ssh -L 51267:127.0.0.1:51267 you@machine`.

    \b
    Examples:
      pulumi-prisma login --client-id cl…
      PRISMA_API_BASE_URL=http://127.0.0.1:4000 pulumi-prisma login     # at prisma-local
    """
    api = place.api()
    client_id = oauth.client_id(api, client_id)
    with listening(port) as redirect:
        attempt = oauth.Attempt.begin(api, client_id, redirect.redirect_uri)
        _open(attempt.address(), redirect.port, no_browser)
        made = attempt.complete(redirect.wait(attempt.state, seconds))
    _store(made)
    if os.environ.get(TOKEN_VARIABLE):
        click.echo(f"{TOKEN_VARIABLE} is set, and goes first: unset it to use this login.", err=True)


def _open(address: str, port: int, no_browser: bool) -> None:
    """The address goes to stderr in any case: a browser that opens elsewhere helps nobody."""
    click.echo(invitation(address, port, os.environ), err=True)
    if not no_browser and _has_screen():
        webbrowser.open(address)


def invitation(address: str, port: int, environment: Mapping[str, str]) -> str:
    """Where to log in; over SSH, where the user's browser is on another machine, how it comes back to this one."""
    is_over_ssh = any(environment.get(name) for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"))
    first = OVER_SSH.format(port=port, host=HOST, user=_user(), machine=gethostname()) if is_over_ssh else ""
    return f"{first}Log in at:\n  {address}"


def _user() -> str:
    """Who is logged in here; a container may have no name for its user."""
    try:
        return getuser()
    except (OSError, KeyError, ImportError):
        return "user"


def _has_screen() -> bool:
    """Without one, a browser of the terminal's would be started, and take the terminal over."""
    is_unix = os.name == "posix" and sys.platform != "darwin"
    return not is_unix or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY"))


def _store(made: Login) -> None:
    store = place.store()
    with store.locked(made.api):
        where = store.save(made)
    source = StoredLogin(store, made.api)
    with account(Settings(Token("", source.origin), made.api, renewal=source.token)) as client:
        for line in lines(client.me(), client.settings):
            click.echo(line)
    click.echo(f"The login is stored in {where}.")
