"""Where the service is and who we are to it: read once, checked before anything is sent."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from prisma_provider.errors import ConfigurationError

DEFAULT_BASE_URL = "https://api.prisma.io"
TOKEN_VARIABLE = "PRISMA_SERVICE_TOKEN"  # noqa: S105  the variable's name, not a token
BASE_URL_VARIABLE = "PRISMA_API_BASE_URL"

_TOKEN_HINT = (
    f"export {TOKEN_VARIABLE}=… (recommended), or `pulumi config set --secret prisma:serviceToken …`; "
    "a token is made in Prisma Console under Workspace, Settings, Service tokens."
)


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
    workspace_id: str | None = None
    fallback: Token | None = None
    """The environment's token where the configuration has another: `pulumi refresh` and `destroy` read the
    configuration that stands in state, which may hold a token that was rotated since."""
    request_timeout: float = 60.0
    """Seconds that one answer may take."""
    retry_limit: float = 20.0
    """Seconds for which a failing service is asked again; a 429 is waited out for the operation's time limit."""
    in_flight: int = 8
    """Requests that are under way at once, at most."""

    @staticmethod
    def load(config: Callable[[str], str | None], environment: Mapping[str, str] | None = None) -> Settings:
        """Read Pulumi's configuration, then the environment; the first that is set wins.

        Raises ConfigurationError where there is no token, or the base URL is neither https nor loopback.
        """
        environment = os.environ if environment is None else environment
        configured = _clean(config("prisma:serviceToken"))
        from_environment = _clean(environment.get(TOKEN_VARIABLE))
        tokens = [
            Token(value, origin)
            for value, origin in (
                (configured, "prisma:serviceToken in Pulumi's configuration"),
                (from_environment, f"{TOKEN_VARIABLE} in the environment"),
            )
            if value
        ]
        if not tokens:
            raise ConfigurationError("There is no token for Prisma's Management API.", hint=_TOKEN_HINT)
        for token in tokens:
            _refuse_unprintable(token)
        base_url = _clean(config("prisma:baseUrl")) or _clean(environment.get(BASE_URL_VARIABLE))
        return Settings(
            token=tokens[0],
            base_url=_base_url(base_url or DEFAULT_BASE_URL),
            workspace_id=_clean(config("prisma:workspaceId")),
            fallback=tokens[1] if len(tokens) > 1 and tokens[1].value != tokens[0].value else None,
            request_timeout=_seconds("PRISMA_REQUEST_TIMEOUT", environment, Settings.request_timeout),
            retry_limit=_seconds("PRISMA_RETRY_LIMIT", environment, Settings.retry_limit),
            in_flight=_count("PRISMA_MAX_IN_FLIGHT", environment, Settings.in_flight),
        )


def _clean(value: str | None) -> str | None:
    return (value or "").strip() or None


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


def _base_url(text: str) -> str:
    """A base URL without its last slash (and without `/v1`, which the client adds)."""
    hint = f"use https://…, or http:// to this machine; leave it out for {DEFAULT_BASE_URL}."
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        parts.port  # noqa: B018  raises where the port is no number
    except ValueError:
        raise ConfigurationError("The base URL cannot be read.", hint=hint) from None
    if parts.username or parts.password:
        raise ConfigurationError("The base URL holds a user or a password.", hint=hint)
    if parts.query or parts.fragment:
        raise ConfigurationError("The base URL holds a query or a fragment.", hint=hint)
    if not host or (parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(host))):
        raise ConfigurationError(f"The base URL {text!r} is neither https nor loopback.", hint=hint)
    return text.rstrip("/").removesuffix("/v1")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
