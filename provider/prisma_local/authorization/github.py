"""A GitHub job's OIDC token, exchanged for a short-lived token of a workspace.

Everything that the service checks is checked, except the signature: GitHub's keys are on the network, and only this
machine can reach the server anyway.
"""

from __future__ import annotations

import base64
import json
import time
from datetime import UTC, datetime
from typing import Any

from prisma_local.authorization.tokens import DEFAULT_WORKSPACE, Tokens
from prisma_local.errors import Invalid
from prisma_local.http.json_schema import check
from prisma_local.http.result import Result, ok
from prisma_local.store.clock import timestamp
from prisma_local.store.values import Workspace

ISSUER = "https://token.actions.githubusercontent.com"
AUDIENCE = "prisma-cloud"
DEFAULT_SECONDS, SHORTEST, LONGEST = 1800, 60, 3600
BODY: dict[str, Any] = {
    "type": "object",
    "properties": {
        "token": {"type": "string", "minLength": 1},
        "expiresInSeconds": {"type": "integer"},
    },
    "required": ["token"],
}
REFUSAL = Result(
    401,
    {"error": "unauthorized", "errorDescription": "The OIDC token is not valid, or its repository is not connected."},
)


class Repositories:
    """The connected repositories, each with the workspace that its jobs may use."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._connected: dict[str, Workspace] = {}

    def connect(self, repository: str, workspace: str | None) -> Workspace:
        found = self._tokens.workspace_named(workspace or DEFAULT_WORKSPACE)
        self._connected[repository] = found
        return found

    def clear(self) -> None:
        self._connected.clear()

    def exchange(self, body: Any) -> Result:
        """Every refusal is the same, so that none reveals whether a repository is connected."""
        check(BODY, body)
        seconds = body.get("expiresInSeconds", DEFAULT_SECONDS)
        if not SHORTEST <= seconds <= LONGEST:
            raise Invalid(f"expiresInSeconds is from {SHORTEST} to {LONGEST}.")
        workspace = self._connected.get(_repository(body["token"]) or "")
        if workspace is None:
            return REFUSAL
        expires_at = time.time() + seconds
        issued = self._tokens.issue(workspace.id, "github-actions", expires_at)
        return ok(
            {
                "id": issued.token.id,
                "type": "serviceToken",
                "value": issued.text,
                "expiresAt": timestamp(datetime.fromtimestamp(expires_at, UTC)),
                "workspaceId": workspace.id,
            },
            201,
        )


def _repository(token: str) -> str | None:
    """The repository of a token with GitHub's issuer and our audience that has not expired."""
    claims = _claims(token)
    if claims.get("iss") != ISSUER or claims.get("aud") != AUDIENCE:
        return None
    expires, repository = claims.get("exp"), claims.get("repository")
    if not isinstance(expires, int | float) or expires <= time.time():
        return None
    return repository if isinstance(repository, str) else None


def _claims(token: str) -> dict[str, Any]:
    try:
        _, payload, _ = token.split(".")
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
