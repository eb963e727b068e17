"""Networks of companies: certificates of their own CA, and proxies; over real sockets."""

from __future__ import annotations

import os
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from networks import CA_FILE_IN_A_FOLDER, HOST, Company, Proxy, Service, serving
from prisma_provider import errors
from prisma_provider.api.client import Client
from prisma_provider.login import oauth
from prisma_provider.login.github import GitHubJob
from prisma_provider.settings import Settings, Token

API = f"https://{HOST}"
REFUSES = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"


@pytest.fixture
def company(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """A CA that nobody here trusts, and an environment that names no proxy and no certificates."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy") or name.startswith("SSL_CERT_")]:
        monkeypatch.delenv(name)
    return Company(tmp_path)


@pytest.fixture
def service(company: Company) -> Iterator[Service]:
    """The service, by the name that only a proxy finds."""
    with serving(Service(company.context(HOST))) as running:
        yield running


def client_of(url: str) -> Client:
    return Client(Settings(Token("secret-token", "the test"), url, request_timeout=20.0, retry_limit=30.0))


def asked(url: str) -> str | None:
    """The workspace that the service names."""
    client = client_of(url)
    try:
        workspace = client.me().workspace
        return workspace.name if workspace else None
    finally:
        client.close()


@pytest.mark.parametrize(
    ("host", "days", "says"),
    [
        ("127.0.0.1", 1, "unable to get local issuer certificate"),
        ("127.0.0.1", -1, "certificate has expired"),
        ("192.0.2.1", 1, "IP address mismatch"),
    ],
)
def test_a_certificate_that_is_not_trusted(
    company: Company, monkeypatch: pytest.MonkeyPatch, host: str, days: int, says: str
) -> None:
    """Why a certificate is not trusted, and where to put our company's CA: at once, and not "no network"."""
    if "issuer" not in says:
        monkeypatch.setenv("SSL_CERT_FILE", str(company.file))
    with serving(Service(company.context(host, days))) as service:
        with pytest.raises(
            errors.Blocked, match=f"{service.url} shows a certificate that is not trusted: .*{says}"
        ) as e:
            asked(service.url)
        assert service.connections == 1
    assert "SSL_CERT_FILE" in str(e.value) and "SSL_CERT_DIR" in str(e.value) and "trust store" in str(e.value)
    assert "has a network" not in str(e.value)


@pytest.mark.parametrize("how", ["SSL_CERT_FILE", "SSL_CERT_DIR", "both", "the system's"])
def test_a_company_s_own_ca(company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, how: str) -> None:
    """Our CA is trusted when a variable names it, or when it is in the system's trust store."""
    folder = tmp_path / "certificates"
    folder.mkdir()
    (folder / CA_FILE_IN_A_FOLDER).write_bytes(company.file.read_bytes())
    another = Company(folder, "Another CA").file
    variables = {
        "SSL_CERT_FILE": {"SSL_CERT_FILE": company.file},
        "SSL_CERT_DIR": {"SSL_CERT_DIR": folder},
        "both": {"SSL_CERT_FILE": another, "SSL_CERT_DIR": folder},
    }.get(how, {})
    for name, value in variables.items():
        monkeypatch.setenv(name, str(value))
    if how == "the system's":
        paths = ssl.get_default_verify_paths()._replace(cafile=str(company.file))
        monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: paths)
    with serving(Service(company.context("127.0.0.1"))) as service:
        assert asked(service.url) == "shop"


def test_certificates_that_cannot_be_read(company: Company, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A variable that names nothing, or no certificates, is named; in clear to this machine it does not matter."""
    empty = tmp_path / "notes.txt"
    empty.write_text("no certificate")
    for name, value in (
        ("SSL_CERT_FILE", "/nowhere"),
        ("SSL_CERT_FILE", str(tmp_path)),
        ("SSL_CERT_FILE", str(empty)),
        ("SSL_CERT_DIR", "/nowhere"),
    ):
        with monkeypatch.context() as only:
            only.setenv(name, value)
            with pytest.raises(errors.ConfigurationError, match=f"{name}={value} cannot be used"):
                client_of(API)
            with pytest.raises(errors.ConfigurationError, match=name):
                oauth.Server.of_api("https://127.0.0.1:1")
            client_of("http://127.0.0.1:1").close()


@pytest.mark.parametrize("says", [REFUSES, b"HTTP/1.1 403 Forbidden\r\n\r\n"])
def test_a_proxy_that_refuses(company: Company, monkeypatch: pytest.MonkeyPatch, says: bytes) -> None:
    """A proxy that does not let us through is named with its variable, at once; nothing can have been made."""
    with serving(Proxy(says=says)) as proxy:
        monkeypatch.setenv("https_proxy", f"http://me:pa55@{proxy.where}")
        client = client_of(API)
        with pytest.raises(errors.Blocked, match=rf"proxy {proxy.where} \(https_proxy\)") as error:
            client.create_project({"name": "shop"})
        client.close()
        assert len(proxy.asked) == 1
    assert ("wants credentials others than it got" in str(error.value)) == (says is REFUSES)
    assert "pa55" not in str(error.value) and "Nothing was sent" in str(error.value)


def test_a_proxy_that_is_away(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy that breaks off, or does not run, is what cannot be reached: nothing was sent, and it is tried again."""
    monkeypatch.setattr("prisma_provider.network.retries.Retries._stop", lambda self, state: state.attempt_number > 1)
    with serving(Proxy(says=b"")) as proxy:
        monkeypatch.setenv("ALL_PROXY", proxy.where)
        client = client_of(API)
        with pytest.raises(errors.Unreachable, match=rf"{proxy.where} \(ALL_PROXY\) does not connect") as error:
            client.create_project({"name": "shop"})
        assert len(proxy.asked) == 2
    with pytest.raises(errors.Unreachable, match=rf"cannot be reached through the proxy {proxy.where} \(ALL_PROXY\)"):
        client.create_project({"name": "shop"})
    client.close()
    assert not isinstance(error.value, errors.Blocked)


@pytest.mark.parametrize("kind", ["http", "https", "socks5h"])
def test_through_a_proxy(company: Company, service: Service, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """A proxy that lets us through is used: it gets its credentials, and the service the request."""
    monkeypatch.setenv("SSL_CERT_FILE", str(company.file))
    with serving(Proxy(service, context=company.context("127.0.0.1") if kind == "https" else None)) as proxy:
        user = "me:p%40@" if kind != "socks5h" else ""
        monkeypatch.setenv("HTTPS_PROXY", f"{kind}://{user}{proxy.where}")
        assert asked(API) == "shop"
        (said,) = proxy.asked
    assert HOST in said
    assert not user or "Proxy-Authorization: Basic bWU6cEA=" in said  # me:p@
    assert service.requests == ["GET /v1/me"]


def test_a_proxy_that_reads_along(company: Company, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A certificate that is not trusted behind a proxy may be the proxy's own: it is named, too."""
    with serving(Proxy(service)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.where)
        with pytest.raises(errors.Blocked, match=rf"through the proxy {proxy.where} \(HTTPS_PROXY\) shows a cert"):
            asked(API)


def test_what_breaks_behind_the_proxy_may_have_arrived(
    company: Company, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A create whose answer is lost behind the proxy is a lost answer, as without one."""
    monkeypatch.setenv("SSL_CERT_FILE", str(company.file))
    monkeypatch.setattr("networks._Answer.do_POST", lambda handler: handler.server.requests.append("lost"))
    with serving(Proxy(service)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.where)
        client = client_of(API)
        with pytest.raises(errors.LostResponse, match="broke before the response came"):
            client.create_project({"name": "shop"})
        client.close()
    assert service.requests == ["lost"]


def test_a_login_goes_the_same_way(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job's token is asked for as everything else: a proxy that refuses, and a certificate, are named."""
    with serving(Service(company.context("127.0.0.1"))) as service, pytest.raises(errors.Blocked, match="not trusted"):
        GitHubJob("https://api.prisma.io", f"{service.url}/token", "x").token()
    with serving(Proxy(says=REFUSES)) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.where)
        with pytest.raises(errors.Blocked, match="wants credentials"):
            GitHubJob("https://api.prisma.io", f"{API}/token", "x").token()
