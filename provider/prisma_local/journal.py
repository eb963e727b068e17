"""The log of /v1 calls that tests read. No token and no password is ever in it."""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass
from typing import Any

from prisma_local.plane import now

KEPT = 20_000
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

    def shown(self) -> dict[str, Any]:
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


class Journal:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._last = 0

    def open(self, method: str, path: str, query: dict[str, str]) -> Entry:
        self._last += 1
        entry = Entry(self._last, now(), method, path, query)
        self._entries.append(entry)
        return entry

    def shown(self, newest: int = KEPT) -> list[dict[str, Any]]:
        """The newest so many of what is kept, in the order they came."""
        return [entry.shown() for entry in list(self._entries)[-newest:]]

    def clear(self) -> None:
        self._entries.clear()
        self._last = 0


def without_secrets(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "***" if SECRET.search(key) else without_secrets(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [without_secrets(inner) for inner in value]
    return value
