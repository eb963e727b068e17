"""The local control plane as authorization server: what it grants, and what it refuses."""

from __future__ import annotations

import base64
import hashlib
import time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from local_server import LocalServer
from signed_in import oidc_token

VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
REDIRECT = "http://127.0.0.1:1/callback"
ASKED = {
    "client_id": "a-program",
    "redirect_uri": REDIRECT,
    "response_type": "code",
    "scope": "workspace:admin offline_access",
    "state": "a state",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


def decide(local: LocalServer, **changes: str) -> httpx.Response:
    _, workspace_id = local.mint("acme")
    return local.http.post("/authorize", data={**ASKED, "workspace": workspace_id, "answer": "allow", **changes})


def returned(response: httpx.Response) -> dict[str, str]:
    """The query with which the browser is redirected to the program."""
    assert response.status_code == 303, response.text
    assert response.headers["Location"].startswith(REDIRECT)
    return dict(parse_qsl(urlsplit(response.headers["Location"]).query))


def token(local: LocalServer, **form: str) -> httpx.Response:
    return local.http.post("/token", data={"client_id": "a-program", **form})


def exchange(local: LocalServer, code: str, **changes: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, "code_verifier": VERIFIER}
    return token(local, **{**form, **changes})


def refreshed(local: LocalServer, refresh: str) -> httpx.Response:
    return token(local, grant_type="refresh_token", refresh_token=refresh)


def tokens(local: LocalServer) -> dict[str, Any]:
    found: dict[str, Any] = exchange(local, returned(decide(local))["code"]).json()
    return found


@pytest.mark.parametrize(
    "changes", [{"redirect_uri": "https://evil.example/callback"}, {"redirect_uri": ""}, {"client_id": ""}]
)
def test_an_untrusted_redirect_is_refused(local: LocalServer, changes: dict[str, str]) -> None:
    """A link that would send my code to another machine shows a page that says so."""
    response = local.http.get("/authorize", params={**ASKED, **changes})
    assert response.status_code == 400
    assert "cannot be authorized" in response.text


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "everything"}, "invalid_scope"),
    ],
)
def test_an_invalid_authorization_request(local: LocalServer, changes: dict[str, str], error: str) -> None:
    """A program without PKCE, or with an unknown scope, gets the error at its redirect address."""
    brought = returned(local.http.get("/authorize", params={**ASKED, **changes}))
    assert (brought["error"], brought["state"]) == (error, "a state")


def test_the_page_escapes(local: LocalServer) -> None:
    """A client that calls itself a script is shown as text."""
    page = local.http.get("/authorize", params={**ASKED, "client_id": "<script>alert(1)</script>"}).text
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_another_page_cannot_allow(local: LocalServer) -> None:
    """Another page that I have open cannot allow it for me."""
    _, workspace_id = local.mint("acme")
    form = {**ASKED, "workspace": workspace_id, "answer": "allow"}
    response = local.http.post("/authorize", data=form, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403


def test_denied(local: LocalServer) -> None:
    """If I deny it, the program gets access_denied."""
    assert returned(decide(local, answer="deny"))["error"] == "access_denied"


@pytest.mark.parametrize(
    "changes",
    [{"code_verifier": "w" * 64}, {"code_verifier": ""}, {"client_id": "another"}, {"redirect_uri": REDIRECT + "2"}],
)
def test_a_stolen_code(local: LocalServer, changes: dict[str, str]) -> None:
    """A thief cannot use my code, and neither can I after he tried."""
    code = returned(decide(local))["code"]
    assert exchange(local, code, **changes).json()["error"] == "invalid_grant"
    assert exchange(local, code).status_code == 400


def test_a_login(local: LocalServer) -> None:
    """I get a token of the workspace that I chose; /v1/me says whose it is."""
    found = tokens(local)
    assert (found["token_type"], found["expires_in"]) == ("Bearer", 3600)
    me = local.api("GET", "/v1/me", token=found["access_token"]).json()["data"]
    assert (me["workspace"]["name"], me["credential"]["type"]) == ("acme", "oauth")
    assert me["user"]["email"]


def test_an_access_token_expires(local: LocalServer) -> None:
    """After tokenLife seconds it is no longer valid."""
    local.settings(tokenLife=0.2)
    found = tokens(local)
    time.sleep(0.3)
    assert local.api("GET", "/v1/me", token=found["access_token"]).status_code == 401


def test_a_refresh_token_works_once(local: LocalServer) -> None:
    """A second use revokes the whole login, as the token was stolen."""
    first = tokens(local)
    second = refreshed(local, first["refresh_token"]).json()
    assert local.api("GET", "/v1/me", token=second["access_token"]).is_success
    replayed = refreshed(local, first["refresh_token"])
    assert (replayed.status_code, replayed.json()["error"]) == (400, "invalid_grant")
    for access in (first["access_token"], second["access_token"]):
        assert local.api("GET", "/v1/me", token=access).status_code == 401
    assert refreshed(local, second["refresh_token"]).status_code == 400


def test_revoked(local: LocalServer) -> None:
    """A logout revokes access and refresh tokens; an unknown token is no error (RFC 7009)."""
    found = tokens(local)
    for text in (found["refresh_token"], "unknown"):
        assert local.http.post("/revoke", data={"token": text}).status_code == 200
    assert local.api("GET", "/v1/me", token=found["access_token"]).status_code == 401
    assert refreshed(local, found["refresh_token"]).status_code == 400


def test_no_secret_in_the_log(local: LocalServer) -> None:
    """Token requests are in the request log, without a token or a code."""
    found = tokens(local)
    logged = str(local.requests())
    assert "/token" in logged
    assert found["access_token"] not in logged and found["refresh_token"] not in logged


def github(local: LocalServer, token: str, **more: object) -> httpx.Response:
    return local.http.post("/v1/auth/github-actions/token", json={"token": token, **more})


@pytest.mark.parametrize(
    "text",
    [
        "nonsense",
        "a.b.c",
        oidc_token("acme/unknown"),
        oidc_token("acme/shop", audience="sts.amazonaws.com"),
        oidc_token("acme/shop", expires_in=-1),
    ],
)
def test_another_job(local: LocalServer, text: str) -> None:
    """A job that is not connected, or a token for another audience, gets 401, always the same."""
    local.control("POST", "repositories", {"repository": "acme/shop", "workspace": "acme"})
    response = github(local, text)
    assert (response.status_code, set(response.json())) == (401, {"error", "errorDescription"})


def test_a_job(local: LocalServer) -> None:
    """A connected job gets a token of its workspace, which expires after expiresInSeconds."""
    local.control("POST", "repositories", {"repository": "acme/shop", "workspace": "acme"})
    response = github(local, oidc_token("acme/shop"), expiresInSeconds=60)
    assert response.status_code == 201
    data = response.json()["data"]
    me = local.api("GET", "/v1/me", token=data["value"]).json()["data"]
    assert (data["type"], me["workspace"]["id"]) == ("serviceToken", data["workspaceId"])
    assert github(local, oidc_token("acme/shop"), expiresInSeconds=59).status_code == 400
