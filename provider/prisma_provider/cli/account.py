"""The account that the command works with: settings as everywhere, without a program's configuration."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prisma_provider.client import Client, time_limit
from prisma_provider.settings import Settings

SECONDS = 300.0
"""What a command may take, retries included; one that watches has no end of its own."""


def settings() -> Settings:
    """From the environment, a job of GitHub's or a stored login; ConfigurationError where there is nothing."""
    return Settings.load(lambda name: None)


@contextmanager
def account(chosen: Settings | None = None) -> Iterator[Client]:
    """The API, until it is left."""
    client = Client(chosen or settings())
    try:
        with time_limit(SECONDS):
            yield client
    finally:
        client.close()
