"""Where the service is and who we are to it: read once, checked before anything is sent."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from prisma_provider.errors import ConfigurationError, NoToken
from prisma_provider.login import sources
from prisma_provider.login.github import URL_VARIABLE
from prisma_provider.network.limits import MOST
from prisma_provider.network.origins import DEFAULT_BASE_URL, base_url

TOKEN_VARIABLE = "PRISMA_SERVICE_TOKEN"  # noqa: S105  the variable's name, not a token
BASE_URL_VARIABLE = "PRISMA_API_BASE_URL"

CONFIGURED = "prisma:serviceToken in Pulumi's configuration"
"""Where a token comes from that Pulumi keeps in state: the stack's configuration, or a provider of the program."""

RUN_PROGRAM = (
    "`pulumi refresh` and `pulumi destroy` take the token that state holds, which may have been rotated since: with "
    "--run-program they take the one of the program and its configuration"
)

_MADE_IN = "a token is made in Prisma Console under Workspace, Settings, Service tokens"
_HINT = (
    f"export {TOKEN_VARIABLE}=… (recommended), or `pulumi config set --secret prisma:serviceToken …`; "
    f"{_MADE_IN}. Or log in: `pulumi-prisma login`."
)
_HINT_WITHOUT_STACK = (
    f"log in: `pulumi-prisma login`, or export {TOKEN_VARIABLE}=…; {_MADE_IN}. This command reads no stack's "
    "configuration."
)
_HINT_IN_GITHUB = (
    "give this job `permissions: id-token: write` and connect the repository to the workspace in Prisma Console; or "
    f"give it {TOKEN_VARIABLE}: ${{{{ secrets.{TOKEN_VARIABLE} }}}} under `env:`. GitHub gives neither to the pull "
    "request of a fork."
)
_HINT_IN_CI = f"give this job {TOKEN_VARIABLE} as a secret variable of the CI system; {_MADE_IN}."
_NOT = ("", "0", "false")
_CI = {
    "GITHUB_ACTIONS": "GitHub Actions",
    "GITLAB_CI": "GitLab CI",
    "TF_BUILD": "Azure Pipelines",
    "JENKINS_URL": "Jenkins",
    "TEAMCITY_VERSION": "TeamCity",
    "CODEBUILD_BUILD_ID": "AWS CodeBuild",
    "BITBUCKET_BUILD_NUMBER": "Bitbucket Pipelines",
    "CIRCLECI": "CircleCI",
    "BUILDKITE": "Buildkite",
    "CI": "a CI system",
}
"""What CI systems set in their jobs; most of them `CI`."""


def ci_system(environment: Mapping[str, str]) -> str | None:
    """The CI system that this job is of; None where it is none's."""
    return next((title for name, title in _CI.items() if environment.get(name, "").lower() not in _NOT), None)


@dataclass(frozen=True)
class Token:
    """A bearer token and where it came from; it never shows in ``repr``."""

    value: str = field(repr=False)
    origin: str


@dataclass(frozen=True)
class Settings:
    """What a provider process needs to know before its first request."""

    token: Token
    base_url: str = DEFAULT_BASE_URL
    base_url_names: str = BASE_URL_VARIABLE
    """What the base URL is set with, for messages."""
    workspace_id: str | None = None
    renewal: sources.Renewal | None = None
    """Gives the token's value for each request, where it does not last (a job of GitHub's, a stored login); the value
    of `token` is empty then."""
    fallback: Token | None = None
    """The environment's token where the configuration has another: `pulumi refresh` and `destroy` read the
    configuration that stands in state, which may hold a token that was rotated since."""
    request_timeout: float = 60.0
    """Seconds that one response may take."""
    retry_limit: float = 20.0
    """Seconds for which a failing service is asked again; a 429 is waited out for the operation's time limit."""
    in_flight: int = MOST
    """Requests that are under way at once, at most; how many the service takes is found."""

    @staticmethod
    def load(config: Callable[[str], str | None] | None, environment: Mapping[str, str] | None = None) -> Settings:
        """Read Pulumi's configuration, the environment, what a job of GitHub's offers, then a stored login.

        The first that is there wins. A command that belongs to no stack has no configuration: None.

        Raises NoToken where there is none, another ConfigurationError where the base URL is neither https nor loopback.
        """
        environment = os.environ if environment is None else environment
        has_stack, config = config is not None, config or (lambda name: None)
        configured = _clean(config("prisma:serviceToken"))
        from_environment = _clean(environment.get(TOKEN_VARIABLE))
        tokens = [
            Token(value, origin)
            for value, origin in (
                (configured, CONFIGURED),
                (from_environment, f"{TOKEN_VARIABLE} in the environment"),
            )
            if value
        ]
        for token in tokens:
            _refuse_unprintable(token)
        where = base_url(
            _clean(config("prisma:baseUrl")) or _clean(environment.get(BASE_URL_VARIABLE)) or DEFAULT_BASE_URL
        )
        source = None if tokens else sources.find(where, environment)
        if source is not None:
            tokens.append(Token("", source.origin))
        if not tokens:
            raise NoToken("There is no token for Prisma's Management API.", hint=_token_hint(environment, has_stack))
        return Settings(
            token=tokens[0],
            base_url=where,
            base_url_names=f"prisma:baseUrl or {BASE_URL_VARIABLE}" if has_stack else BASE_URL_VARIABLE,
            workspace_id=_clean(config("prisma:workspaceId")),
            renewal=source.token if source else None,
            fallback=tokens[1] if len(tokens) > 1 and tokens[1].value != tokens[0].value else None,
            request_timeout=_seconds("PRISMA_REQUEST_TIMEOUT", environment, Settings.request_timeout),
            retry_limit=_seconds("PRISMA_RETRY_LIMIT", environment, Settings.retry_limit),
            in_flight=_count("PRISMA_MAX_IN_FLIGHT", environment, Settings.in_flight),
        )


def _clean(value: str | None) -> str | None:
    return (value or "").strip() or None


def _token_hint(environment: Mapping[str, str], has_stack: bool) -> str:
    """How to give a token here: a job has no browser to log in with. GitHub's own goes to Prisma's API only."""
    if environment.get("GITHUB_ACTIONS") == "true" and not environment.get(URL_VARIABLE):
        return _HINT_IN_GITHUB
    if ci_system(environment) is not None:
        return _HINT_IN_CI
    return _HINT if has_stack else _HINT_WITHOUT_STACK


def _seconds(name: str, environment: Mapping[str, str], default: float) -> float:
    text = _clean(environment.get(name))
    if text is None:
        return default
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 < seconds < float("inf"):
        raise ConfigurationError(f"{name}={text!r} is no time.", hint="give seconds, as in 30 or 2.5.")
    return seconds


def _count(name: str, environment: Mapping[str, str], default: int) -> int:
    text = _clean(environment.get(name))
    if text is None:
        return default
    if not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise ConfigurationError(f"{name}={text!r} is no number of requests.", hint="give a number from 1 to 1000.")
    return int(text)


def _refuse_unprintable(token: Token) -> None:
    """A header cannot carry it, and the HTTP library's own message would quote it."""
    if not all(33 <= ord(character) <= 126 for character in token.value):
        raise ConfigurationError(
            f"The token from {token.origin} holds characters a token cannot have.",
            hint="copy it again, without quotes, spaces or line breaks.",
        )
