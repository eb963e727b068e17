"""Tokens: who may use the API, and for which workspace."""

from __future__ import annotations

from prisma_local.errors import NotFound, Unauthorized
from prisma_local.store import tokens
from prisma_local.store.clock import now
from prisma_local.store.ids import new_id
from prisma_local.store.records import Records
from prisma_local.store.tokens import Issued, digest
from prisma_local.store.values import Grant, Token, Workspace

DEFAULT_WORKSPACE = "local"


class Tokens:
    def __init__(self, records: Records) -> None:
        self._records = records

    def authenticate(self, header: str | None) -> tuple[Workspace, Token]:
        """The workspace and token of an Authorization header, or 401."""
        scheme, _, text = (header or "").partition(" ")
        token = tokens.valid(self._records, text.strip()) if scheme.lower() == "bearer" else None
        workspace = self._records.one(Workspace, id=token.workspace_id) if token else None
        if token is None or workspace is None:
            raise Unauthorized(
                "Missing or invalid authorization token.",
                hint="Send 'Authorization: Bearer' with the PRISMA_SERVICE_TOKEN that prisma-local printed.",
            )
        return workspace, token

    def mint(self, workspace: str | None, text: str | None = None) -> tuple[str, Workspace]:
        """A new token for the workspace of that name, which is created if it is new."""
        with self._records.transaction():
            found = self._workspace(workspace or DEFAULT_WORKSPACE)
            return tokens.issue(self._records, found.id, text=text).text, found

    def issue(self, workspace_id: str, name: str, expires_at: float, grant_id: str | None = None) -> Issued:
        """A token that expires at this time (epoch seconds)."""
        return tokens.issue(self._records, workspace_id, name=name, expires_at=expires_at, grant_id=grant_id)

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
        tokens.revoke_grant(self._records, grant_id)

    def _workspace(self, name: str) -> Workspace:
        found = self._records.one(Workspace, name=name)
        fresh = Workspace(id=new_id(Workspace.prefix), name=name, created_at=now())
        return found or self._records.insert(fresh)
