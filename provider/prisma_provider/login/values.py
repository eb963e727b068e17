"""A stored login, as values."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

EARLY = 120.0
"""Seconds before its end in which a token is renewed already; a tenth of its life, where that is shorter."""


@dataclass(frozen=True)
class Tokens:
    """A pair of tokens. `expires_at` is in seconds of the epoch, `life` in seconds; none of it shows in ``repr``."""

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    expires_at: float
    life: float
    refreshing: bool = False
    """The refresh token was about to be used: it may have been, and it works once."""

    def is_fresh(self, refused: str | None = None) -> bool:
        """Whether the access token can be used, unless it is the one that the service refused."""
        return self.access != refused and is_fresh(self.expires_at, self.life)

    def is_valid(self, refused: str | None = None) -> bool:
        """Whether the access token can still be used, though it is time to renew it."""
        return self.access != refused and self.expires_at > time.time()


@dataclass(frozen=True)
class Login:
    """A login at one API, and where its tokens are renewed: they go nowhere else."""

    api: str
    client_id: str
    token_endpoint: str
    revocation_endpoint: str | None
    tokens: Tokens
    id: str = ""
    """Made at each login: another one may be of another workspace."""

    def with_tokens(self, tokens: Tokens) -> Login:
        """The same login with another pair."""
        return replace(self, tokens=tokens)


def is_fresh(expires_at: float, life: float) -> bool:
    """Whether it is too early to renew a token."""
    return expires_at - time.time() > min(EARLY, life / 10)


def to_json(value: Login | Tokens) -> dict[str, Any]:
    """As it is stored."""
    return asdict(value)


def read_tokens(stored: Mapping[str, Any]) -> Tokens:
    """From what was stored; KeyError or TypeError where that is something else."""
    return Tokens(**stored)
