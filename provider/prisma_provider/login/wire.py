"""The one way to ask an authorization server or GitHub, and what of a failure is known."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import httpx

from prisma_provider import errors
from prisma_provider.network.transport import not_sent, way_to

SECONDS = 30.0
"""What one response may take."""


@contextmanager
def http(url: str) -> Iterator[httpx.Client]:
    """Connections to one origin that end here; redirects are not followed: a secret goes where it was meant for."""
    with httpx.Client(timeout=SECONDS, transport=way_to(url), headers={"Accept": "application/json"}) as client:
        yield client


def send(request: httpx.Request, doing: str) -> httpx.Response:
    """The response, whatever its status; Unreachable where nothing was sent, LostResponse where nobody knows."""
    where = f"{request.url.scheme}://{request.url.netloc.decode()}"
    try:
        with http(where) as client:
            return client.send(request)
    except httpx.HTTPError as error:
        unreachable = not_sent(error, doing, where, "see whether this machine has a network.")
        raise unreachable or errors.LostResponse(
            f"Could not {doing}: {where} did not respond.", hint="try again."
        ) from None


def body(answer: httpx.Response) -> Mapping[str, Any]:
    """The JSON object of a response; empty where there is none."""
    try:
        found = answer.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def said(answer: httpx.Response) -> str | None:
    """What the server said of its refusal, in OAuth's words or in the API's."""
    found = body(answer)
    inner = found.get("error")
    parts = [inner.get("message"), inner.get("hint")] if isinstance(inner, dict) else []
    parts += [found.get("error_description") or found.get("errorDescription") or inner]
    return " ".join(part for part in parts if isinstance(part, str)) or None


def expires_at(life: float) -> float:
    """The second of the epoch in which something ends that lives this long."""
    return time.time() + life
