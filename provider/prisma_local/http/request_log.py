"""The log of API requests that tests read. No token and no password is ever in it."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import Any

from prisma_local.store.clock import now

MAX_ENTRIES = 20_000
# Bytes of paths, queries and bodies together, and of one body.
MAX_BYTES = 16 * 1024 * 1024
MAX_BODY_BYTES = 16 * 1024
SECRET = re.compile("token|pass|secret|^value$", re.IGNORECASE)


@dataclass(slots=True)
class Entry:
    """One request. Its status is None while it is open, and stays None where its connection was closed."""

    n: int
    at: str
    method: str
    path: str
    query: dict[str, str]
    body: Any = None
    status: int | None = None
    seconds: float | None = None
    fault: str | None = None
    workspace_id: str | None = None
    size: int = 0
    logged: bool = True

    def as_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "at": self.at,
            "method": self.method,
            "path": self.path,
            "query": without_secrets(self.query),
            "body": without_secrets(self.body),
            "status": self.status,
            "seconds": self.seconds,
            "fault": self.fault,
            "workspaceId": self.workspace_id,
        }


class RequestLog:
    """The newest requests, limited in number and bytes: a client without a token cannot fill the memory."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()
        self._size = 0
        self._last = 0

    def add(self, method: str, path: str, query: dict[str, str]) -> Entry:
        self._last += 1
        entry = Entry(self._last, now(), method, path, query)
        self._entries.append(entry)
        self._grow(entry, len(method) + len(path) + sum(len(name) + len(value) for name, value in query.items()))
        return entry

    def set_body(self, entry: Entry, body: Any, size: int) -> None:
        """The body of a request with a valid token, and its size in bytes."""
        logged = size <= MAX_BODY_BYTES
        entry.body = body if logged else f"… {size} bytes"
        if logged and entry.logged:
            self._grow(entry, size)

    def as_json(self, newest: int = MAX_ENTRIES) -> list[dict[str, Any]]:
        """The newest so many, in the order they came."""
        return [entry.as_json() for entry in list(self._entries)[-newest:]]

    def clear(self) -> None:
        while self._entries:
            self._remove_oldest()
        self._last = 0

    def _grow(self, entry: Entry, size: int) -> None:
        entry.size += size
        self._size += size
        while len(self._entries) > MAX_ENTRIES or self._size > MAX_BYTES:
            self._remove_oldest()

    def _remove_oldest(self) -> None:
        oldest = self._entries.popleft()
        oldest.logged = False
        self._size -= oldest.size


def without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "***" if SECRET.search(key) else without_secrets(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_secrets(inner) for inner in value]
    return value
