"""The login in a real browser, as a person goes through it."""

from __future__ import annotations

from pathlib import Path

from browser import Browser, needs_chromium
from local_server import LocalServer
from signed_in import CommandLine, address_of, finish

pytestmark = needs_chromium


def test_allowed_in_the_browser(local: LocalServer, place: Path) -> None:
    """I open the address, choose a workspace, press Enter, and the terminal goes on by itself."""
    local.mint("acme")
    user = CommandLine(local, place)
    process = user.start("login", "--no-browser", "--port", "0", "--wait", "60")
    with Browser(place) as browser:
        browser.open(address_of(process))
        assert "pulumi-prisma asks for access" in browser.text("h1")
        assert "workspace:admin" in browser.text()
        browser.choose("select", "acme")
        browser.press("enter")  # Allow has the focus
        browser.wait(lambda: "You are logged in." in browser.text())
        assert "acme" in finish(process)
        assert browser.complaints() == []
    assert user.asked("whoami")["workspace"]["name"] == "acme"


def test_denied_in_the_browser(local: LocalServer, place: Path) -> None:
    """I say no, and both the page and the terminal say that it was refused."""
    process = CommandLine(local, place).start("login", "--no-browser", "--port", "0", "--wait", "60")
    with Browser(place) as browser:
        browser.open(address_of(process))
        browser.click('button[value="deny"]')
        browser.wait(lambda: "The login was refused." in browser.text())
    assert "The login was refused." in finish(process, expect=1)
