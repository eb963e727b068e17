"""How HTTP leaves this machine, for the API and for a login: proxies, certificates, and what a failure there means."""

from __future__ import annotations

import encodings.idna  # noqa: F401  every connection needs it: imported here, where no file of the user's is in the way
import re
import ssl

import httpx

from prisma_provider.errors import Blocked, Unreachable
from prisma_provider.network import certificates, proxies
from prisma_provider.network.certificates import FILE, FOLDER, in_force
from prisma_provider.network.origins import origin
from prisma_provider.network.proxies import AROUND, Proxy

_NOT_SENT = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)
_BROKE = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)
"""A connection that ended while TLS began: the network's doing, which passes."""
_ALL = httpx.Limits(max_connections=None, max_keepalive_connections=None)
"""Connections as the throttle has requests: none is closed between two of them, and opened again."""
_AUTHENTICATION = re.compile("username/password", re.IGNORECASE)


def way_to(url: str) -> httpx.BaseTransport:
    """What carries requests to the origin of this URL; ConfigurationError where the environment's way cannot be used.

    No certificates are read for a service on this machine that is asked in clear.
    """
    if httpx.URL(url).scheme == "http":
        return httpx.HTTPTransport(verify=False, limits=_ALL)
    proxy = proxies.find(url)
    trusted = certificates.trusted()
    return httpx.HTTPTransport(verify=trusted, limits=_ALL) if proxy is None else _Tunnel(proxy, trusted)


class _Tunnel(httpx.BaseTransport):
    """Through a proxy. What fails before the tunnel stands is a ProxyError: of the request nothing was sent."""

    def __init__(self, proxy: Proxy, trusted: ssl.SSLContext) -> None:
        through = httpx.Proxy(proxy.url, auth=proxy.credentials, ssl_context=trusted if proxy.kind == "https" else None)
        self._inner = httpx.HTTPTransport(verify=trusted, proxy=through, limits=_ALL)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        began: list[str] = []

        def trace(event: str, info: dict[str, object]) -> None:
            if event.endswith("send_request_headers.started") and getattr(info["request"], "method", b"") != b"CONNECT":
                began.append(event)

        request.extensions = {**request.extensions, "trace": trace}
        try:
            return self._inner.handle_request(request)
        except _NOT_SENT:
            raise
        except Exception as error:  # those of the SOCKS library are not httpx's
            if began:
                raise
            raise httpx.ProxyError(str(error), request=request) from error

    def close(self) -> None:
        self._inner.close()


def not_sent(error: httpx.HTTPError, doing: str, url: str, hint: str) -> Unreachable | None:
    """The error to raise where no connection was made; None where the request may have arrived.

    `hint` is for a machine without a network. What asking again would not change is Blocked.
    """
    if not isinstance(error, _NOT_SENT):
        return None
    what = f"Could not {doing}: {origin(url)}"
    proxy = proxies.find(url)
    cause = _system_error(error)
    if isinstance(cause, ssl.SSLError) and not isinstance(cause, _BROKE):
        return _not_trusted(f"{what} through {proxy}" if proxy else what, cause)
    if proxy is None:
        return Unreachable(f"{what} cannot be reached.", hint=hint)
    if isinstance(error, httpx.ProxyError):
        return _refused(what, str(error), proxy)
    return Unreachable(
        f"{what} cannot be reached through {proxy}.",
        hint=f"see whether {proxy.variable} is right, and its proxy runs; {AROUND}.",
    )


def _system_error(error: BaseException | None) -> OSError | None:
    """What TLS or the system said, beneath what the libraries made of it."""
    while error is not None and not isinstance(error, OSError):
        error = error.__cause__ or error.__context__
    return error


def _not_trusted(what: str, error: ssl.SSLError) -> Blocked:
    if not isinstance(error, ssl.SSLCertVerificationError):
        return Blocked(
            f"{what} does not speak TLS as this machine does ({getattr(error, 'reason', None) or error.strerror}).",
            hint="see whether the base URL is right, and whether a proxy or a firewall responds in its place.",
        )
    why = getattr(error, "verify_message", "") or str(error)
    return Blocked(
        f"{what} shows a certificate that is not trusted: {why.rstrip('.')}.",
        hint="if it comes from a proxy or a CA of your company's, put that CA's certificate into the system's trust "
        f"store, or into a PEM file that {FILE} names (a folder: {FOLDER}); trusted now is {in_force()}. Where it has "
        "expired or is for another host, see whether this machine's clock and the base URL are right.",
    )


def _refused(what: str, said: str, proxy: Proxy) -> Unreachable:
    """By the status of an HTTP proxy, or the words of a SOCKS library."""
    status = int(said[:3]) if re.match(r"\d{3}\b", said) else None
    if status == httpx.codes.PROXY_AUTHENTICATION_REQUIRED or _AUTHENTICATION.search(said):
        not_these = " others than it got" if proxy.credentials else ""
        return Blocked(
            f"{what} was not asked: {proxy} wants credentials{not_these}.",
            hint=f"put them into {proxy.variable}, as in {proxy.kind}://user:password@…, characters such as @ : / # "
            f"percent-encoded; {AROUND}. Nothing was sent to Prisma.",
        )
    kind = Blocked if status is not None and 400 <= status < 500 else Unreachable
    return kind(
        f"{what} was not asked: {proxy} does not connect to it ({said or 'it closed the connection'}).",
        hint=f"ask whoever runs the proxy to allow it; {AROUND}. Nothing was sent to Prisma.",
    )
