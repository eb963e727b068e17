"""The token of a stored login, for as many processes as run at once.

A refresh token works once; used again, it ends the whole login. So one process refreshes at a time, and looks first
whether another has; what is about to be used is recorded before, and the new pair is stored before it is used. A record
without an end shows that a process died in between: that token is never sent again.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from threading import Lock

from prisma_provider import errors
from prisma_provider.errors import LoginLost
from prisma_provider.login import oauth
from prisma_provider.login.store import Store
from prisma_provider.login.values import Login, Tokens

AGAIN = "log in again: `pulumi-prisma login`. Nothing else is lost."


class StoredLogin:
    """The login of one API; `token` gives what a request needs."""

    origin = "the stored login (pulumi-prisma login)"

    def __init__(self, store: Store, api: str) -> None:
        self._store = store
        self._api = api
        self._lock = Lock()
        self._tokens: Tokens | None = None
        self._login_id: str | None = None

    def token(self, refused: str | None = None) -> str:
        """An access token that is valid now, and not the one that the service refused.

        LoginLost where the login is of no use any more; Unreachable where it could not be renewed now.
        """
        with self._lock:
            if self._tokens is None or not self._tokens.is_fresh(refused):
                with self._store.locked(self._api):
                    self._tokens = self._renewed(refused)
            return self._tokens.access

    def _renewed(self, refused: str | None) -> Tokens:
        """What another process has stored since, or what this one gets."""
        login = self._store.load(self._api)
        if login is None:
            raise LoginLost("There is no stored login any more.", hint="log in: `pulumi-prisma login`.")
        if self._login_id not in (None, login.id):
            raise LoginLost(
                "Another login took the place of the one that this run began with, and may be of another workspace.",
                hint="run it again.",
            )
        self._login_id = login.id
        if login.tokens.is_fresh(refused):
            return login.tokens
        if login.tokens.refreshing:
            raise LoginLost(
                "The stored login was lost: a process ended while it renewed it, and a refresh token works once.",
                hint=AGAIN,
            )
        if login.tokens.refresh is None:
            raise LoginLost("The stored login has ended, and came without a refresh token.", hint=AGAIN)
        return self._refresh(login, refused)

    def _refresh(self, login: Login, refused: str | None) -> Tokens:
        self._store.save(login.with_tokens(replace(login.tokens, refreshing=True)))
        try:
            fresh = oauth.refresh(login)
        except LoginLost:
            with suppress(errors.ConfigurationError):  # it has ended, whatever a locked keyring says
                self._store.remove(self._api)
            raise
        except (errors.Unreachable, errors.ConfigurationError):  # nothing was sent
            self._store.save(login)
            if login.tokens.is_valid(refused):
                return login.tokens
            raise
        except errors.LostResponse as lost:
            raise LoginLost(
                "The stored login was lost: it was being renewed, and the response did not come.",
                said=lost.what,
                hint=AGAIN,
            ) from None
        self._save(login.with_tokens(fresh))
        return fresh

    def _save(self, login: Login) -> None:
        try:
            self._store.save(login)
        except OSError as error:
            raise LoginLost(
                f"The stored login was lost: it was renewed, and cannot be stored ({error.strerror}).", hint=AGAIN
            ) from None
