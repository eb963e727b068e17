"""Which API a login is of, and where it lies."""

from __future__ import annotations

import os

from prisma_provider.login.store import Store
from prisma_provider.network.origins import DEFAULT_BASE_URL, base_url
from prisma_provider.settings import BASE_URL_VARIABLE


def api() -> str:
    """Prisma's own, or the one of the environment; ConfigurationError where that cannot be used."""
    return base_url(os.environ.get(BASE_URL_VARIABLE, "").strip() or DEFAULT_BASE_URL)


def store() -> Store:
    """The logins of this user."""
    return Store.of_user(os.environ)
