"""Where a token comes from, and what a login refuses before it sends anything."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordSetError

from prisma_provider.api.bearer import Bearer
from prisma_provider.cli import tables
from prisma_provider.errors import ConfigurationError, LoginFailed, LoginLost, LostResponse, Unreachable
from prisma_provider.login import oauth, wire
from prisma_provider.login.github import GitHubJob
from prisma_provider.login.keyrings import Keyring
from prisma_provider.login.store import Store
from prisma_provider.login.stored import StoredLogin
from prisma_provider.login.values import Login, Tokens
from prisma_provider.settings import Settings

API = "http://127.0.0.1:4000"
JOB = {"ACTIONS_ID_TOKEN_REQUEST_URL": "https://github.example/token", "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x"}
NO_KEYRING = Keyring(None)


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """The developer's own is none of our business."""
    monkeypatch.setattr(Keyring, "of_system", staticmethod(lambda: NO_KEYRING))


def login(**tokens: Any) -> Login:
    given = {"access": "an access token", "refresh": "a refresh token", "expires_at": 4e9, "life": 3600.0, **tokens}
    return Login(API, "client", f"{API}/token", None, Tokens(**given))


def settings(home: Path, environment: dict[str, str] | None = None, config: dict[str, str] | None = None) -> Settings:
    found = {"PULUMI_HOME": str(home), "PRISMA_API_BASE_URL": API, **(environment or {})}
    return Settings.load((config or {}).get, found)


def test_first_found_wins(tmp_path: Path) -> None:
    """Configuration, environment, a job of GitHub's, a stored login: in this order."""
    Store.of_user({"PULUMI_HOME": str(tmp_path)}).save(login())
    token = {"PRISMA_SERVICE_TOKEN": "t"}
    assert "configuration" in settings(tmp_path, token | JOB, {"prisma:serviceToken": "c"}).token.origin
    assert "environment" in settings(tmp_path, token | JOB).token.origin
    assert "GitHub" in settings(tmp_path, JOB).token.origin
    stored = settings(tmp_path)
    assert "stored login" in stored.token.origin
    assert stored.renewal is not None
    assert stored.renewal(None) == "an access token"


def test_one_source_for_all(tmp_path: Path) -> None:
    """However often settings are read in one process: a token that was got once serves all."""
    assert settings(tmp_path, JOB) == settings(tmp_path, JOB)
    Store.of_user({"PULUMI_HOME": str(tmp_path)}).save(login())
    assert settings(tmp_path) == settings(tmp_path)


def test_of_another_api(tmp_path: Path) -> None:
    """A login of one API is none for another."""
    Store.of_user({"PULUMI_HOME": str(tmp_path)}).save(login())
    with pytest.raises(ConfigurationError, match="no token"):
        settings(tmp_path, {"PRISMA_API_BASE_URL": "http://127.0.0.1:4001"})


def test_no_secret_in_repr() -> None:
    """A login that is printed by mistake tells nothing."""
    assert "an access token" not in repr(login()) and "a refresh token" not in repr(login())


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a login is stored and what it takes is not installed, I am told what to install."""
    Store.of_user({"PULUMI_HOME": str(tmp_path)}).save(login())
    monkeypatch.setitem(sys.modules, "filelock", None)
    renewal = settings(tmp_path).renewal
    assert renewal is not None
    with pytest.raises(ConfigurationError, match=r"takes filelock.*\n.*\.\[cli\]"):
        renewal(None)


def test_tables_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for the commands that write tables."""
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with pytest.raises(ConfigurationError, match=r"A table takes rich.*\n.*\.\[cli\]"):
        tables.console()


def test_a_network_that_cannot_be_used_loses_no_login(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where proxy or certificates cannot be used, nothing was sent: the login is there when they are mended."""
    store = Store(tmp_path)
    store.save(login(expires_at=1.0))

    def fail(_: Login) -> Tokens:
        raise ConfigurationError("SSL_CERT_FILE cannot be used")

    monkeypatch.setattr(oauth, "refresh", fail)
    with pytest.raises(ConfigurationError, match="SSL_CERT_FILE"):
        StoredLogin(store, API).token()
    assert store.load(API) == login(expires_at=1.0)


def test_gone_meanwhile(tmp_path: Path) -> None:
    """A login that another process has ended is lost, with what to do about it."""
    with pytest.raises(LoginLost, match="pulumi-prisma login"):
        StoredLogin(Store(tmp_path), API).token()


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"tokens": {}}', '{"tokens": {"access": 1, "more": 2}}'])
def test_damaged(tmp_path: Path, text: str) -> None:
    """A file that is not what was stored is named."""
    store = Store(tmp_path)
    store.save(login())
    (file,) = tmp_path.glob("*.json")
    file.write_text(text)
    with pytest.raises(ConfigurationError, match="cannot be"):
        store.load(API)


class Ring(KeyringBackend):
    """A keyring that takes no long text, as some do."""

    name = "a ring"
    priority = 1.0

    def get_password(self, service: str, username: str) -> str | None:
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise PasswordSetError("too long")

    def delete_password(self, service: str, username: str) -> None:
        raise AssertionError("there is nothing to delete")


def test_a_keyring_that_takes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the keyring refuses, the tokens lie in the file after all."""
    ring = Keyring(Ring())  # type: ignore[no-untyped-call]
    monkeypatch.setattr(Keyring, "of_system", staticmethod(lambda: ring))
    store = Store(tmp_path)
    assert str(tmp_path) in store.save(login())
    assert store.load(API) == login()


def test_prisma_wants_to_know_who_asks() -> None:
    """Without a client ID I am told where to get one; a local server takes any."""
    with pytest.raises(ConfigurationError, match="Prisma Console"):
        oauth.client_id("https://api.prisma.io", None)
    assert oauth.client_id("https://api.prisma.io", "mine") == "mine"
    assert oauth.client_id(API, None)


DOCUMENT = {"issuer": API, "authorization_endpoint": f"{API}/authorize", "token_endpoint": f"{API}/token"}


@pytest.mark.parametrize(
    "document",
    [
        {},
        {**DOCUMENT, "issuer": "https://evil.example"},
        {**DOCUMENT, "token_endpoint": "https://evil.example/token"},
        {**DOCUMENT, "authorization_endpoint": None},
        {**DOCUMENT, "revocation_endpoint": "http://127.0.0.1:4001/revoke"},
    ],
)
def test_somebody_elses_endpoints(document: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that would have my tokens sent elsewhere is refused."""
    answer = httpx.Response(200, text=json.dumps(document))
    monkeypatch.setattr(wire, "send", lambda request, doing: answer)
    with pytest.raises(LoginFailed):
        oauth.Server.of_api(API)


def test_prismas_own_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Prisma's API has its authorization server beside it."""
    asked: list[str] = []
    issuer = oauth.PRISMA_ISSUER
    found = {"issuer": issuer, "authorization_endpoint": f"{issuer}/authorize", "token_endpoint": f"{issuer}/token"}

    def send(request: httpx.Request, doing: str) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, text=json.dumps(found))

    monkeypatch.setattr(wire, "send", send)
    assert oauth.Server.of_api("https://api.prisma.io").token_endpoint == f"{issuer}/token"
    assert asked == [f"{issuer}/.well-known/oauth-authorization-server"]


def test_a_job_over_plain_http() -> None:
    """A job's request token does not go over the network in the clear."""
    with pytest.raises(ConfigurationError, match="https"):
        GitHubJob(API, "http://github.example/token", "x")


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (400, "invalid_grant", LoginLost),
        (401, "invalid_client", LoginLost),
        (429, "too_many_requests", Unreachable),
        (403, "forbidden", Unreachable),
        (408, "timeout", Unreachable),
        (503, "busy", Unreachable),
        (500, "broken", LostResponse),
    ],
)
def test_what_ends_a_login(status: int, error: str, kind: type[Exception], monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the authorization server's own word ends my login; a limit, a firewall or a time-out does not."""
    monkeypatch.setattr(wire, "send", lambda *_: httpx.Response(status, json={"error": error}))
    with pytest.raises(kind):
        oauth.refresh(login())


def test_another_login_in_its_place(tmp_path: Path) -> None:
    """A login that took the place of mine while I ran may be of another workspace: it is not used."""
    store = Store(tmp_path)
    store.save(replace(login(), id="mine"))
    stored = StoredLogin(store, API)
    assert stored.token() == "an access token"
    store.save(replace(login(access="of another workspace"), id="another"))
    with pytest.raises(LoginLost, match="Another login"):
        stored.token("an access token")


def test_one_renewal_for_all_that_were_refused(tmp_path: Path) -> None:
    """Requests that went out with one token and were all refused are served by one new token."""
    renewed: list[str | None] = []

    def renewal(refused: str | None) -> str:
        if refused == f"T{len(renewed)}":
            renewed.append(refused)
        return f"T{len(renewed)}"

    bearer = Bearer(replace(settings(tmp_path, {"PRISMA_SERVICE_TOKEN": "t"}), renewal=renewal))
    flows = [bearer.auth_flow(httpx.Request("GET", f"{API}/v1/me")) for _ in range(8)]
    for flow in flows:
        assert next(flow).headers["Authorization"] == "Bearer T0"
    again = [flow.send(httpx.Response(401)).headers["Authorization"] for flow in flows]
    assert again == ["Bearer T1"] * 8
    assert renewed == ["T0"]


def test_a_job_s_token_goes_to_prisma_only(tmp_path: Path) -> None:
    """Whoever has it can have a token of my workspace: another host of a configuration does not get it."""
    elsewhere = {"PRISMA_API_BASE_URL": "https://other.example"}
    with pytest.raises(ConfigurationError, match="no token"):
        settings(tmp_path, JOB | elsewhere)


def test_a_locked_keyring_keeps_the_way_to_log_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be forgotten now can still be found, and forgotten later."""
    store = Store(tmp_path)
    store.save(login())

    class Locked(Keyring):
        def remove(self, api: str) -> None:
            raise ConfigurationError("locked")

    monkeypatch.setattr(Keyring, "of_system", staticmethod(lambda: Locked(None)))
    with pytest.raises(ConfigurationError, match="locked"):
        store.remove(API)
    assert store.holds(API)
