"""Where a token comes from when none is set: what a job of GitHub's offers, then a stored login."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

from prisma_provider.login.github import TOKEN_VARIABLE, URL_VARIABLE, GitHubJob
from prisma_provider.login.store import Store
from prisma_provider.login.stored import StoredLogin
from prisma_provider.network.origins import DEFAULT_BASE_URL, is_loopback

Renewal = Callable[[str | None], str]
"""Gives the value of a token that is valid now; another one, when given the one that the service refused."""


class Source(Protocol):
    """Gives tokens that do not last."""

    origin: str

    def token(self, refused: str | None = None) -> str: ...


def find(api: str, environment: Mapping[str, str]) -> Source | None:
    """The first that there is for this API; a stored login goes to no other than its own."""
    url, request_token = environment.get(URL_VARIABLE), environment.get(TOKEN_VARIABLE)
    if url and request_token and _is_known(api):
        return _job(api, url, request_token)
    store = Store.of_user(environment)
    return _stored(store.folder, api) if store.holds(api) else None


def _is_known(api: str) -> bool:
    """Whoever has a job's token can have one of the workspace: it goes to Prisma, or to this machine."""
    return api == DEFAULT_BASE_URL or is_loopback(urlsplit(api).hostname or "")


# One of each for all settings of a process: they hold the token that they got, and whoever comes next uses it.


@lru_cache
def _job(api: str, url: str, request_token: str) -> GitHubJob:
    return GitHubJob(api, url, request_token)


@lru_cache
def _stored(folder: Path, api: str) -> StoredLogin:
    return StoredLogin(Store(folder), api)
