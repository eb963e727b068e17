"""The account that the command works with: settings as everywhere, without a program's configuration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

from prisma_provider.api.client import Client
from prisma_provider.network.retries import time_limit
from prisma_provider.settings import Settings

SECONDS = 300.0
"""What a command may take, retries included."""


@contextmanager
def account(chosen: Settings | None = None, *, without_end: bool = False) -> Iterator[Client]:
    """The API until it is left, with these settings, or those of the environment, of a job of GitHub's or of a login.

    ConfigurationError where there is no token. `without_end` is for a command that waits for somebody else.
    """
    client = Client(chosen or Settings.load(None))
    try:
        with nullcontext() if without_end else time_limit(SECONDS):
            yield client
    finally:
        client.close()
