"""A program's authorization request, checked before a person is asked (RFC 6749, 7636, 8252)."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from prisma_local.errors import LocalError

SCOPES = ("workspace:admin", "offline_access")
LOOPBACK = ("127.0.0.1", "localhost", "::1")
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class OAuthError(LocalError):
    """An error response of OAuth: `{"error", "error_description"}`."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error = error
        self.description = description

    def as_json(self) -> dict[str, str]:
        return {"error": self.error, "error_description": self.description}


class UntrustedRedirect(OAuthError):
    """The redirect address cannot be trusted, so that the error must not be sent to it."""

    def __init__(self, description: str) -> None:
        super().__init__("invalid_request", description)


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    client_id: str
    redirect_uri: str
    scope: str
    state: str
    challenge: str

    @staticmethod
    def read(query: Mapping[str, str]) -> AuthorizationRequest:
        """UntrustedRedirect, or an OAuthError that the program may receive."""
        client_id, redirect_uri = query.get("client_id", ""), query.get("redirect_uri", "")
        if not client_id:
            raise UntrustedRedirect("client_id is missing.")
        if not _is_loopback(redirect_uri):
            raise UntrustedRedirect("redirect_uri must be an http address of this machine.")
        if query.get("response_type") != "code":
            raise OAuthError("unsupported_response_type", "response_type must be code.")
        if query.get("code_challenge_method") != "S256" or not _CHALLENGE.fullmatch(query.get("code_challenge", "")):
            raise OAuthError("invalid_request", "PKCE is required: code_challenge, and code_challenge_method S256.")
        scope = query.get("scope", "")
        if not scope or not set(scope.split()) <= set(SCOPES):
            raise OAuthError("invalid_scope", f"scope is one or more of {' '.join(SCOPES)}.")
        return AuthorizationRequest(client_id, redirect_uri, scope, query.get("state", ""), query["code_challenge"])

    def fields(self) -> dict[str, str]:
        """The request as the fields of a form."""
        return {
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "response_type": "code",
            "scope": self.scope,
            "state": self.state,
            "code_challenge": self.challenge,
            "code_challenge_method": "S256",
        }

    def proved_by(self, verifier: str) -> bool:
        """Whether the challenge was made from this verifier (PKCE)."""
        digest = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        return _VERIFIER.fullmatch(verifier) is not None and challenge == self.challenge


def redirect(query: Mapping[str, str], **response: str) -> str:
    """The redirect address with the response in its query."""
    state = {"state": query["state"]} if query.get("state") else {}
    separator = "&" if urlsplit(query["redirect_uri"]).query else "?"
    return f"{query['redirect_uri']}{separator}{urlencode({**response, **state})}"


def _is_loopback(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
        return parts.scheme == "http" and parts.hostname in LOOPBACK and not parts.fragment
    except ValueError:
        return False
