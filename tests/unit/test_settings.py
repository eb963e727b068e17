"""Settings: what is refused before the first request, and what wins."""

from __future__ import annotations

import pytest

from prisma_provider.errors import ConfigurationError
from prisma_provider.settings import Settings


def load(config: dict[str, str] | None = None, **environment: str) -> Settings:
    return Settings.load((config or {}).get, environment)


def test_without_a_token_i_am_told_how_to_give_one() -> None:
    """No token: one sentence, and both ways to set one."""
    with pytest.raises(ConfigurationError, match=r"PRISMA_SERVICE_TOKEN.*--secret"):
        load()
    with pytest.raises(ConfigurationError):
        load({"prisma:serviceToken": "  "})


@pytest.mark.parametrize(
    ("job", "says"),
    [
        ({"GITHUB_ACTIONS": "true", "CI": "true"}, "permissions: id-token: write"),
        ({"GITHUB_ACTIONS": "true"}, "${{ secrets.PRISMA_SERVICE_TOKEN }}"),
        ({"GITHUB_ACTIONS": "true"}, "fork"),
        *(({name: "true"}, "secret variable of the CI system") for name in ("CI", "GITLAB_CI", "TF_BUILD")),
        (
            {
                "GITHUB_ACTIONS": "true",
                "CI": "true",
                "ACTIONS_ID_TOKEN_REQUEST_URL": "https://github.example",
                "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "x",
                "PRISMA_API_BASE_URL": "https://one.example",
            },
            "PRISMA_SERVICE_TOKEN as a secret variable",
        ),
        ({"JENKINS_URL": "https://ci.example"}, "PRISMA_SERVICE_TOKEN as a secret variable"),
    ],
)
def test_a_job_is_reported_what_a_job_can_do(job: dict[str, str], says: str) -> None:
    """Without a token in a job I am told of permissions and secrets, and not to log in with a browser."""
    with pytest.raises(ConfigurationError, match="no token") as error:
        Settings.load(lambda name: None, job)
    assert says in str(error.value)
    assert "pulumi-prisma login" not in str(error.value)


def test_what_is_no_job_is_reported_of_the_login() -> None:
    """CI=false is no job: a person can log in."""
    with pytest.raises(ConfigurationError, match="pulumi-prisma login"):
        load(CI="false", GITLAB_CI="")


@pytest.mark.parametrize(
    "url",
    [
        *("http://api.prisma.io", "ftp://127.0.0.1", "api.prisma.io", "http://127.0.0.1.evil.example", "https://"),
        *(
            "https://me:secret@api.prisma.io",
            "http://[::1",
            "http://10.0.0.1",
            "https://a/?q=1",
            "http://a:b",
            "https://a\x01b",
        ),
    ],
)
def test_a_base_url_is_https_or_loopback(url: str) -> None:
    """A base URL that would send my token in clear, or nowhere, is refused before anything is sent."""
    with pytest.raises(ConfigurationError) as error:
        load(PRISMA_SERVICE_TOKEN="t", PRISMA_API_BASE_URL=url)
    assert "me:secret" not in str(error.value)


@pytest.mark.parametrize("token", ["two words", "line\nbreak", "prsc_é"])
def test_a_token_that_cannot_be_one_is_refused_without_being_shown(token: str) -> None:
    """A token that was pasted badly is refused, and not quoted."""
    with pytest.raises(ConfigurationError) as error:
        load(PRISMA_SERVICE_TOKEN=token)
    assert token not in str(error.value)


def test_times_are_seconds() -> None:
    """A time limit that is no number is refused by its name."""
    with pytest.raises(ConfigurationError, match="PRISMA_RETRY_LIMIT"):
        load(PRISMA_SERVICE_TOKEN="t", PRISMA_RETRY_LIMIT="soon")
    with pytest.raises(ConfigurationError, match="PRISMA_MAX_IN_FLIGHT"):
        load(PRISMA_SERVICE_TOKEN="t", PRISMA_MAX_IN_FLIGHT="0")
    assert load(PRISMA_SERVICE_TOKEN="t", PRISMA_RETRY_LIMIT="2.5").retry_limit == 2.5


def test_configuration_wins_over_the_environment() -> None:
    """What Pulumi's configuration says wins; the environment's token is kept for a rotated one."""
    config = {"prisma:serviceToken": "configured", "prisma:baseUrl": "https://one.example/v1/"}
    settings = load(config, PRISMA_SERVICE_TOKEN="environment", PRISMA_API_BASE_URL="https://two.example")
    assert (settings.token.value, settings.base_url) == ("configured", "https://one.example")
    assert settings.fallback
    assert settings.fallback.value == "environment"
    assert "configured" not in repr(settings)
    assert "environment" not in repr(settings.fallback).replace("in the environment", "")


@pytest.mark.parametrize("url", ["http://localhost:8080", "http://127.0.0.1:1", "http://[::1]:1", "https://a.example"])
def test_good_base_urls(url: str) -> None:
    """https anywhere and http on this machine are fine."""
    assert load(PRISMA_SERVICE_TOKEN="t", PRISMA_API_BASE_URL=url).base_url == url
