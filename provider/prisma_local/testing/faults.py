"""Faults: which requests they match, how often, and what happens then. Nothing is random."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from prisma_local.errors import Invalid
from prisma_local.testing import json_edits
from prisma_local.testing.crash_points import CRASH_POINTS

POLL_SECONDS = 0.02

# Each kind, with the options it takes.
KINDS: dict[str, tuple[str, ...]] = {
    "status": ("status", "code", "message", "headers", "body", "contentType"),
    "status_after": ("status", "code", "message", "headers", "body", "contentType"),
    "cut_before": (),
    "cut_after": (),
    "delay": ("seconds",),
    "delay_after": ("seconds",),
    "truncate": (),
    "html": ("status",),
    "ignore": ("fields",),
    "patch_answer": ("remove", "set"),
    "lag": (),
    "kill": ("step",),
}
COMMON = ("method", "path", "match", "kind", "after", "times")


@dataclass(slots=True)
class Fault:
    """`after` matching requests pass first, then `times` (0: all) get the fault. In a path, * is a wildcard.

    `match` is what the body must hold: a dotted path to each value, such as {"isDefault": true}.
    A delay without `seconds` lasts until the faults are removed.
    """

    kind: str
    method: str
    path: str
    match: dict[str, Any]
    after: int
    times: int
    options: dict[str, Any]
    seen: int = 0
    fired: int = 0
    cleared: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": self.kind,
            "method": self.method,
            "path": self.path,
            "match": self.match,
            "after": self.after,
            "times": self.times,
            **self.options,
            "fired": self.fired,
        }

    def matches(self, method: str, path: str, body: Any) -> bool:
        """Count this request, and say whether it gets the fault."""
        if self.method not in ("*", method) or not fnmatchcase(path, self.path):
            return False
        if not json_edits.has(body, self.match):
            return False
        if self.times and self.fired >= self.times:
            return False
        self.seen += 1
        if self.seen <= self.after:
            return False
        self.fired += 1
        return True

    async def delay(self) -> None:
        """Delay this request."""
        seconds = self.options.get("seconds")
        if seconds is not None:
            await asyncio.sleep(seconds)
            return
        while not self.cleared:
            await asyncio.sleep(POLL_SECONDS)


class Faults:
    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()

    def add(self, body: dict[str, Any]) -> Fault:
        fault = _read(body)
        with self._lock:
            self._faults.append(fault)
        return fault

    def next_for(self, method: str, path: str, body: Any) -> Fault | None:
        """The first fault, in the order they were added, that this request gets."""
        with self._lock:
            return next((fault for fault in self._faults if fault.matches(method, path, body)), None)

    def as_json(self) -> list[dict[str, Any]]:
        with self._lock:
            return [fault.as_json() for fault in self._faults]

    def clear(self) -> None:
        with self._lock:
            for fault in self._faults:
                fault.cleared = True
            self._faults.clear()


def _read(body: dict[str, Any]) -> Fault:
    kind = body.get("kind")
    if kind not in KINDS:
        raise Invalid(f"kind must be one of {', '.join(KINDS)}.")
    unknown = set(body) - set(COMMON) - set(KINDS[kind])
    if unknown:
        raise Invalid(f"A fault of kind {kind} does not take {', '.join(sorted(unknown))}.")
    after, times = body.get("after", 0), body.get("times", 1)
    if not all(isinstance(number, int) and number >= 0 for number in (after, times)):
        raise Invalid("after and times are whole numbers from 0.")
    match = body.get("match", {})
    if not isinstance(match, dict):
        raise Invalid("match is an object: a dotted path to each value of the body.")
    options = {name: body[name] for name in KINDS[kind] if name in body}
    _check_options(kind, options)
    method, path = str(body.get("method", "*")).upper(), str(body.get("path", "*"))
    return Fault(kind, method, path, match, after, times, options)


def _check_options(kind: str, options: dict[str, Any]) -> None:
    if kind in ("status", "status_after", "html"):
        status = options.setdefault("status", 502 if kind == "html" else None)
        if not isinstance(status, int) or not 200 <= status <= 599:
            raise Invalid("status is a number from 200 to 599.")
        if not isinstance(options.get("headers", {}), dict):
            raise Invalid("headers is an object.")
        _check_error_body(options)
    if kind in ("delay", "delay_after") and not isinstance(options.get("seconds", 0), int | float):
        raise Invalid("seconds is a number; left out, a request is delayed until the faults are removed.")
    if kind == "ignore" and not isinstance(options.get("fields"), list):
        raise Invalid("fields is a list of names.")
    if kind == "patch_answer" and not isinstance(options.get("set", {}), dict):
        raise Invalid("set is an object: a dotted path to each new value.")
    if kind == "patch_answer" and not isinstance(options.get("remove", []), list):
        raise Invalid("remove is a list of dotted paths.")
    if kind == "kill" and options.get("step") not in CRASH_POINTS:
        raise Invalid(f"step must be one of {', '.join(CRASH_POINTS)}.")


def _check_error_body(options: dict[str, Any]) -> None:
    texts = [options[name] for name in ("code", "message") if name in options]
    if not all(isinstance(text, str) for text in texts) or (texts and "body" in options):
        raise Invalid("code and message are texts of the error body, and body replaces it: give one or the other.")
