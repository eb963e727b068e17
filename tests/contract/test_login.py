"""A login that is stored, renewed and ended, by the installed command against the local control plane."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from local_server import LocalServer
from signed_in import CommandLine, address_of, allow, finish
from waiting import wait_until

KEYRING = '''\
"""A keyring in a file."""
import json
from pathlib import Path
from keyring.backend import KeyringBackend

FILE = Path(__file__).with_name("ring.json")

class Ring(KeyringBackend):
    priority = 1
    name = "a ring"
    def _all(self):
        return json.loads(FILE.read_text()) if FILE.exists() else {}
    def get_password(self, service, username):
        return self._all().get(service + username)
    def set_password(self, service, username, password):
        FILE.write_text(json.dumps({**self._all(), service + username: password}))
    def delete_password(self, service, username):
        FILE.write_text(json.dumps({k: v for k, v in self._all().items() if k != service + username}))
'''


ONE_TOKEN = """\
import os
from prisma_provider.login.store import Store
from prisma_provider.login.stored import StoredLogin
print(StoredLogin(Store.of_user(os.environ), os.environ["PRISMA_API_BASE_URL"]).token())
"""
PIPES: Any = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}


@pytest.fixture
def user(local: LocalServer, tmp_path: Path) -> CommandLine:
    return CommandLine(local, tmp_path / "home")


def refreshes(local: LocalServer) -> int:
    return sum(call["path"] == "/token" for call in local.requests())


@pytest.fixture
def expired(user: CommandLine) -> CommandLine:
    """A user whose access token has ended, and who can renew it."""
    user.login()
    user.let_expire()
    user.server.clear()
    return user


def test_without_a_login(user: CommandLine) -> None:
    """Without a token and a login I am told of both."""
    said = user.run("whoami", expect=1)
    assert "There is no token" in said
    assert "PRISMA_SERVICE_TOKEN" in said and "pulumi-prisma login" in said


def test_said_no(user: CommandLine) -> None:
    """If I deny it in the browser, the command says so and stores nothing."""
    process = user.start("login", "--no-browser", "--port", "0", "--wait", "60")
    assert "refused" in allow(user.server, address_of(process), answer="deny").text
    assert "The login was refused." in finish(process, expect=1)
    assert "There is no token" in user.run("whoami", expect=1)


def test_nobody_came(user: CommandLine) -> None:
    """A login that I forget ends by itself."""
    assert "Nobody came back" in user.run("login", "--no-browser", "--port", "0", "--wait", "0.2", expect=1)


def test_a_strange_answer(user: CommandLine) -> None:
    """A page that guesses the address of my login cannot slip a code of its own into it."""
    process = user.start("login", "--no-browser", "--port", "0", "--wait", "60")
    address = address_of(process)
    redirect = dict(part.split("=") for part in address.partition("?")[2].split("&"))["redirect_uri"]
    strange = redirect.replace("%3A", ":").replace("%2F", "/") + "?code=theirs&state=guessed"
    assert user.server.http.get(strange).status_code == 404
    allow(user.server, address)
    finish(process)


def test_logged_in(user: CommandLine) -> None:
    """I log in, everything works without a token, I log out, and the login is over at the server, too."""
    user.server.mint("acme")
    said = user.login("acme")
    assert "acme" in said and "stored in" in said
    stored = user.stored()
    who = user.asked("whoami")
    assert (who["workspace"]["name"], who["credential"]["type"]) == ("acme", "oauth")
    assert "stored login" in who["tokenFrom"]
    access = stored["tokens"]["access"]
    assert user.server.api("GET", "/v1/me", token=access).is_success
    assert "Logged out" in user.run("logout")
    assert user.server.api("GET", "/v1/me", token=access).status_code == 401
    assert "There is no token" in user.run("whoami", expect=1)
    assert "There is no login" in user.run("logout")


def test_for_my_eyes(user: CommandLine) -> None:
    """Nobody else can read where the tokens lie, and no command writes one."""
    said = user.login() + user.run("whoami") + user.run("whoami", "--json")
    folder = user.home / "prisma" / "logins"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in folder.glob("*.json")} == {0o600}
    tokens = user.stored()["tokens"]
    assert tokens["access"] not in said and tokens["refresh"] not in said


def test_in_the_keyring(local: LocalServer, tmp_path: Path) -> None:
    """Where there is a keyring, the tokens lie in it, and in no file of ours."""
    (tmp_path / "ring.py").write_text(KEYRING)
    user = CommandLine(local, tmp_path / "home", PYTHON_KEYRING_BACKEND="ring.Ring", PYTHONPATH=str(tmp_path))
    assert "the keyring (a ring)" in user.login()
    assert "tokens" not in user.stored()
    assert user.asked("whoami")["credential"]["type"] == "oauth"
    user.run("logout")
    assert json.loads((tmp_path / "ring.json").read_text()) == {}


def test_to_its_own_origin_only(user: CommandLine) -> None:
    """My login of one API is not sent to another."""
    user.login()
    user.server.clear()
    port = int(user.server.url.rpartition(":")[2])
    user.environment["PRISMA_API_BASE_URL"] = f"http://localhost:{port}"  # the same server, by another name
    assert "There is no token" in user.run("whoami", expect=1)
    assert user.server.requests() == []


def test_renewed(expired: CommandLine) -> None:
    """A token that has ended is renewed, once, without a word."""
    before = expired.stored()["tokens"]
    for _ in range(2):
        assert expired.asked("whoami")["credential"]["type"] == "oauth"
    after = expired.stored()["tokens"]
    assert refreshes(expired.server) == 1
    assert before["access"] != after["access"] and before["refresh"] != after["refresh"]


def test_refused_before_its_time(user: CommandLine) -> None:
    """A clock that is wrong, or a token revoked by hand: it is renewed after the service refuses it."""
    user.login()
    user.server.revoke(user.stored()["tokens"]["access"])
    user.server.clear()
    assert user.asked("whoami")["credential"]["type"] == "oauth"
    assert refreshes(user.server) == 1


def test_twenty_at_once(expired: CommandLine) -> None:
    """Twenty processes with one expired token: one of them renews it, all go on, nothing is revoked."""
    running = [subprocess.Popen([sys.executable, "-c", ONE_TOKEN], env=expired.environment, **PIPES) for _ in range(20)]
    (token,) = {finish(process).strip() for process in running}
    assert refreshes(expired.server) == 1
    assert expired.server.api("GET", "/v1/me", token=token).is_success
    expired.server.revoke(token)
    assert expired.asked("whoami")["credential"]["type"] == "oauth"  # the refresh token is good, too


def test_killed_between_refresh_and_save(expired: CommandLine) -> None:
    """Killed while it renewed: the used token is never sent again; logging in again is all that it takes."""
    local = expired.server
    local.fault(method="POST", path="/token", kind="delay_after")
    process = expired.start("whoami")
    wait_until(lambda: refreshes(local) == 1, 20)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    for _ in range(2):
        said = expired.run("whoami", expect=1)
        assert "The stored login was lost" in said
        assert "pulumi-prisma login" in said
    assert refreshes(local) == 1
    expired.login()
    assert expired.asked("whoami")["credential"]["type"] == "oauth"


def test_an_answer_that_does_not_come(expired: CommandLine) -> None:
    """Cut off while it renewed: nobody knows whether the token was used, so it is not sent again."""
    expired.server.fault(method="POST", path="/token", kind="cut_after", times=1)
    assert "The stored login was lost" in expired.run("whoami", expect=1)
    assert "The stored login was lost" in expired.run("whoami", expect=1)
    assert refreshes(expired.server) == 1


def test_a_busy_server(expired: CommandLine) -> None:
    """A server that says 503 has done nothing: it is asked again, and the login lives on."""
    expired.server.fault(method="POST", path="/token", kind="status", status=503, times=2)
    assert expired.asked("whoami")["credential"]["type"] == "oauth"
    assert refreshes(expired.server) == 3


def test_a_firewall_in_between(expired: CommandLine) -> None:
    """Somebody on the way who refuses in words of his own has not ended my login."""
    expired.environment["PRISMA_RETRY_LIMIT"] = "1"
    expired.server.fault(method="POST", path="/token", kind="html", status=403, times=20)
    assert "responded with 403" in expired.run("whoami", expect=1)
    expired.server.clear_faults()
    assert expired.asked("whoami")["credential"]["type"] == "oauth"


def test_ended_elsewhere(expired: CommandLine) -> None:
    """A login that was ended in the console is forgotten here, and the message says what to do."""
    expired.server.http.post("/revoke", data={"token": expired.stored()["tokens"]["refresh"]})
    said = expired.run("whoami", expect=1)
    assert "The stored login has ended." in said and "pulumi-prisma login" in said
    assert "There is no token" in expired.run("whoami", expect=1)


def test_damaged(user: CommandLine) -> None:
    """A file that is not what it was is named, and can be logged out of."""
    user.login()
    (file,) = (user.home / "prisma" / "logins").glob("*.json")
    file.write_text("{")
    assert str(file) in user.run("whoami", expect=1)
    user.run("logout")
    user.login()


def test_a_token_goes_first(user: CommandLine) -> None:
    """A token that I set wins over my login, and the login says so."""
    token, _ = user.server.mint("acme")
    user.environment["PRISMA_SERVICE_TOKEN"] = token
    assert "PRISMA_SERVICE_TOKEN is set, and goes first" in user.login("local")
    assert user.asked("whoami")["workspace"]["name"] == "acme"
