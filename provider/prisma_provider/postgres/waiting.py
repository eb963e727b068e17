"""Waiting until a database accepts connections: a new one, or one in standby, refuses or drops them at first."""

from __future__ import annotations

import logging
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from prisma_provider import errors
from prisma_provider.api.client import Client
from prisma_provider.network.waits import TooLate
from prisma_provider.postgres import connecting

if TYPE_CHECKING:
    from prisma_provider.postgres.connecting import Session

FIRST_PAUSE, GROWTH, LONGEST_PAUSE = 0.5, 1.5, 3.0
"""Seconds between two attempts, and how they grow: not so long that a database is in standby again."""

NO_ROUTE = 20.0
"""Seconds after which a host and port that were never reached are given up: a network does not change by waiting."""

ASK_PLAN = 15.0
"""Seconds of waiting after which the workspace is asked whether it is blocked: its databases seem to start, then."""

_ABOUT_PLAN = ("restriction", "limit", "blocked", "plan")

_log = logging.getLogger(__name__)


def wait_until_connected(
    client: Client, url: str, seconds: float, *, report: Callable[[str], None], workspace_id: str | None
) -> Session:
    """A session, as soon as the database gives one; the caller closes it.

    `report` takes a line when it waits. Starting is raised at the end of the time, NoRoute where the database cannot be
    reached from here, NoConnection for what waiting does not change, Cancelled where the run was.
    """
    began, pause, was_reached, asked = monotonic(), FIRST_PAUSE, False, False
    while True:
        try:
            return _attempt(client, url, seconds - (monotonic() - began))
        except errors.NoConnection as error:
            waited = monotonic() - began
            was_reached = was_reached or not isinstance(error, errors.NoRoute)
            if _is_final(error) or (not was_reached and waited >= NO_ROUTE):
                raise _with_plan(client, error, workspace_id) from None
            if waited >= ASK_PLAN and not asked:
                asked = True
                _refuse_blocked(client, workspace_id)
            if waited + pause >= seconds:
                raise
            report(f"{error.what} It is tried again for up to {seconds:g} s.")
        client.wait(pause)
        pause = min(pause * GROWTH, LONGEST_PAUSE)


def _attempt(client: Client, url: str, left: float) -> Session:
    """One attempt, which a cancelled run does not wait for."""
    seconds = max(1.0, min(connecting.ATTEMPT, left))
    try:
        return client.in_time(lambda: connecting.connect(url, seconds), seconds + connecting.PROBE + 1)
    except TooLate:
        raise errors.Starting(f"{connecting.place(url)} accepts no connections yet: no answer in time.") from None


def _is_final(error: errors.NoConnection) -> bool:
    return not isinstance(error, errors.Starting | errors.NoRoute)


def _with_plan(client: Client, error: errors.NoConnection, workspace_id: str | None) -> errors.NoConnection:
    """The same, or what the workspace's plan has to do with it."""
    if any(word in (error.said or "").lower() for word in _ABOUT_PLAN):
        _refuse_blocked(client, workspace_id)
    return error


def _refuse_blocked(client: Client, workspace_id: str | None) -> None:
    """NoConnection where the workspace's databases refuse queries; that cannot be found out is no reason to stop."""
    if workspace_id is None:
        return
    try:
        plan = client.subscription(workspace_id)
    except errors.ApiError as error:
        _log.info("the workspace's plan cannot be read: %s", error.what)
        return
    if plan.usage_blocked:
        where = f" at {plan.upgrade_url}" if plan.upgrade_url else " in Prisma Console"
        raise errors.NoConnection(
            f'The workspace is blocked on its plan "{plan.plan_name}": its databases accept no connections.',
            hint=f"raise the plan or its limits{where}; the data is kept.",
        )
