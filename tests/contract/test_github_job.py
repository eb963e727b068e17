"""A job of GitHub Actions, without any secret: its own token for one of the workspace."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from local_server import LocalServer
from prisma_provider import errors
from prisma_provider.api.client import Client
from prisma_provider.login.github import GitHubJob
from prisma_provider.settings import Settings
from signed_in import CommandLine, GitHub, github


@pytest.fixture
def job(local: LocalServer) -> Iterator[GitHub]:
    local.control("POST", "repositories", {"repository": "acme/shop", "workspace": "acme"})
    with github("acme/shop") as server:
        yield server


def settings(local: LocalServer, job: GitHub) -> Settings:
    return Settings.load({"prisma:baseUrl": local.url}.get, job.variables)


def exchanges(local: LocalServer) -> int:
    return sum(call["path"] == "/v1/auth/github-actions/token" for call in local.requests())


def test_not_connected(local: LocalServer, job: GitHub) -> None:
    """A repository that is not connected is told what to do, in Prisma and in the job."""
    job.repository = "acme/other"
    client = Client(settings(local, job))
    with pytest.raises(errors.Unauthorized, match="exchange this job's OIDC token") as refused:
        client.me()
    client.close()
    assert "connect the repository" in str(refused.value) and "id-token: write" in str(refused.value)
    assert exchanges(local) == 1


def test_no_permission(local: LocalServer, job: GitHub) -> None:
    """A job that GitHub gives no token is told which permission it lacks."""
    job.variables["ACTIONS_ID_TOKEN_REQUEST_TOKEN"] = "wrong"
    client = Client(settings(local, job))
    with pytest.raises(errors.Unauthorized, match="OIDC token from GitHub"):
        client.me()
    client.close()
    assert local.requests() == []


def test_a_job(local: LocalServer, job: GitHub, tmp_path: Path) -> None:
    """A command in a job works in the workspace that the repository is connected to, with no token set."""
    who = CommandLine(local, tmp_path, **job.variables).asked("whoami")
    assert (who["workspace"]["name"], who["tokenFrom"]) == ("acme", "GitHub's OIDC (this job)")
    assert job.asked == ["/token?api-version=2.0&audience=prisma-cloud"]


def test_one_token_serves_many_calls(local: LocalServer, job: GitHub) -> None:
    """However much is asked for: one exchange, and another when the service no longer takes it."""
    client = Client(settings(local, job))
    for _ in range(3):
        client.me()
    assert exchanges(local) == 1
    local.revoke(client._auth.token.value)
    assert client.me().workspace
    client.close()
    assert exchanges(local) == 2


def test_renewed_before_it_ends(local: LocalServer, job: GitHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that takes longer than its token lives goes on: it is renewed while it is still valid."""
    url, request_token = job.variables.values()
    source = GitHubJob(local.url, url, request_token, life=60)
    now = time.time()
    first = source.token()
    assert source.token() == first
    monkeypatch.setattr("prisma_provider.login.values.time.time", lambda: now + 55)
    assert source.token() != first
    assert local.api("GET", "/v1/me", token=first).is_success


def test_github_fails_for_a_moment(local: LocalServer, job: GitHub) -> None:
    """GitHub's own failures are waited out."""
    job.fails = 2
    client = Client(settings(local, job))
    assert client.me().workspace
    client.close()


def test_a_token_goes_first(local: LocalServer, job: GitHub, tmp_path: Path) -> None:
    """A token that is set wins over what the job offers: nobody is asked for another."""
    command = CommandLine(local, tmp_path, PRISMA_SERVICE_TOKEN=local.token, **job.variables)
    assert command.asked("whoami")["workspace"]["name"] == "local"
    assert job.asked == []
