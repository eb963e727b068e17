"""Which proxy a request goes through, and which variable says so."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest

from prisma_provider.errors import ConfigurationError
from prisma_provider.network import proxies

API = "https://api.prisma.io"
Environment = Callable[..., None]


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Environment:
    """Only these of the proxy variables are set."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)

    def given(**variables: str) -> None:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)

    return given


@pytest.mark.parametrize(
    "value",
    [
        *("http://user:pa#55@proxy:3128", "http://user:12#pa55@proxy:3128", "http://user:pa/55@proxy", "http://"),
        *("http://proxy:port", "http://proxy:99999", "http://[::1", "http://pro xy:1", "://pa55"),
    ],
)
def test_a_proxy_that_cannot_be_read_is_named_by_its_variable(environment: Environment, value: str) -> None:
    """What I wrote badly into HTTPS_PROXY is named by the variable, with how to write it; never with its password."""
    environment(HTTPS_PROXY=value)
    with pytest.raises(ConfigurationError, match="HTTPS_PROXY") as error:
        proxies.find(API)
    assert "pa55" not in str(error.value) and "12" not in str(error.value).replace("3128", "")


@pytest.mark.parametrize("kind", ["socks4", "socks4a", "socks", "ftp"])
def test_a_kind_of_proxy_that_is_none_of_ours(environment: Environment, kind: str) -> None:
    """A proxy that speaks something else is said to, with what can be used."""
    environment(ALL_PROXY=f"{kind}://user:pa55@h:1")
    with pytest.raises(ConfigurationError, match=r"ALL_PROXY .* none of http, https, socks5, socks5h") as error:
        proxies.find(API)
    assert "pa55" not in str(error.value)


def test_socks_without_its_package(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """A SOCKS proxy takes a package that may be missing: then I am told how to install it."""
    environment(all_proxy="socks5h://h")
    monkeypatch.setattr(proxies, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"all_proxy names a SOCKS proxy.*\n.*pip install 'httpx\[socks\]'"):
        proxies.find(API)
    monkeypatch.setattr(proxies, "find_spec", lambda name: object())
    found = proxies.find(API)
    assert found is not None
    assert found.url == "socks5h://h:1080"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "[::1]", "localhost", "localhost."])
def test_no_proxy_is_asked_for_this_machine(environment: Environment, host: str) -> None:
    """Whatever the variables hold, readable or not: what is on this machine is asked directly."""
    environment(HTTPS_PROXY="socks4://h:1", http_proxy="::", ALL_PROXY="socks5://h", NO_PROXY="[")
    assert proxies.find(f"https://{host}:8080/x") is None
    assert proxies.find(f"http://{host}") is None


@pytest.mark.parametrize(
    ("listed", "url"),
    [
        ("*", API),
        ("localhost, *", API),
        ("prisma.io", API),
        (".prisma.io", API),
        ("*.prisma.io", API),
        (".api.prisma.io", API),
        ("API.Prisma.IO.", API),
        ("localhost prisma.io", API),
        ("a,,prisma.io,", API),
        ("https://api.prisma.io/", API),
        ("api.prisma.io:443", API),
        ("api.prisma.io", API + ":8443"),
        ("10.0.0.0/8", "https://10.1.2.3"),
        ("10.1.2.3/8", "https://10.200.0.1"),
        ("10.1.2.3", "https://10.1.2.3:8443"),
        ("10.1.2.3:8443", "https://10.1.2.3:8443"),
        ("fd00::/8", "https://[fd00::1]"),
        ("[fd00::]/8", "https://[fd12::1]:8443"),
        ("[fd00::1]", "https://[fd00:0::1]"),
        ("fd00::1", "https://[fd00::1]"),
        ("[fd00::1]:8443", "https://[fd00::1]:8443"),
        ("fd00::/8,[::1],prisma.io", API),
    ],
)
def test_what_no_proxy_names_is_asked_directly(environment: Environment, listed: str, url: str) -> None:
    """Domains, addresses, networks, ports and brackets in NO_PROXY mean what they mean to curl."""
    environment(HTTPS_PROXY="http://proxy:3128", NO_PROXY=listed)
    assert proxies.find(url) is None


@pytest.mark.parametrize(
    ("listed", "url"),
    [
        *(("", API), (",", API), (".", API), ("*.", API), ("[", API), ("localhost,fd00::/8,[::1]", API)),
        *(("ma.io", API), ("api.prisma.io:8443", API), ("www.api.prisma.io", API), ("fd00::/200", API)),
        *(("10.0.0.0/8", "https://11.0.0.1"), ("10.0.0.0/8", "https://[fd00::1]"), ("fd00::/8", "https://10.0.0.1")),
        *(("[fd00::1]:1", "https://[fd00::1]"), ("10", "https://10.0.0.1"), ("10.0.0.0/8", "https://ten.example")),
    ],
)
def test_what_no_proxy_does_not_name_goes_through_the_proxy(environment: Environment, listed: str, url: str) -> None:
    """An entry that means another host, or nothing at all, changes nothing."""
    environment(HTTPS_PROXY="http://proxy:3128", NO_PROXY=listed)
    assert proxies.find(url) is not None


@pytest.mark.parametrize(
    ("variables", "name", "url"),
    [
        ({"HTTPS_PROXY": "proxy:3128"}, "HTTPS_PROXY", "http://proxy:3128"),
        ({"https_proxy": "a:1", "HTTPS_PROXY": "b:2"}, "https_proxy", "http://a:1"),
        ({"HTTPS_PROXY": "a:1", "ALL_PROXY": "socks4://b"}, "HTTPS_PROXY", "http://a:1"),
        ({"HTTPS_PROXY": " ", "all_proxy": " HTTPS://Proxy/ "}, "all_proxy", "https://proxy:443"),
        ({"ALL_PROXY": "user:p%40@[fd00::1]:3128"}, "ALL_PROXY", "http://[fd00::1]:3128"),
        ({"https_proxy": "", "HTTPS_PROXY": "b:2", "ALL_PROXY": "c"}, "ALL_PROXY", "http://c:80"),
    ],
)
def test_the_variable_that_counts(environment: Environment, variables: dict[str, str], name: str, url: str) -> None:
    """HTTPS_PROXY before ALL_PROXY, lower case before upper case, with a scheme or without."""
    environment(**variables)
    found = proxies.find(API)
    assert found is not None
    assert (found.variable, found.url) == (name, url)


def test_http_proxy_is_for_http_alone(environment: Environment) -> None:
    """HTTP_PROXY is for what is asked in clear, and Prisma never is."""
    environment(HTTP_PROXY="http://proxy:3128")
    assert proxies.find(API) is None


def test_credentials_are_read_and_never_shown(environment: Environment) -> None:
    """The user and password of a proxy are for the proxy, and stand in no text."""
    environment(HTTPS_PROXY="http://m%C3%A9:p%40%3A55@proxy:3128")
    found = proxies.find(API)
    assert found is not None
    assert found.credentials == ("mé", "p@:55")
    assert "55" not in repr(found) + str(found) + found.url
