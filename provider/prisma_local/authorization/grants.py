"""What users allowed, and its tokens. A refresh token works once; a second use revokes the grant (RFC 9700)."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from prisma_local.authorization.requests import AuthorizationRequest, OAuthError
from prisma_local.authorization.tokens import Tokens
from prisma_local.store.clock import now
from prisma_local.store.ids import new_id
from prisma_local.store.records import Records
from prisma_local.store.tokens import digest
from prisma_local.store.values import Grant, RefreshToken
from prisma_local.testing.settings import Settings

CODE_SECONDS = 60.0
REFRESH_TOKEN_SECONDS = 90 * 24 * 3600.0

Form = Mapping[str, str]
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Code:
    """An authorization code, which can be exchanged once, within a minute."""

    request: AuthorizationRequest
    workspace_id: str
    expires_at: float


class Grants:
    """Codes are in memory, the rest in the records."""

    def __init__(self, records: Records, tokens: Tokens, settings: Settings) -> None:
        self.tokens = tokens
        self._records = records
        self._settings = settings
        self._codes: dict[str, _Code] = {}
        self._lock = Lock()

    def allow(self, request: AuthorizationRequest, workspace_id: str) -> str:
        """The user allowed it: returns a code for the redirect."""
        code = secrets.token_urlsafe(32)
        with self._lock:
            self._codes = {text: kept for text, kept in self._codes.items() if kept.expires_at > time.time()}
            self._codes[code] = _Code(request, workspace_id, time.time() + CODE_SECONDS)
        return code

    def token_response(self, form: Form) -> Json:
        """The response of the token endpoint, or OAuthError."""
        match form.get("grant_type"):
            case "authorization_code":
                return self._exchange(form)
            case "refresh_token":
                return self._refresh(form)
        raise OAuthError("unsupported_grant_type", "grant_type is authorization_code or refresh_token.")

    def revoke(self, text: str) -> None:
        """Revoke the grant that this refresh token belongs to; an unknown token is no error (RFC 7009)."""
        found = self._records.one(RefreshToken, digest=digest(text))
        if found is not None:
            self.tokens.revoke_grant(found.grant_id)

    def _exchange(self, form: Form) -> Json:
        with self._lock:
            code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.expires_at <= time.time():
            raise OAuthError("invalid_grant", "The authorization code is unknown, used, or too old.")
        request = code.request
        if (form.get("client_id"), form.get("redirect_uri")) != (request.client_id, request.redirect_uri):
            raise OAuthError("invalid_grant", "The code was given to another client_id or redirect_uri.")
        if not request.proved_by(form.get("code_verifier", "")):
            raise OAuthError("invalid_grant", "The code_verifier does not fit the code_challenge.")
        with self._records.transaction():
            grant = Grant(
                id=new_id(Grant.prefix),
                workspace_id=code.workspace_id,
                client_id=request.client_id,
                scope=request.scope,
                created_at=now(),
            )
            return self._tokens(self._records.insert(grant))

    def _refresh(self, form: Form) -> Json:
        with self._records.transaction():
            found = self._records.one(RefreshToken, digest=digest(form.get("refresh_token", "")))
            grant = self._records.one(Grant, id=found.grant_id) if found else None
            if found is not None and grant is not None and grant.client_id != form.get("client_id"):
                raise OAuthError("invalid_grant", "The refresh token belongs to another client_id.")
            if found is not None and grant is not None and found.used_at is None and found.expires_at > time.time():
                self._records.change(RefreshToken, found.id, used_at=now())
                return self._tokens(grant)
            if found is not None:
                # The error is raised after the transaction, which would roll this back otherwise.
                self.tokens.revoke_grant(found.grant_id)
        if found is not None and found.used_at is not None:
            raise OAuthError("invalid_grant", "The refresh token was used before: every token of the login is revoked.")
        raise OAuthError("invalid_grant", "The refresh token is unknown or too old.")

    def _tokens(self, grant: Grant) -> Json:
        seconds = self._settings.token_life
        issued = self.tokens.issue(grant.workspace_id, grant.client_id, time.time() + seconds, grant.id)
        body: Json = {
            "access_token": issued.text,
            "token_type": "Bearer",
            "expires_in": int(seconds),
            "scope": grant.scope,
        }
        if "offline_access" in grant.scope.split():
            body["refresh_token"] = self._new_refresh_token(grant)
        return body

    def _new_refresh_token(self, grant: Grant) -> str:
        text = f"prrt_local_{secrets.token_urlsafe(32)}"
        self._records.insert(
            RefreshToken(
                id=new_id(RefreshToken.prefix),
                digest=digest(text),
                grant_id=grant.id,
                expires_at=time.time() + REFRESH_TOKEN_SECONDS,
                created_at=now(),
            )
        )
        return text
