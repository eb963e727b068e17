"""Connection strings, tried: does it let somebody in, and since when."""

from __future__ import annotations

import time
from typing import Any

import psycopg

from live.findings import NotTried

CONNECT_TIMEOUT = 10
PAUSE = 0.5


class Refused(Exception):
    """PostgreSQL, or the way to it, said no; the text says what."""


def query(url: str, text: str) -> Any:
    """The first value of the first row; None where there is no row. Refused where it fails."""
    try:
        # Through a pooler, nothing that is prepared lives on to the next transaction.
        with psycopg.connect(url, connect_timeout=CONNECT_TIMEOUT, autocommit=True, prepare_threshold=None) as link:
            cursor = link.execute(text.encode())
            row = cursor.fetchone() if cursor.description else None
            return row[0] if row else None
    except psycopg.Error as error:
        raise Refused(" ".join(str(error).split()) or type(error).__name__) from None


def seconds_to_connect(url: str, patience: float) -> float:
    """Try again and again until it answers a query; NotTried where it never does."""
    began = time.monotonic()
    while True:
        try:
            query(url, "SELECT 1")
        except Refused as refused:
            if _is_final(str(refused)) or time.monotonic() - began > patience:
                raise NotTried(f"no connection in {time.monotonic() - began:.0f} s: {refused}") from None
            time.sleep(PAUSE)
        else:
            return time.monotonic() - began


def seconds_to_lock_out(url: str, patience: float) -> float | None:
    """Try again and again until it is refused; None where it never is."""
    began = time.monotonic()
    while True:
        try:
            query(url, "SELECT 1")
        except Refused:
            return time.monotonic() - began
        if time.monotonic() - began > patience:
            return None
        time.sleep(PAUSE)


def _is_final(text: str) -> bool:
    """Waiting helps against no host without an address, nor a port of this machine that nobody listens at."""
    nobody = "Connection refused" in text and ("127.0.0.1" in text or "localhost" in text or "::1" in text)
    return nobody or any(sign in text for sign in ("resolve", "translate host name", 'missing "="', "invalid"))
