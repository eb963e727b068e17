"""Base URLs: which may be used at all, and which are this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

import httpx

from prisma_provider.errors import ConfigurationError

DEFAULT_BASE_URL = "https://api.prisma.io"


def base_url(text: str) -> str:
    """A base URL without its last slash (and without `/v1`, which the client adds)."""
    hint = f"use https://…, or http:// to this machine; leave it out for {DEFAULT_BASE_URL}."
    try:
        parts = urlsplit(text)
        parts.port  # noqa: B018  raises where the port is no number
        httpx.URL(text)
    except (ValueError, httpx.InvalidURL):
        raise ConfigurationError("The base URL cannot be read.", hint=hint) from None
    if parts.username or parts.password:
        raise ConfigurationError("The base URL holds a user or a password.", hint=hint)
    if parts.query or parts.fragment:
        raise ConfigurationError("The base URL holds a query or a fragment.", hint=hint)
    if not is_safe(text):
        raise ConfigurationError(f"The base URL {text!r} is neither https nor loopback.", hint=hint)
    return text.rstrip("/").removesuffix("/v1")


def is_safe(url: str) -> bool:
    """Whether a secret may be sent there: https, or this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def origin(url: str) -> str:
    """Scheme, host and port of a URL."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
