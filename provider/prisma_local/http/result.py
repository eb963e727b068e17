"""What a rule or a control action returns: a status and JSON, which `responses` makes an HTTP response of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Result:
    """A status and a JSON body; no body for 204."""

    status: int
    body: Any = None


def ok(data: Any, status: int = 200) -> Result:
    return Result(status, {"data": data})
