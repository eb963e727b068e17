"""A job of GitHub Actions: its own OIDC token for a short-lived token of a workspace."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock

import httpx

from prisma_provider import errors
from prisma_provider.login import wire
from prisma_provider.login.values import is_fresh
from prisma_provider.network.origins import is_safe

URL_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_URL"
TOKEN_VARIABLE = "ACTIONS_ID_TOKEN_REQUEST_TOKEN"  # noqa: S105  the variable's name, not a token
AUDIENCE = "prisma-cloud"
LIFE = 1800
"""Seconds that a token is asked for; it is renewed before it ends."""
_HINT = (
    "connect the repository to the workspace in Prisma Console, and give the job `permissions: id-token: write`; "
    "or set PRISMA_SERVICE_TOKEN."
)


@dataclass(frozen=True)
class _Minted:
    value: str = field(repr=False)
    expires_at: float


class GitHubJob:
    """What a job offers; `token` gives what a request needs."""

    origin = "GitHub's OIDC (this job)"

    def __init__(self, api: str, url: str, request_token: str, life: int = LIFE) -> None:
        if not is_safe(url):
            raise errors.ConfigurationError(f"{URL_VARIABLE} is neither https nor loopback.", hint="unset it.")
        self._api = api
        self._url = url
        self._request_token = request_token
        self._life = life
        self._lock = Lock()
        self._minted: _Minted | None = None

    def token(self, refused: str | None = None) -> str:
        """A token that is valid now, and not the one that the service refused.

        Unauthorized where Prisma takes none of this job; Unreachable where it, or GitHub, cannot be asked now.
        """
        with self._lock:
            minted = self._minted
            if minted is None or minted.value == refused or not is_fresh(minted.expires_at, self._life):
                minted = self._minted = self._exchange(self._ask_github())
            return minted.value

    def _ask_github(self) -> str:
        """A token of GitHub's that says which job this is, for Prisma only."""
        doing = "get this job's OIDC token from GitHub"
        url = httpx.URL(self._url).copy_merge_params({"audience": AUDIENCE})
        request = httpx.Request("GET", url, headers={"Authorization": f"Bearer {self._request_token}"})
        answer = _ask(request, doing)
        value = wire.body(answer).get("value")
        if not answer.is_success or not isinstance(value, str):
            raise errors.Unauthorized(f"Could not {doing} ({answer.status_code}).", said=wire.said(answer), hint=_HINT)
        return value

    def _exchange(self, github: str) -> _Minted:
        doing = "exchange this job's OIDC token for one of the workspace"
        request = httpx.Request(
            "POST",
            f"{self._api}/v1/auth/github-actions/token",
            json={"token": github, "expiresInSeconds": self._life},
        )
        answer = _ask(request, doing)
        if not answer.is_success:
            raise errors.Unauthorized(f"Could not {doing}.", said=wire.said(answer), hint=_HINT)
        data = wire.body(answer).get("data") or {}
        try:
            return _Minted(str(data["value"]), datetime.fromisoformat(data["expiresAt"]).timestamp())
        except (KeyError, TypeError, ValueError):
            raise errors.MalformedResponse(f"Could not {doing}: the response holds no token.") from None


def _ask(request: httpx.Request, doing: str) -> httpx.Response:
    """The response; Unreachable, which is asked again, where it failed: a token more or less changes nothing."""
    try:
        answer = wire.send(request, doing)
    except errors.LostResponse as lost:
        raise errors.Unreachable(lost.what, hint=lost.hint) from None
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        raise errors.RateLimited(f"Could not {doing}: there were too many requests.", hint="try again later.")
    if answer.is_server_error:
        raise errors.Unreachable(f"Could not {doing}: the service failed ({answer.status_code}).", hint="try again.")
    return answer
