"""Where a login comes from, as far as it can be asked without a person and without a job of GitHub's."""

from __future__ import annotations

from live.findings import DIFFERS, Found, NotTried, Table, field, holds
from live.world import World

ROWS = Table()
NOBODY = "not-a-token-of-this-service"
ENDED = ("invalid_grant", "invalid_client", "unauthorized_client")


@ROWS.row(
    "login-discovery", "The authorization server names where to log in, at its own origin", "login/oauth.py of_api"
)
def _(world: World) -> Found:
    issuer = world.issuer
    body = world.metadata
    names = ("issuer", "authorization_endpoint", "token_endpoint")
    elsewhere = [name for name in names if not str(field(body, name)).startswith(issuer)]
    return Found(DIFFERS, issuer, str([body[name] for name in elsewhere])) if elsewhere else holds(issuer)


@ROWS.row(
    "login-refresh",
    "A refresh token that is none is refused by 400 or 401 with an error of OAuth",
    "login/oauth.py refresh",
)
def _(world: World) -> Found:
    endpoint = str(field(world.metadata, "token_endpoint"))
    if not endpoint.startswith(world.issuer):
        raise NotTried("the token endpoint is somebody else's")
    answer = world.api.form(endpoint, grant_type="refresh_token", refresh_token=NOBODY, client_id="pulumi-prisma")
    if answer.status not in (400, 401):
        return answer.expected(400, 401)
    return holds(answer.said) if answer.error in ENDED else Found(DIFFERS, " or ".join(ENDED), str(answer.error))


@ROWS.row("login-github", "A token that is none of GitHub's is refused by 401", "login/github.py _exchange")
def _(world: World) -> Found:
    body = {"token": NOBODY, "expiresInSeconds": 1800}
    return world.api.call("POST", "/v1/auth/github-actions/token", body, token="").offered().expected(400, 401)
