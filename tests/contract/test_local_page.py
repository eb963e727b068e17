"""The local control plane's page, used by mouse or keyboard: it shows everything, and copies connection strings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from browser import Browser, needs_chromium
from local_server import LocalServer

SCRIPT = "<img src=x onerror=alert(1)><script>alert(1)</script>"


@pytest.fixture
def orders(local: LocalServer, project: dict[str, Any]) -> dict[str, Any]:
    return local.made("/v1/databases", projectId=project["id"], name="orders", isDefault=True, region="eu-central-1")


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("browser")) as running:
        yield running


@pytest.fixture
def page(chromium: Browser, local: LocalServer) -> Browser:
    chromium.open(f"{local.url}/")
    return chromium


def test_for_this_machine_only(local: LocalServer) -> None:
    """Another page, or another host name for this address, is refused."""
    for path in ("/", "/_page/overview", "/_page/requests"):
        assert local.http.get(path, headers={"Host": "evil.example"}).status_code == 400
        assert local.http.post(path).status_code == 405
    for path in ("/_page/overview", "/_page/requests"):
        assert local.http.get(path, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
        assert "access-control-allow-origin" not in local.http.get(path).headers


def test_no_password(local: LocalServer, orders: dict[str, Any]) -> None:
    """The data of the page holds no password and no token."""
    secret = local.made(f"/v1/connections/{orders['defaultConnectionId']}/rotate")["pass"]
    data = local.http.get("/_page/overview").text + local.http.get("/_page/requests").text
    assert secret not in data and local.token not in data
    assert orders["id"] in data and "/rotate" in data


@needs_chromium
def test_databases(page: Browser, orders: dict[str, Any], local: LocalServer) -> None:
    """Each database with its status, branch, default flag, region, size and backups; a change appears by itself."""
    row = f'[data-id="{orders["id"]}"]'
    page.wait(lambda: "orders" in page.text(row))
    text = page.text(row)
    assert [word in text for word in ("ready", "default", "main", "eu-central-1", "MiB")] == [True] * 5
    local.backup(orders["id"])
    local.api("PATCH", f"/v1/databases/{orders['id']}", {"name": "sales"})
    page.wait(lambda: "sales" in page.text(row))
    page.click(f'{row} details[data-key^="backups"] summary')
    assert "bkp_" in page.text(row)
    assert page.complaints() == []


@needs_chromium
def test_variables_by_key(page: Browser, local: LocalServer, project: dict[str, Any]) -> None:
    """The variables of a project with class, branch and who manages them, and no value; a filter finds a key."""
    branch = local.made(f"/v1/projects/{project['id']}/branches", gitName="feature")
    body = {"projectId": project["id"], "branchId": branch["id"], "class": "preview", "key": "TIER", "value": "hidden"}
    local.made("/v1/environment-variables", **body)
    local.made("/v1/databases", projectId=project["id"], name="orders", isDefault=True)
    key = f'details[data-key="variables of {project["id"]}"]'
    page.wait(lambda: "Environment variables: 3" in page.text(key))
    page.click(f"{key} summary")
    page.wait(lambda: "TIER" in page.text(key))
    text = page.text("#databases")
    assert [word in text for word in ("preview", "feature", "DATABASE_URL_POOLED", "managed by Prisma")] == [True] * 4
    assert "hidden" not in text and page.complaints() == []


@needs_chromium
def test_the_title_says_which_server_it_is(page: Browser, local: LocalServer) -> None:
    """Among the tabs of my browser I see which server this is."""
    page.wait(lambda: local.url.removeprefix("http://") in page.run("return document.title"))


@needs_chromium
def test_connection_strings_are_folded(page: Browser, orders: dict[str, Any], local: LocalServer) -> None:
    """Connection strings are folded; opened they stay open while the page updates. It says where passwords are."""
    key = f'details[data-key="{orders["defaultConnectionId"]}"]'
    page.wait(lambda: page.text(key) != "")
    assert "postgres://" not in page.text(key)
    page.click(f"{key} summary")
    page.wait(lambda: "postgres://" in page.text(key))
    assert "shown nowhere" in page.text(key)
    local.api("PATCH", f"/v1/databases/{orders['id']}", {"name": "sales"})
    page.wait(lambda: "sales" in page.text("#databases"))
    assert "postgres://" in page.text(key)


@needs_chromium
def test_a_connection_string_with_one_click(page: Browser, orders: dict[str, Any], local: LocalServer) -> None:
    """One click copies a connection string or a psql command that connects, of a new connection, as it says."""
    row = f'[data-id="{orders["id"]}"]'
    page.wait(lambda: "Copy psql command" in page.text(row) and "makes a new connection" in page.text(row))
    page.run("window.copied = []; navigator.clipboard.writeText = async (text) => { window.copied.push(text); }")
    page.click(f"{row} button:nth-of-type(1)")
    page.wait(lambda: "Copied, with a new connection of orders." in page.text("header"))
    page.click(f"{row} button:nth-of-type(2)")
    page.wait(lambda: len(page.run("return window.copied")) == 2)
    url, command = page.run("return window.copied")
    with psycopg.connect(url) as session:
        assert session.execute("select 1").fetchone() == (1,)
    assert command.startswith("psql 'postgres://")
    names = [each["name"] for each in local.api("GET", f"/v1/databases/{orders['id']}").json()["data"]["connections"]]
    assert names.count("page of prisma-local") == 2
    other = {"Sec-Fetch-Site": "cross-site"}
    assert local.http.post(f"/_page/connections/{orders['id']}", headers=other).status_code == 403
    assert page.complaints() == []


@needs_chromium
def test_requests_and_latency_over_time(page: Browser, local: LocalServer, project: dict[str, Any]) -> None:
    """A small chart shows how many requests there were, and how long they took."""
    page.wait(lambda: "requests a second" in page.text("#chart"))
    assert page.run("return document.querySelectorAll('#chart rect').length") == 120
    assert page.run("return document.querySelector('#chart polyline').getAttribute('points')") != ""
    assert local.requests()[0]["seconds"] >= 0


@needs_chromium
def test_the_certificate_is_shown(page: Browser, local: LocalServer) -> None:
    """The page says which variable lets Node trust the databases."""
    variable = local.http.get("/_local/").json()["certificate"]["node"]
    page.wait(lambda: variable in page.text("main"))


@needs_chromium
def test_requests_as_they_happen(page: Browser, local: LocalServer) -> None:
    """The request log follows: the newest first, with statuses, faults and bodies."""
    page.wait(lambda: "No request." in page.text("#requests"))
    local.fault(method="GET", path="/v1/projects", kind="status", status=503, times=1)
    local.api("GET", "/v1/projects?limit=1")
    local.made("/v1/projects", name="later", createDatabase=False)
    page.wait(lambda: "POST" in page.text("#requests tbody tr"))
    text = page.text("#requests")
    assert [word in text for word in ("/v1/projects?limit=1", "503", "status", '"name":"later"')] == [True] * 4


@needs_chromium
def test_by_keyboard(page: Browser, orders: dict[str, Any]) -> None:
    """Without a mouse: / filters, Escape shows everything again, Tab and Space open a connection."""
    page.wait(lambda: "orders" in page.text("#databases"))
    page.press("/", *"nothing")
    page.wait(lambda: "orders" not in page.text("#databases"))
    page.press("escape")
    page.wait(lambda: "orders" in page.text("#databases"))
    page.run("document.querySelector('#filter').focus()")
    page.press("tab", "space")
    page.wait(lambda: "postgres://" in page.text("#databases"))
    page.press("space")
    page.wait(lambda: "postgres://" not in page.text("#databases"))


@needs_chromium
def test_names_are_only_text(page: Browser, local: LocalServer, project: dict[str, Any]) -> None:
    """A database whose name is a script is shown, and the script is not run."""
    local.made("/v1/databases", projectId=project["id"], name=SCRIPT)
    page.wait(lambda: SCRIPT in page.text("#databases") and "onerror" in page.text("#requests"))
    assert page.run("return document.querySelectorAll('main img, main script').length") == 0
    assert page.complaints() == []


@needs_chromium
def test_it_only_looks(page: Browser, orders: dict[str, Any], local: LocalServer) -> None:
    """Being looked at leaves no trace in the request log."""
    page.wait(lambda: "orders" in page.text("#databases"))
    local.clear()
    page.open(f"{local.url}/")
    page.wait(lambda: "orders" in page.text("#databases"))
    assert local.requests() == []
