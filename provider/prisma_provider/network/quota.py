"""What a service says of its own limit: the header fields of the IETF's draft "RateLimit header fields for HTTP"."""

from __future__ import annotations

import re
from collections.abc import Mapping

_USED_UP = re.compile(r"\b(?:r|remaining)=0\b.*?\b(?:t|reset)=(\d{1,9})\b")
"""`RateLimit: "default";r=0;t=30`, or as older drafts have it: `RateLimit: limit=10, remaining=0, reset=30`."""


def pause(headers: Mapping[str, str]) -> float:
    """Seconds for which nothing more is accepted; 0 where something is, or nothing is said of it."""
    if headers.get("RateLimit-Remaining", "").strip() == "0":
        reset = headers.get("RateLimit-Reset", "").strip()
        return float(reset) if re.fullmatch(r"\d{1,9}", reset, re.ASCII) else 0.0
    found = [float(seconds) for seconds in _USED_UP.findall(headers.get("RateLimit", ""))]
    return max(found, default=0.0)
