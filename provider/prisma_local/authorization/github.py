"""A job's OIDC token of GitHub's for a short-lived token of a workspace.

What the service checks is checked here, but for the signature: that would want the network, and nobody has to be
kept out of a server that only this machine can reach.
"""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from prisma_local.authorization.tokens import Tokens
from prisma_local.errors import Invalid
from prisma_local.http.json_schema import ValidationError, check
from prisma_local.http.result import Result, ok
from prisma_local.store.clock import clock, timestamp
from prisma_local.store.values import Workspace

ISSUER = "https://token.actions.githubusercontent.com"
AUDIENCE = "prisma-cloud"
DEFAULT_LIFE, SHORTEST, LONGEST = 1800, 60, 3600
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
    """Which workspace the jobs of a repository work in."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._links: dict[str, Workspace] = {}

    def link(self, repository: str, workspace: str | None) -> Workspace:
        found = self._tokens.workspace_named(workspace or "local")
        self._links[repository] = found
        return found

    def forget(self) -> None:
        self._links.clear()

    def exchange(self, body: Any) -> Result:
        """Every refusal is the same: none tells whether a repository is connected."""
        try:
            check(BODY, body)
        except ValidationError as error:
            raise Invalid(str(error)) from error
        life = body.get("expiresInSeconds", DEFAULT_LIFE)
        if not SHORTEST <= life <= LONGEST:
            raise Invalid(f"expiresInSeconds is from {SHORTEST} to {LONGEST}.")
        workspace = self._links.get(_repository(body["token"]) or "")
        if workspace is None:
            return REFUSAL
        ends = clock() + life
        issued = self._tokens.issue(workspace.id, "github-actions", ends)
        return ok(
            {
                "id": f"itgr_{issued.token.id.removeprefix('tok_')}",
                "type": "serviceToken",
                "value": issued.text,
                "expiresAt": timestamp(datetime.fromtimestamp(ends, UTC)),
                "workspaceId": workspace.id,
            },
            201,
        )


def _repository(token: str) -> str | None:
    """The repository of a token that GitHub could have given for us, and that is still valid."""
    claims = _claims(token)
    if claims.get("iss") != ISSUER or claims.get("aud") != AUDIENCE:
        return None
    expires, repository = claims.get("exp"), claims.get("repository")
    if not isinstance(expires, int | float) or expires <= clock():
        return None
    return repository if isinstance(repository, str) else None


def _claims(token: str) -> dict[str, Any]:
    try:
        _, payload, _ = token.split(".")
        found = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
