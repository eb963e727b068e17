"""The log of /v1 calls that tests read. No token and no password is ever in it."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import Any

from prisma_local.store.clock import now

KEPT = 20_000
# Of paths, queries and bodies together; of one body.
KEPT_BYTES = 16 * 1024 * 1024
LARGEST_KEPT_BODY = 16 * 1024
SECRET = re.compile("token|pass|secret", re.IGNORECASE)


@dataclass(slots=True)
class Entry:
    """One call. Its status stays None when it was cut, and while it is under way."""

    n: int
    at: str
    method: str
    path: str
    query: dict[str, str]
    body: Any = None
    status: int | None = None
    fault: str | None = None
    workspace_id: str | None = None
    size: int = 0
    kept: bool = True

    def as_json(self) -> dict[str, Any]:
        return {
            "n": self.n,
            "at": self.at,
            "method": self.method,
            "path": self.path,
            "query": without_secrets(self.query),
            "body": without_secrets(self.body),
            "status": self.status,
            "fault": self.fault,
            "workspaceId": self.workspace_id,
        }


class RequestLog:
    """The newest calls: so many, and so many bytes of them. Whoever calls without a token fills no memory with it."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque()
        self._size = 0
        self._last = 0

    def open(self, method: str, path: str, query: dict[str, str]) -> Entry:
        self._last += 1
        entry = Entry(self._last, now(), method, path, query)
        self._entries.append(entry)
        self._grow(entry, len(method) + len(path) + sum(len(name) + len(value) for name, value in query.items()))
        return entry

    def keep_body(self, entry: Entry, body: Any, size: int) -> None:
        """What a call brought along, of so many bytes; only of one that was let in."""
        kept = size <= LARGEST_KEPT_BODY
        entry.body = body if kept else f"… {size} bytes"
        if kept and entry.kept:
            self._grow(entry, size)

    def as_json(self, newest: int = KEPT) -> list[dict[str, Any]]:
        """The newest so many of what is kept, in the order they came."""
        return [entry.as_json() for entry in list(self._entries)[-newest:]]

    def clear(self) -> None:
        while self._entries:
            self._forget_oldest()
        self._last = 0

    def _grow(self, entry: Entry, size: int) -> None:
        entry.size += size
        self._size += size
        while len(self._entries) > KEPT or self._size > KEPT_BYTES:
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        oldest = self._entries.popleft()
        oldest.kept = False
        self._size -= oldest.size


def without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "***" if SECRET.search(key) else without_secrets(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_secrets(inner) for inner in value]
    return value
