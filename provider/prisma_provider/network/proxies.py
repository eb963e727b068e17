"""Which proxy a request goes through, as the environment says: `HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`.

Upper or lower case, read as curl and Pulumi's own CLI read them. A proxy's credentials are in no message and no `repr`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from importlib.util import find_spec
from ipaddress import ip_address, ip_network
from urllib.parse import SplitResult, unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from prisma_provider.errors import ConfigurationError
from prisma_provider.network.origins import is_loopback

AROUND = "a host that is reached without it goes into NO_PROXY"
"""The way out of a proxy, as part of a sentence."""
KINDS = ("http", "https", "socks5", "socks5h")
_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_SYSTEM = "the system's proxy settings"


@dataclass(frozen=True)
class Proxy:
    """A proxy, and the variable that names it."""

    variable: str
    kind: str
    host: str
    port: int
    credentials: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        """Its address, without credentials."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.kind}://{host}:{self.port}"

    def __str__(self) -> str:
        return f"the proxy {self.url.partition('://')[2]} ({self.variable})"


def find(url: str) -> Proxy | None:
    """The proxy for this URL; None where there is none, and always for this machine.

    Raises ConfigurationError where a variable names one that cannot be used.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if is_loopback(host):
        return None
    named = _named(parts.scheme, host)
    port = parts.port or _PORTS.get(parts.scheme)
    return None if named is None or _is_direct(host, port) else _read(*named)


def _named(scheme: str, host: str) -> tuple[str, str] | None:
    """The variable that counts and its value; else what macOS and Windows keep in their settings."""
    for name in (f"{scheme}_proxy", "all_proxy"):
        if found := _variable(name):
            return found
    value = getproxies().get(scheme)
    return (_SYSTEM, value) if value and not proxy_bypass(host) else None


def _variable(name: str) -> tuple[str, str] | None:
    """Its spelling and value; the lower case goes first, and switches the other off where it is empty."""
    spelling = name if name in os.environ else name.upper()
    value = os.environ.get(spelling, "").strip()
    return (spelling, value) if value else None


def _is_direct(host: str, port: int | None) -> bool:
    """Whether NO_PROXY names this host."""
    _, listed = _variable("no_proxy") or ("", "")
    return any(_covers(entry, host, port) for entry in re.split(r"[\s,]+", listed) if entry)


def _covers(entry: str, host: str, port: int | None) -> bool:
    """`*`, a domain and all below it, an address or a network; each with a port where only that is meant."""
    named, only = _without_port(entry.rpartition("://")[2].rstrip("/"))
    if only not in (None, port):
        return False
    try:
        return ip_address(host) in ip_network(named, strict=False)
    except ValueError:  # one of the two is a name
        domain = named.lower().removeprefix("*").strip(".")
        return named == "*" or (bool(domain) and f".{host}".endswith(f".{domain}"))


def _without_port(entry: str) -> tuple[str, int | None]:
    """An IPv6 address has brackets, or no port."""
    host, colon, port = entry.rpartition(":")
    if colon and port.isdecimal() and (host.endswith("]") or ":" not in host):
        return host.strip("[]"), int(port)
    return entry.replace("[", "").replace("]", ""), None


def _read(variable: str, value: str) -> Proxy:
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        port = parts.port
    except ValueError:
        raise _unreadable(variable) from None
    if parts.scheme not in KINDS:
        raise ConfigurationError(
            f"{variable} names a proxy that is none of {', '.join(KINDS)}.",
            hint=f"give one of these in {variable}; {AROUND}.",
        )
    if not re.fullmatch(r"[\w.:%-]+", parts.hostname or "") or "@" in parts.path + parts.query + parts.fragment:
        raise _unreadable(variable)
    proxy = Proxy(
        variable, parts.scheme, parts.hostname or "", port or _PORTS[parts.scheme], credentials=_credentials(parts)
    )
    _need_socks(proxy)
    return proxy


def _credentials(parts: SplitResult) -> tuple[str, str] | None:
    return (unquote(parts.username or ""), unquote(parts.password or "")) if parts.username or parts.password else None


def _need_socks(proxy: Proxy) -> None:
    if proxy.kind.startswith("socks") and find_spec("socksio") is None:
        raise ConfigurationError(
            f"{proxy.variable} names a SOCKS proxy, which takes the package socksio, and it is not installed here.",
            hint=f"pip install 'httpx[socks]', into the environment that this ran in; {AROUND}.",
        )


def _unreadable(variable: str) -> ConfigurationError:
    return ConfigurationError(
        f"The proxy in {variable} cannot be read.",
        hint="write it like http://host:3128, or http://user:password@host:3128; in user and password, characters "
        "such as @ : / # are percent-encoded (%40 %3A %2F %23).",
    )
