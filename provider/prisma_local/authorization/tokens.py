"""Tokens: who may use the API, and for which workspace."""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass

from prisma_local.errors import NotFound, Unauthorized
from prisma_local.store.clock import now
from prisma_local.store.ids import new_id
from prisma_local.store.records import Records
from prisma_local.store.values import Grant, RefreshToken, Token, Workspace

DEFAULT_WORKSPACE = "local"


@dataclass(frozen=True, slots=True)
class Issued:
    """A new token: its text, which is stored nowhere, and its record."""

    text: str
    token: Token


class Tokens:
    def __init__(self, records: Records) -> None:
        self._records = records

    def authenticate(self, header: str | None) -> tuple[Workspace, Token]:
        """The workspace and token of an Authorization header, or 401."""
        scheme, _, text = (header or "").partition(" ")
        token = self._records.one(Token, digest=digest(text.strip())) if scheme.lower() == "bearer" else None
        workspace = self._records.one(Workspace, id=token.workspace_id) if token else None
        if token is None or workspace is None or (token.expires_at or time.time() + 1) <= time.time():
            raise Unauthorized(
                "Missing or invalid authorization token.",
                hint="Send 'Authorization: Bearer' with the PRISMA_SERVICE_TOKEN that prisma-local printed.",
            )
        return workspace, token

    def mint(self, workspace: str | None, text: str | None = None) -> tuple[str, Workspace]:
        """A new token for the workspace of that name, which is created if it is new."""
        text = text or f"prsc_local_{secrets.token_urlsafe(32)}"
        with self._records.transaction():
            found = self._workspace(workspace or DEFAULT_WORKSPACE)
            self._records.insert(
                Token(
                    id=new_id(Token.prefix),
                    digest=digest(text),
                    workspace_id=found.id,
                    name="prisma-local",
                    created_at=now(),
                )
            )
        return text, found

    def issue(self, workspace_id: str, name: str, expires_at: float, grant_id: str | None = None) -> Issued:
        """A token that expires at this time (epoch seconds)."""
        text = f"prsc_local_{secrets.token_urlsafe(32)}"
        made = Token(
            id=new_id(Token.prefix),
            digest=digest(text),
            workspace_id=workspace_id,
            name=name,
            created_at=now(),
            expires_at=expires_at,
            grant_id=grant_id,
        )
        return Issued(text, self._records.insert(made))

    def workspaces(self) -> list[Workspace]:
        """All workspaces: this machine's user may choose any of them."""
        return self._records.select(Workspace)

    def workspace_named(self, name: str) -> Workspace:
        """The workspace of that name, created if it is new."""
        with self._records.transaction():
            return self._workspace(name)

    def ensure(self, text: str) -> None:
        """Let the data directory's own token work, even if it was revoked."""
        if self._records.one(Token, digest=digest(text)) is None:
            self.mint(None, text)

    def revoke(self, text: str) -> None:
        with self._records.transaction():
            if self._records.one(Token, digest=digest(text)) is None:
                raise NotFound("No such token.")
            self._records.remove(Token, digest=digest(text))

    def keep_only(self, text: str) -> None:
        """Delete all other tokens, grants and workspaces."""
        self.ensure(text)
        with self._records.transaction():
            first = self._records.one(Token, digest=digest(text))
            for token in self._records.select(Token):
                if first is not None and token.id != first.id:
                    self._records.remove(Token, id=token.id)
            for grant in self._records.select(Grant):
                self.revoke_grant(grant.id)
            for workspace in self._records.select(Workspace):
                if first is not None and workspace.id != first.workspace_id:
                    self._records.remove(Workspace, id=workspace.id)

    def revoke_grant(self, grant_id: str) -> None:
        """Revoke a grant with its access tokens and refresh tokens."""
        with self._records.transaction():
            self._records.remove(Token, grant_id=grant_id)
            self._records.remove(RefreshToken, grant_id=grant_id)
            self._records.remove(Grant, id=grant_id)

    def _workspace(self, name: str) -> Workspace:
        found = self._records.one(Workspace, name=name)
        fresh = Workspace(id=new_id(Workspace.prefix), name=name, created_at=now())
        return found or self._records.insert(fresh)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
