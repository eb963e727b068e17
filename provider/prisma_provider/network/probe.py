"""Whether a service can be reached, and how quickly it responds: a question without a token."""

from __future__ import annotations

import time
from dataclasses import dataclass

import httpx

from prisma_provider import errors
from prisma_provider.network import bodies
from prisma_provider.network.transport import not_sent, way_to

SECONDS = 15.0
"""What the connection and its two responses may take."""


@dataclass(frozen=True)
class Reached:
    """A service that responded."""

    status: int
    is_json: bool
    seconds: float
    """From a request on an open connection to its response."""


def reach(url: str, doing: str, hint: str, transport: httpx.BaseTransport | None = None) -> Reached:
    """Ask twice, since the first response has to wait for the connection.

    Raises Unreachable or Blocked where no connection was made, LostResponse where the response did not come.
    """
    hooks = {"response": [bodies.bound]}
    ends = {bodies.ENDS: time.monotonic() + SECONDS}
    try:
        with httpx.Client(timeout=SECONDS, transport=transport or way_to(url), event_hooks=hooks) as client:
            client.get(url, extensions=ends)
            began = time.monotonic()
            answer = client.get(url, extensions=ends)
            seconds = time.monotonic() - began
    except httpx.HTTPError as error:
        lost = errors.LostResponse(f"Could not {doing}: {url} gave no HTTP response, or not in time.", hint=hint)
        raise not_sent(error, doing, url, hint) or lost from None
    return Reached(answer.status_code, "json" in answer.headers.get("Content-Type", ""), seconds)
