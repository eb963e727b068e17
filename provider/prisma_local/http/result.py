"""What a rule or a control action returns; `routing` makes an HTTP response of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """A status and a JSON body; 204 has none."""

    status: int
    body: Any = None


def ok(data: Any, status: int = 200) -> Result:
    return Result(status, {"data": data})
