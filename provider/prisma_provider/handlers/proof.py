"""Proof of connection: a database that is ready may refuse connections for some seconds more (`waitForConnection`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any

from prisma_provider import errors
from prisma_provider.diff import Field
from prisma_provider.errors import InvalidInput, capital
from prisma_provider.handlers.inputs import Properties, known
from prisma_provider.live import Live
from prisma_provider.network.retries import time_left
from prisma_provider.postgres.connecting import driver_missing
from prisma_provider.postgres.waiting import wait_until_connected

WAIT = Field("waitForConnection", "setting")
"""Seconds that a new connection string is waited for until it connects."""


def check_wait(news: Mapping[str, Any]) -> Iterator[InvalidInput]:
    """A number of seconds, and the driver that it takes."""
    seconds = news.get(WAIT.name)
    if not known(seconds):
        return
    if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not isfinite(seconds) or seconds < 0:
        wanted = f"wait_for_connection is a number of seconds, such as 60, not {seconds!r}."
        yield InvalidInput(WAIT.name, wanted, hint="0, or none, does not wait.")
    elif seconds and (missing := driver_missing()):
        yield InvalidInput(WAIT.name, missing)


def prove_connection(live: Live, title: str, news: Properties, secrets: Properties, workspace_id: str | None) -> None:
    """Connect with a new direct connection string, as long as the program says; what comes of it loses nothing.

    That the time is over is a warning. A cause that waiting does not change is a problem of what was made.
    """
    seconds = news.get(WAIT.name)
    if not seconds:
        return
    url = secrets.get("directUrl")
    if url is None:
        live.note(f"{capital(title)} is not waited for: its direct connection string is not known.")
        return

    def report(line: str) -> None:
        live.note(f"{capital(title)}: {line}")

    try:
        wait_until_connected(
            live.client, url, min(seconds, time_left()), report=report, workspace_id=workspace_id
        ).close()
    except errors.Starting as error:
        live.note(
            f"{capital(title)} accepts no connections yet after {seconds:g} s, and stays in state as made. Give a "
            f"longer wait_for_connection where it takes that long. {error}"
        )
    except errors.PrismaError as error:
        live.problem(f"{capital(title)} was made, and is not known to accept connections: {error}")
