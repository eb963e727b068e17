"""The authorization server: authorization code with PKCE (RFC 7636), refresh, revocation (RFC 7009)."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

import httpx

from prisma_provider import errors
from prisma_provider.errors import ConfigurationError, LoginFailed
from prisma_provider.extras import needed
from prisma_provider.login import wire
from prisma_provider.login.values import Login, Tokens
from prisma_provider.network.origins import DEFAULT_BASE_URL, is_loopback, is_safe, origin

PRISMA_ISSUER = "https://auth.prisma.io"
SCOPE = "workspace:admin offline_access"
CLIENT_VARIABLE = "PRISMA_OAUTH_CLIENT_ID"
ENDED = ("invalid_grant", "invalid_client", "unauthorized_client")
"""What an authorization server says of a refresh token that is of no use any more (RFC 6749, 5.2)."""

BUSY = (httpx.codes.TOO_MANY_REQUESTS, httpx.codes.SERVICE_UNAVAILABLE)
"""Statuses of a server that did not even look at the request."""
_DEFAULT_LIFE = 3600.0


@dataclass(frozen=True)
class Server:
    """An authorization server, as it describes itself (RFC 8414)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    revocation_endpoint: str | None

    @staticmethod
    def of_api(api: str) -> Server:
        """The one that gives tokens of this API: Prisma's, or the API's own origin."""
        issuer = PRISMA_ISSUER if api == DEFAULT_BASE_URL else origin(api)
        doing = f"ask {issuer} how to log in"
        request = httpx.Request("GET", f"{issuer}/.well-known/oauth-authorization-server")
        answer = wire.send(request, doing)
        found = wire.body(answer)
        if not answer.is_success or found.get("issuer") != issuer:
            raise LoginFailed(f"Could not {doing}: it does not say.", hint="see whether the base URL is right.")
        endpoints = [found.get(f"{name}_endpoint") for name in ("authorization", "token", "revocation")]
        for endpoint in endpoints:
            if endpoint is not None and not (is_safe(str(endpoint)) and origin(str(endpoint)) == issuer):
                raise LoginFailed(f"{issuer} names an address of somebody else, {endpoint}: nothing was sent there.")
        if not endpoints[0] or not endpoints[1]:
            raise LoginFailed(f"{issuer} does not say where to log in.", hint="see whether the base URL is right.")
        return Server(issuer, str(endpoints[0]), str(endpoints[1]), endpoints[2] and str(endpoints[2]))


@dataclass(frozen=True)
class Attempt:
    """One login under way: what was asked, and the secrets that prove that the response is to us."""

    api: str
    server: Server
    client_id: str
    redirect_uri: str
    state: str
    verifier: str

    @staticmethod
    def begin(api: str, client_id: str, redirect_uri: str) -> Attempt:
        """Nothing is sent but the question where to log in."""
        server = Server.of_api(api)
        return Attempt(api, server, client_id, redirect_uri, secrets.token_urlsafe(24), secrets.token_urlsafe(48))

    def address(self) -> str:
        """What the user's browser is to open."""
        with needed("A login"):
            from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
            from authlib.oauth2.rfc7636 import create_s256_code_challenge
        return str(
            prepare_grant_uri(
                self.server.authorization_endpoint,
                self.client_id,
                "code",
                redirect_uri=self.redirect_uri,
                scope=SCOPE,
                state=self.state,
                code_challenge=create_s256_code_challenge(self.verifier),  # type: ignore[no-untyped-call]
                code_challenge_method="S256",
            )
        )

    def complete(self, returned: str) -> Login:
        """The login of the code that the browser came back with; LoginFailed where it came with a refusal."""
        query = dict(parse_qsl(urlsplit(returned).query))
        if "code" not in query:
            raise LoginFailed(
                "The login was refused.",
                said=query.get("error_description") or query.get("error"),
                hint="run `pulumi-prisma login` again, and allow it.",
            )
        answer = _token_request(
            self.server.token_endpoint,
            "authorization_code",
            "log in",
            redirect_uri=self.redirect_uri,
            code=query["code"],
            code_verifier=self.verifier,
            client_id=self.client_id,
        )
        if not answer.is_success:
            raise LoginFailed("The login was not completed.", said=wire.said(answer), hint="run it again.")
        tokens = _read_tokens(answer, None)
        return Login(
            self.api,
            self.client_id,
            self.server.token_endpoint,
            self.server.revocation_endpoint,
            tokens,
            secrets.token_hex(8),
        )


def client_id(api: str, given: str | None) -> str:
    """Who asks: an authorization server knows its clients, and a local one takes any."""
    if given:
        return given
    if is_loopback(urlsplit(api).hostname or ""):
        return "pulumi-prisma"
    raise ConfigurationError(
        "There is no OAuth client ID: Prisma has to know who asks.",
        hint="in Prisma Console, under Integrations, make an application with the redirect address that "
        f"`pulumi-prisma login --help` names; then --client-id, or {CLIENT_VARIABLE}.",
    )


def refresh(login: Login) -> Tokens:
    """New tokens for the refresh token, which is used up by this.

    Unreachable: it is not, nothing was done. LoginLost: it is of no use any more. LostResponse: nobody knows.
    """
    doing = "renew the stored login"
    answer = _token_request(
        login.token_endpoint,
        "refresh_token",
        doing,
        refresh_token=login.tokens.refresh or "",
        client_id=login.client_id,
    )
    if answer.is_success:
        return _read_tokens(answer, login.tokens.refresh)
    if answer.is_server_error and answer.status_code not in BUSY:
        raise errors.LostResponse(f"Could not {doing}: the server failed ({answer.status_code}).", hint="try again.")
    if answer.status_code in (400, 401) and wire.body(answer).get("error") in ENDED:
        raise errors.LoginLost(
            "The stored login has ended.", said=wire.said(answer), hint="log in again: `pulumi-prisma login`."
        )
    # Busy, or somebody on the way (a proxy, a firewall) who speaks no OAuth: the token was not looked at.
    where = origin(login.token_endpoint)
    raise errors.Unreachable(
        f"Could not {doing}: {where} responded with {answer.status_code}.", hint="try again later."
    )


def revoke(login: Login) -> bool:
    """End the login at the server; False where it offers no such thing."""
    if login.revocation_endpoint is None or login.tokens.refresh is None:
        return False
    form = {"token": login.tokens.refresh, "token_type_hint": "refresh_token", "client_id": login.client_id}
    return wire.send(httpx.Request("POST", login.revocation_endpoint, data=form), "log out").is_success


def _token_request(endpoint: str, grant: str, doing: str, **fields: str) -> httpx.Response:
    with needed("A stored login"):
        from authlib.oauth2.rfc6749.parameters import prepare_token_request
    content = prepare_token_request(grant, **fields)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    return wire.send(httpx.Request("POST", endpoint, content=content, headers=headers), doing)


def _read_tokens(answer: httpx.Response, old_refresh: str | None) -> Tokens:
    """The pair of a response; a server that rotates nothing leaves the refresh token as it was."""
    found: Mapping[str, object] = wire.body(answer)
    access, kept = found.get("access_token"), found.get("refresh_token") or old_refresh
    try:
        life = float(str(found.get("expires_in", _DEFAULT_LIFE)))
    except ValueError:
        life = _DEFAULT_LIFE
    if not isinstance(access, str) or not access:
        raise errors.LostResponse("The authorization server responded without a token.", hint="log in again.")
    return Tokens(access, str(kept) if kept else None, wire.expires_at(life), life)
