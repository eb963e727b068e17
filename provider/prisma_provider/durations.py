"""Durations as Pulumi writes them, in Go's form: ``90s``, ``10m``, ``1h30m``."""

from __future__ import annotations

import re

_PART = re.compile(r"(\d+(?:\.\d+)?)(h|ms|m|s)")
_SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def seconds(duration: str) -> float | None:
    """A duration in seconds; None where it is none."""
    if not duration or _PART.sub("", duration):
        return None
    return sum(float(number) * _SECONDS[unit] for number, unit in _PART.findall(duration))
