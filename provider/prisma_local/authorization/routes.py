"""The routes of the authorization server, for this machine only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from prisma_local.authorization import page
from prisma_local.authorization.github import Repositories
from prisma_local.authorization.grants import Grants
from prisma_local.authorization.requests import SCOPES, AuthorizationRequest, OAuthError, UntrustedRedirect, redirect
from prisma_local.http import json_schema
from prisma_local.http.routing import LOCAL_ONLY, Endpoint, respond

NO_STORE = {"Cache-Control": "no-store"}


def authorization_routes(grants: Grants, repositories: Repositories, base_url: str) -> list[BaseRoute]:
    table: tuple[tuple[str, str, Endpoint], ...] = (
        ("GET", "/.well-known/oauth-authorization-server", _discovery(base_url)),
        ("GET", "/authorize", _ask(grants)),
        ("POST", "/authorize", _decide(grants, base_url)),
        ("POST", "/token", _token(grants)),
        ("POST", "/revoke", _revoke(grants)),
        ("POST", "/v1/auth/github-actions/token", _exchange(repositories)),
    )
    return [Route(path, endpoint, methods=[method], middleware=LOCAL_ONLY) for method, path, endpoint in table]


def _discovery(base_url: str) -> Endpoint:
    document = {
        "issuer": base_url,
        "authorization_endpoint": f"{base_url}/authorize",
        "token_endpoint": f"{base_url}/token",
        "revocation_endpoint": f"{base_url}/revoke",
        "scopes_supported": list(SCOPES),
        "response_types_supported": ["code"],
        "grant_types_supported": ["authorization_code", "refresh_token"],
        "code_challenge_methods_supported": ["S256"],
        "token_endpoint_auth_methods_supported": ["none"],
    }

    async def endpoint(_request: Request) -> Response:
        return JSONResponse(document)

    return endpoint


def _ask(grants: Grants) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        query = dict(request.query_params)

        def show(asked: AuthorizationRequest) -> Response:
            return HTMLResponse(page.question(asked, grants.tokens.workspaces()), headers=page.HEADERS)

        return await run_in_threadpool(_checked, query, show)

    return endpoint


def _decide(grants: Grants, base_url: str) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        if request.headers.get("origin", base_url) not in (base_url, base_url.replace("127.0.0.1", "localhost")):
            return HTMLResponse(page.refusal("The form came from another page."), 403, page.HEADERS)
        form = _form(await request.body())

        def decide(asked: AuthorizationRequest) -> Response:
            if form.get("answer") != "allow":
                raise OAuthError("access_denied", "The user denied access.")
            if form.get("workspace") not in {each.id for each in grants.tokens.workspaces()}:
                raise OAuthError("invalid_request", "There is no such workspace.")
            code = grants.allow(asked, form["workspace"])
            return RedirectResponse(redirect(form, code=code), 303, NO_STORE)

        return await run_in_threadpool(_checked, form, decide)

    return endpoint


def _checked(query: Mapping[str, str], act: Callable[[AuthorizationRequest], Response]) -> Response:
    """What `act` responds. An error goes to the program where its address can be trusted, otherwise onto a page."""
    try:
        return act(AuthorizationRequest.read(query))
    except UntrustedRedirect as error:
        return HTMLResponse(page.refusal(error.description), 400, page.HEADERS)
    except OAuthError as error:
        return RedirectResponse(redirect(query, **error.as_json()), 303, NO_STORE)


def _token(grants: Grants) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        form = _form(await request.body())
        try:
            return JSONResponse(await run_in_threadpool(grants.token_response, form), headers=NO_STORE)
        except OAuthError as error:
            return JSONResponse(error.as_json(), 400, NO_STORE)

    return endpoint


def _revoke(grants: Grants) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        await run_in_threadpool(grants.revoke, _form(await request.body()).get("token", ""))
        return Response(status_code=200)

    return endpoint


def _exchange(repositories: Repositories) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        raw = await request.body()
        return await respond(lambda: repositories.exchange(json_schema.read(raw)), request)

    return endpoint


def _form(raw: bytes) -> dict[str, str]:
    return dict(parse_qsl(raw.decode(errors="replace"), keep_blank_values=True))
