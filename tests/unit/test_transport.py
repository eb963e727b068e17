"""What a request that did not leave means, and what is trusted."""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from typing import Any

import httpx
import pytest

from prisma_provider import errors
from prisma_provider.network import certificates
from prisma_provider.network.transport import not_sent, way_to

API = "https://api.prisma.io"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy with credentials, and no certificates by name."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy") or name.startswith("SSL_CERT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HTTPS_PROXY", "http://me:pa55@proxy:3128")


def meaning(error: httpx.HTTPError, url: str = API) -> errors.Unreachable | None:
    return not_sent(error, "list the regions", url, "see whether this machine has a network.")


@pytest.mark.parametrize(
    ("said", "kind", "says"),
    [
        ("407 Proxy Authentication Required", errors.Blocked, "wants credentials others than it got"),
        ("Invalid username/password", errors.Blocked, "wants credentials"),
        ("Requested NO AUTHENTICATION REQUIRED from proxy server, but got USERNAME/PASSWORD.", errors.Blocked, "wants"),
        ("403 Forbidden", errors.Blocked, r"does not connect to it \(403 Forbidden\)"),
        ("503 Service Unavailable", errors.Unreachable, r"\(503 Service Unavailable\)"),
        ("302 Found", errors.Unreachable, r"\(302 Found\)"),
        ("Proxy Server could not connect: Host unreachable.", errors.Unreachable, "Host unreachable"),
        ("", errors.Unreachable, "it closed the connection"),
    ],
)
def test_what_a_proxy_says(said: str, kind: type[Exception], says: str) -> None:
    """A proxy that refuses is named with its variable and no credentials; one that fails may be asked again."""
    found = meaning(httpx.ProxyError(said))
    assert type(found) is kind
    with pytest.raises(kind, match=rf"the proxy proxy:3128 \(HTTPS_PROXY\) .*{says}"):
        raise found
    assert "pa55" not in str(found) and "NO_PROXY" in str(found) and "Nothing was sent" in str(found)


@pytest.mark.parametrize(
    ("cause", "kind", "says"),
    [
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), errors.Blocked, "does not speak TLS"),
        (ssl.SSLCertVerificationError(1, "self-signed"), errors.Blocked, "not trusted: .*self-signed"),
        (ssl.SSLEOFError(8, "EOF occurred"), errors.Unreachable, "cannot be reached"),
        (ConnectionRefusedError(111, "refused"), errors.Unreachable, "cannot be reached"),
    ],
)
def test_what_tls_says(monkeypatch: pytest.MonkeyPatch, cause: Exception, kind: type[Exception], says: str) -> None:
    """What TLS refuses is refused again: it is said at once; a connection that broke is tried again."""
    monkeypatch.delenv("HTTPS_PROXY")
    error = httpx.ConnectError("failed")
    error.__cause__ = cause
    found = meaning(error)
    assert type(found) is kind
    with pytest.raises(kind, match=f"https://api.prisma.io .*{says}"):
        raise found


def test_what_was_sent_is_not_unreachable() -> None:
    """An answer that is cut off says nothing of whether the request arrived."""
    assert meaning(httpx.ReadError("cut")) is None
    assert meaning(httpx.ReadTimeout("slow")) is None


def test_a_machine_without_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a proxy it is the network; with one, the proxy's variable is named."""
    assert "HTTPS_PROXY" in str(meaning(httpx.ConnectError("refused")))
    assert "has a network" in str(meaning(httpx.ConnectError("refused"), "https://127.0.0.1:1"))
    monkeypatch.delenv("HTTPS_PROXY")
    assert "has a network" in str(meaning(httpx.ConnectTimeout("slow")))


def test_no_certificates_are_read_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service in clear on this machine needs no certificates, and they take time; one over TLS needs them."""

    def refuse() -> Any:
        raise AssertionError("certificates were read")

    monkeypatch.setattr(certificates, "trusted", refuse)
    way_to("http://127.0.0.1:1").close()
    with pytest.raises(AssertionError):
        way_to("https://127.0.0.1:1")


def test_a_machine_without_a_trust_store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A small container has none: then the certificates that come with Python's HTTP libraries are trusted."""
    nowhere = ssl.get_default_verify_paths()._replace(cafile="", capath="")
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nowhere)
    monkeypatch.setattr(certificates, "_BUNDLES", (str(tmp_path / "none"),))
    assert certificates.trusted().get_ca_certs()
    assert certificates.in_force() == "the system's trust store"
