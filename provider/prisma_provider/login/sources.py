"""Where a token comes from when none is set: what a job of GitHub's offers, then a stored login."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from prisma_provider.login.github import GitHubJob
from prisma_provider.login.store import Store
from prisma_provider.login.stored import StoredLogin

Renewal = Callable[[str | None], str]
"""Gives the value of a token that is valid now; told one that the service refused, another."""


class Source(Protocol):
    """Gives tokens that do not last."""

    origin: str

    def token(self, refused: str | None = None) -> str: ...


def find(api: str, environment: Mapping[str, str]) -> Source | None:
    """The first that there is for this API; a stored login goes to no other than its own."""
    store = Store.of_user(environment)
    return GitHubJob.of_environment(api, environment) or (StoredLogin(store, api) if store.holds(api) else None)
