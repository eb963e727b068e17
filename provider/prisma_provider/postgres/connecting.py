"""One attempt to connect to PostgreSQL, and what stands in its way where it fails."""

from __future__ import annotations

import socket
from math import ceil
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from prisma_provider import errors
from prisma_provider.extras import how_to_install, needed
from prisma_provider.imports import is_installed
from prisma_provider.text import plain

if TYPE_CHECKING:
    import psycopg

    Session = psycopg.Connection[tuple[Any, ...]]

ATTEMPT = 10.0
"""Seconds that one attempt may take."""

PROBE = 3.0
"""Seconds in which a host and port answer, or cannot be reached."""

_PURPOSE = "A connection to PostgreSQL"

_STARTING = (
    "upstream database",
    "not configured correctly yet",
    "in a minute or two",
    "starting up",
    "shutting down",
    "in recovery mode",
    "too many connections",
    "connection slots are reserved",
)
"""Words of the service and of PostgreSQL that say to try again; any others will say the same the next time."""

_FINAL = ("certificate", "does not support ssl")
"""Words of the driver that trying again does not change."""


def driver_missing() -> str | None:
    """What is wrong where the driver is not installed."""
    if is_installed("psycopg"):
        return None
    return f"{_PURPOSE} takes psycopg, which is not installed here. {how_to_install('postgres')}"


def connect(url: str, seconds: float = ATTEMPT) -> Session:
    """A session that commits each statement and has answered one; the caller closes it (`with`).

    NoConnection says why there is none: Starting, where another attempt may succeed; NoRoute, where host and port
    cannot be reached from this network.
    """
    with needed(_PURPOSE, "postgres"):
        import psycopg
    try:
        session = psycopg.connect(_known_to_libpq(url), connect_timeout=ceil(seconds), autocommit=True)
        try:
            session.execute("select 1")
        except psycopg.Error:
            session.close()
            raise
    except psycopg.Error as error:
        raise _reason(url, error) from None
    return session


def place(url: str) -> str:
    """Host and port of a connection string: what may be shown of it."""
    host, port = _place(url)
    return f"{host}:{port}"


def _place(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    return parts.hostname or "localhost", parts.port or 5432


def _known_to_libpq(url: str) -> str:
    """The connection string without Prisma's own parameters (`schema`, `pgbouncer`, `connection_limit`)."""
    from psycopg import pq

    known = {option.keyword.decode() for option in pq.Conninfo.get_defaults()}
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name in known]
    return urlunsplit(parts._replace(query=urlencode(query)))


def _reason(url: str, error: psycopg.Error) -> errors.NoConnection:
    """Why there is no session. Where the server said something, it decides; else whether it can be reached at all."""
    text = str(error)
    said = _words(text)
    if any(word in text for word in ("FATAL:", "ERROR:")):
        is_starting = any(word in text.lower() for word in _STARTING)
        return (errors.Starting if is_starting else errors.NoConnection)(_refused(url), said=said)
    if any(word in text.lower() for word in _FINAL):
        return errors.NoConnection(_refused(url), said=said)
    unreachable = _unreachable(*_place(url))
    if unreachable:
        return errors.NoRoute(
            f"{place(url)} cannot be reached from this network: {unreachable}.",
            hint="a database is reached directly, not by an HTTP proxy: let outgoing TCP connections to it through.",
        )
    return errors.Starting(f"{place(url)} accepts no connections yet: {said}.")


def _refused(url: str) -> str:
    return f"PostgreSQL at {place(url)} refuses the connection."


def _words(text: str) -> str:
    """What was said, without what the driver says about the attempt; it names no secret."""
    last = text.strip().splitlines()[-1] if text.strip() else "no reason was given"
    for before in ("FATAL:", "ERROR:", "failed: "):
        last = last.rpartition(before)[2]
    return plain(last.strip().rstrip("."))


def _unreachable(host: str, port: int) -> str | None:
    """What the network says; None where something answers, if only by a refusal, as a server that starts does."""
    try:
        socket.create_connection((host, port), timeout=PROBE).close()
    except (ConnectionRefusedError, ConnectionResetError):
        return None
    except socket.gaierror:
        return "its name is not known here"
    except TimeoutError:
        return "nothing answers"
    except OSError as error:
        return plain(error.strerror or str(error))
    return None
