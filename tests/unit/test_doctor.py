"""`pulumi-prisma doctor`: each thing is said to be right or wrong, with the way out, and no secret is shown."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from prisma_provider.api import requests
from prisma_provider.cli.checks import machine
from prisma_provider.cli.doctor import doctor
from prisma_provider.network import probe

pytestmark = pytest.mark.posix  # Pulumi's command line is a script of the shell here
TOKEN = "prsc_one_that_nobody_may_see"
ME = {
    "workspace": {"id": "wksp_1", "name": "acme"},
    "user": None,
    "credential": {"type": "service_token", "id": "tok_1", "name": "ci"},
}
PLAN = {"planName": "Pro", "usageBlocked": False, "upgradeUrl": "https://console.example/upgrade"}
OWN = version("pulumi-prisma")


def command(folder: Path, name: str, script: str) -> None:
    """A command on PATH."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


class Service:
    """The API: what it answers, and whether it is there."""

    def __init__(self) -> None:
        self.me: Any = ME
        self.plan: Any = PLAN
        self.error: Exception | None = None

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.error is not None:
            raise self.error
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return httpx.Response(401, json={"error": {"code": "unauthorized", "message": "No."}})
        body = self.plan if request.url.path.endswith("/subscription") else self.me
        return httpx.Response(200, json={"data": body})


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    found = Service()
    for module in (probe, requests):
        monkeypatch.setattr(module, "way_to", lambda url: httpx.MockTransport(found.answer))
    return found


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A machine on which everything is as it should be; the folder of its commands."""
    kept = {name: os.environ[name] for name in ("HOME", "COVERAGE_PROCESS_START") if name in os.environ}
    for name in [*os.environ]:
        monkeypatch.delenv(name)
    folder = tmp_path / "bin"
    folder.mkdir()
    given = {"PATH": str(folder), "PULUMI_HOME": str(tmp_path), "PRISMA_SERVICE_TOKEN": TOKEN, **kept}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    command(folder, "pulumi", _pulumi('{"user": "me", "url": "file://~"}'))
    command(folder, machine.PLUGIN, f"echo 'pulumi-resource-prisma {OWN}'")
    yield folder


def _pulumi(whoami: str, number: str = "v3.259.0") -> str:
    return f"case \"$*\" in *version) echo {number};; *) echo '{whoami}';; esac"


def examined() -> dict[str, dict[str, Any]]:
    """Every check by its name, and that the exit status says what they say; and no secret in either form."""
    done = CliRunner().invoke(doctor, ["--json"])
    text = CliRunner().invoke(doctor, [])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    found = json.loads(done.output)
    wrong = [each["name"] for each in found["checks"] if each["ok"] is False]
    assert done.exit_code == text.exit_code == (1 if wrong else 0)
    assert found["ok"] is not wrong and found["ok"] is (not wrong)
    assert all(each["hint"] for each in found["checks"] if each["ok"] is False)
    for said in (done.output, text.output):
        assert TOKEN not in said and "hunter2" not in said and "Traceback" not in said
    return {each["name"]: each for each in found["checks"]}


def test_nothing_is_wrong(here: Path, service: Service) -> None:
    """Where all is well each line has a tick, and the command ends with 0."""
    found = examined()
    names = ["python", "ci", "pulumi", "backend", "plugin", "api", "token", "workspace", "plan"]
    assert {name: check["ok"] for name, check in found.items()} == dict.fromkeys(names, True)
    assert (found["pulumi"]["version"], found["backend"]["url"]) == ("3.259.0", "file://~")
    assert (found["plugin"]["version"], found["plugin"]["path"]) == (OWN, str(here / machine.PLUGIN))
    assert found["python"]["path"] == sys.executable
    assert found["token"]["detail"] == 'from PRISMA_SERVICE_TOKEN in the environment: service token "ci"'
    assert (found["workspace"]["id"], found["plan"]["plan"]) == ("wksp_1", "Pro")
    assert found["api"]["latencyMs"] >= 0 and found["api"]["url"] == "https://api.prisma.io"
    said = CliRunner().invoke(doctor, []).output
    assert said.count("✓") == len(names) and "✗" not in said and "Nothing is wrong." in said


def test_the_way_to_the_api(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """I read through which proxy the API is reached, without its password, and what certificates are trusted."""
    assert "without a proxy; its certificate is trusted by the system's trust store" in examined()["api"]["detail"]
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@proxy.example:3128")
    monkeypatch.setenv("SSL_CERT_FILE", "/etc/company.pem")
    found = examined()["api"]
    assert "through the proxy proxy.example:3128 (HTTPS_PROXY)" in found["detail"]
    assert (found["proxy"], found["trust"]) == ("http://proxy.example:3128", "SSL_CERT_FILE=/etc/company.pem")


def _without_token(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PRISMA_SERVICE_TOKEN")


def _refused_token(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRISMA_SERVICE_TOKEN", "hunter2")


def _without_network(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.error = httpx.ConnectError("no route")


def _through_a_proxy(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:hunter2@proxy.example:3128")
    service.error = httpx.ProxyError("407 Proxy Authentication Required")


def _with_a_bad_url(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRISMA_API_BASE_URL", "https://me:hunter2@api.example")


def _with_silence(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.error = httpx.RemoteProtocolError("not HTTP")


def _blocked(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    service.plan = {**PLAN, "usageBlocked": True}


def _without_pulumi(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "pulumi").unlink()


def _with_an_old_pulumi(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    command(here, "pulumi", _pulumi('{"user": "me", "url": "file://~"}', "v3.9.0"))


def _with_a_broken_pulumi(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "pulumi").write_bytes(b"\x7fELF nothing")


def _with_a_silent_pulumi(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    command(here, "pulumi", "exit 3")


def _with_another_pulumi(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    command(here, "pulumi", 'echo "usage: pulumi [postgres://u:hunter2@db/x]"')


def _without_backend(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = 'echo "error: cannot open \\"postgres://u:hunter2@db/x\\"" >&2; exit 1'
    command(here, "pulumi", f'case "$*" in *version) echo v3.259.0;; *) {refusal};; esac')


def _with_another_plugin(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    command(here, machine.PLUGIN, "echo 'pulumi-resource-prisma 0.0.1'")


def _with_a_broken_plugin(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    command(here, machine.PLUGIN, "echo 'ModuleNotFoundError: pulumi' >&2; exit 1")


Change = Callable[[Path, Service, pytest.MonkeyPatch], None]


@pytest.mark.parametrize(
    ("change", "wrong", "says"),
    [
        (_without_token, ["token"], "There is no token .*pulumi-prisma login"),
        (_refused_token, ["token"], "is not valid .* export PRISMA_SERVICE_TOKEN"),
        (_without_network, ["api"], "https://api.prisma.io cannot be reached"),
        (_through_a_proxy, ["api"], r"proxy.example:3128 \(HTTPS_PROXY\) wants credentials"),
        (_with_a_bad_url, ["api"], "base URL holds a user or a password"),
        (_with_silence, ["api"], "gave no HTTP response"),
        (_blocked, ["plan"], "Pro, blocked.*https://console.example/upgrade"),
        (_without_pulumi, ["pulumi"], "no command `pulumi`.*install"),
        (_with_an_old_pulumi, ["pulumi"], r"3\.9\.0 .* is older than 3\.\d+"),
        (_with_a_broken_pulumi, ["pulumi", "backend"], "does not say its version"),
        (_with_a_silent_pulumi, ["pulumi", "backend"], "its version: it ends with 3 and says nothing"),
        (_with_another_pulumi, ["pulumi", "backend"], "does not say its version, but 'usage: pulumi "),
        (_without_backend, ["backend"], "cannot open .*`pulumi login`"),
        (_with_another_plugin, ["plugin"], "0.0.1 .* this command is of"),
        (_with_a_broken_plugin, ["plugin"], "does not run: ModuleNotFoundError.*virtualenv"),
    ],
)
def test_what_is_wrong_is_said_with_the_way_out(
    change: Change, wrong: list[str], says: str, here: Path, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One thing is wrong: that alone is crossed, with what to do; nothing raises, and no secret is shown."""
    change(here, service, monkeypatch)
    found = examined()
    assert [name for name, check in found.items() if check["ok"] is False] == wrong
    check = found[wrong[0]]
    assert re.search(says, f"{check['detail']} {check['hint']}"), check


def test_nothing_is_there(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a token, a network and Pulumi all three are said, and what depends on them is not known."""
    for change in (_without_token, _without_network, _without_pulumi):
        change(here, service, monkeypatch)
    found = examined()
    assert [name for name, check in found.items() if check["ok"] is False] == ["pulumi", "api", "token"]
    assert [name for name, check in found.items() if check["ok"] is None] == ["backend", "workspace", "plan"]


def test_which_plugin(here: Path, service: Service, tmp_path: Path) -> None:
    """The plugin that Pulumi would start: the newest that is installed, where none is on PATH; else it is beside us."""
    (here / machine.PLUGIN).unlink()
    beside = examined()["plugin"]
    assert beside["ok"] is None and "PATH" in beside["hint"]
    for number in ("0.1.0", "0.10.0", "0.9.0"):
        (tmp_path / "plugins" / f"resource-prisma-v{number}").mkdir(parents=True)
    (tmp_path / "plugins" / "resource-prisma-v0.11.0.lock").write_text("")
    assert examined()["plugin"]["version"] == "0.10.0"


@pytest.mark.parametrize(
    ("job", "says"),
    [
        ({"GITHUB_ACTIONS": "true", "CI": "true"}, "GitHub Actions, without `id-token: write`"),
        ({"GITLAB_CI": "true", "CI": "true"}, "GitLab CI"),
        ({"CI": "1"}, "a CI system"),
        ({"CI": "false"}, "none"),
    ],
)
def test_which_ci_system(job: dict[str, str], says: str) -> None:
    """I read which CI system the job runs in, and whether GitHub gives it a token."""
    assert machine.ci(job).detail == says


def test_a_web_page_is_not_the_api(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page that a hotel's network shows in place of the API is not taken for it."""
    page = httpx.MockTransport(lambda request: httpx.Response(200, html="<h1>Welcome</h1>"))
    monkeypatch.setattr(probe, "way_to", lambda url: page)
    found = examined()
    assert (found["api"]["ok"], found["token"]["ok"]) == (False, None)
    assert "not as Prisma's API does" in found["api"]["detail"]


def test_a_token_of_a_person(here: Path, service: Service) -> None:
    """A login says whose it is; where it has no workspace of its own, its plan is not known."""
    service.me = {"workspace": None, "user": {"id": "u", "email": "ada@example.com"}, "credential": {"type": "oauth"}}
    found = examined()
    assert found["token"]["detail"].endswith("oauth of ada@example.com")
    assert (found["workspace"]["ok"], found["plan"]["ok"]) == (None, None)


def test_without_the_extra(here: Path, service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """What tables and a login take need not be installed: it is what I ask when something is missing."""
    for package in ("rich", "rich.console", "authlib", "filelock", "keyring"):
        monkeypatch.setitem(sys.modules, package, None)
    assert all(check["ok"] for check in examined().values())
