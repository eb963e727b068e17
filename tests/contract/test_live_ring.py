"""The list of what we rely on, walked against prisma-local: as it is, as others may be, and as none should be."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import prisma_provider
from live import __main__ as command
from live import report, ring
from live.api import Answer, Api
from live.findings import DIFFERS, HOLDS, NOT_TRIED, Found, Reliance
from live.ring import RELIANCES, Walk, walk
from local_server import LocalServer
from waiting import wait_until

Rule = dict[str, Any]
NAME = "conformance-test"
TESTS = Path(__file__).parents[1]
REFUSED = {"code": "validation-error", "message": "Unknown field."}
BACKUPS = ["backup-as-source", "restore", "restore-again"]


def walked(server: LocalServer, **more: Any) -> Walk:
    return walk(server.url, server.token, **{"patience": 20.0, "name": NAME, **more})


def rows(found: Walk) -> dict[str, str]:
    return {name: f"{each.verdict} {each.wanted} {each.seen} {each.why}" for name, each in found.found.items()}


def left(server: LocalServer) -> list[str]:
    return [project["name"] for project in server.api("GET", "/v1/projects").json()["data"]]


def test_everything_holds(local: LocalServer) -> None:
    """Against prisma-local all is as we rely on, nothing stays untried, and nothing stays behind."""
    local.made("/v1/projects", name="somebody's")
    local.settings(recovering=2.0)
    found = walked(local, back_up=local.backup)
    assert {name: said for name, said in rows(found).items() if not said.startswith(HOLDS)} == {}
    assert list(found.found) == [each.name for each in RELIANCES]
    assert (found.left, left(local)) == ([], ["somebody's"])


# What an honest service may be, and what then cannot be tried.
OTHERS: dict[str, tuple[list[Rule], list[str]]] = {
    "no region is told": (
        [
            {"path": "/v1/databases*", "kind": "patch_answer", "set": {"data.region": None, "data.*.region": None}},
            {"path": "/v1/projects*", "kind": "patch_answer", "remove": ["data.defaultRegion"]},
        ],
        ["project-region", "database-region"],
    ),
    "no branches": (
        [{"path": path, "kind": "status", "status": 404} for path in ("/v1/projects/*/branches", "/v1/branches/*")],
        [
            *("branch", "branch-by-name", "branch-twice", "branch-default", "branch-promote", "branch-role"),
            *("database-on-branch", "database-move", "database-branch-by-name", "pages-of-branches"),
            *("absent-branch", "absent-home-of-branches"),
            *("branch-delete-used", "branch-delete-default", "branch-delete"),
            *("variable-branch", "variable-production-branch"),
        ],
    ),
    "no environment variables, no service tokens": (
        [
            {"path": path, "kind": "status", "status": 404}
            for path in ("/v1/environment-variables*", "/v1/workspaces/*/service-tokens")
        ],
        [
            *("variable", "variable-hidden", "variable-list", "variable-twice", "variable-branch", "variable-key"),
            *("variable-production-branch", "variable-still", "variable-patch", "variable-system", "variable-delete"),
            *("token", "token-list", "token-credential", "token-nowhere", "token-delete"),
        ],
    ),
    "a PATCH refuses isDefault": (
        [{"method": "PATCH", "path": "/v1/databases/*", "match": {"isDefault": True}, "kind": "status", "status": 400}],
        ["default-promote", "default-one", "default-with-name"],
    ),
    "a PATCH ignores isDefault": (
        [{"method": "PATCH", "path": "/v1/databases/*", "kind": "ignore", "fields": ["isDefault"]}],
        ["default-promote", "default-one", "default-with-name"],
    ),
    "no backups, no usage, no subscription": (
        [
            {"path": "/v1/databases/*/backups", "kind": "status", "status": 422, **REFUSED},
            {"path": "/v1/databases/*/usage", "kind": "status", "status": 503, **REFUSED},
            {"path": "/v1/workspaces/*/subscription", "kind": "status", "status": 404, **REFUSED},
        ],
        ["subscription", "backups", "usage"],
    ),
    "databases come without connections": (
        [
            {
                "path": "/v1/databases*",
                "kind": "patch_answer",
                "set": {"data.connections": [], "data.*.connections": [], "data.defaultConnectionId": None},
            }
        ],
        [
            *("database-secrets", "database-secrets-once", "database-connections", "database-connects"),
            *("database-pooled", "database-rename-keeps", "connection-in-database", "connection-connects"),
            *("rotate-default", "rotate-new", "rotate-old", "connection-delete-locks", "clone"),
            "database-delete-connection",
        ],
    ),
}


@pytest.mark.parametrize("other", OTHERS)
def test_another_honest_service_passes(local: LocalServer, other: str) -> None:
    """What a service does not offer or does not tell is no difference: I read what could not be tried, and why."""
    local.made("/v1/projects", name="somebody's")
    rules, not_tried = OTHERS[other]
    for rule in rules:
        local.fault(**rule, times=0)
    found = walked(local)
    assert {name: said for name, said in rows(found).items() if said.startswith(DIFFERS)} == {}
    assert set(found.names(NOT_TRIED)) == {*not_tried, *BACKUPS}
    assert all(each.why for each in found.found.values() if each.verdict == NOT_TRIED)
    assert found.left == []
    assert left(local) == ["somebody's"]


def test_lists_that_lag_pass(local: LocalServer) -> None:
    """A list that does not show what was made just now is waited for, and the time is told."""
    local.made("/v1/projects", name="somebody's")
    for path in ("/v1/projects", "/v1/databases", "/v1/connections", "/v1/projects/*/branches"):
        local.fault(method="GET", path=path, kind="lag", times=3)
    found = walked(local)
    assert (found.names(DIFFERS), found.names(NOT_TRIED), found.left) == ([], BACKUPS, [])


def test_a_service_with_one_default_passes(local: LocalServer) -> None:
    """A second default is refused, as a service may: both ways are provided for, and the report says which it was."""
    local.settings(oneDefault=True)
    found = walked(local)
    assert found.names(DIFFERS) == []
    assert "Default database already exists" in found.found["default-beside"].seen


# One lie, and the one line that differs by it.
LIES: dict[str, Rule] = {
    "project-twice": {"method": "POST", "path": "/v1/projects", "after": 1, "kind": "ignore", "fields": ["logicalId"]},
    "project-rename": {
        "method": "PATCH",
        "path": "/v1/projects/*",
        "match": {"name": f"{NAME} renamed"},
        "kind": "patch_answer",
        "set": {"data.name": "another"},
    },
    "database-new-logical-id": {
        "method": "PATCH",
        "path": "/v1/databases/*",
        "match": {"logicalId": f"{NAME}-second"},
        "kind": "ignore",
        "fields": ["logicalId"],
    },
    "database-twice": {
        "method": "POST",
        "path": "/v1/databases",
        "match": {"name": "twice"},
        "kind": "status",
        "status": 422,
        **REFUSED,
    },
    "default-beside": {
        "method": "POST",
        "path": "/v1/databases",
        "match": {"name": "beside"},
        "kind": "status_after",
        "status": 409,
    },
    "branch-twice": {
        "method": "POST",
        "path": "/v1/projects/*/branches",
        "match": {"gitName": "release"},
        "after": 1,
        "kind": "status",
        "status": 422,
        **REFUSED,
    },
    "variable-twice": {
        "method": "POST",
        "path": "/v1/environment-variables",
        "after": 1,
        "kind": "status",
        "status": 422,
        **REFUSED,
    },
    "rotate": {"path": "/v1/connections/*/rotate", "kind": "patch_answer", "set": {"data.id": "con_cother1234"}},
    "connection-secrets-once": {
        "method": "GET",
        "path": "/v1/connections/*",
        "kind": "patch_answer",
        "set": {"data.endpoints.direct.connectionString": "postgresql://user:a-word-of-mine@host/"},
    },
    "default-delete": {"method": "DELETE", "path": "/v1/databases/*", "after": 4, "kind": "status", "status": 409},
    "wrong-token": {"path": "/v1/me", "after": 1, "kind": "status", "status": 403, **REFUSED},
    "workspaces": {"path": "/v1/workspaces", "kind": "patch_answer", "set": {"data.0.id": "wksp_cother1234"}},
    "error-body": {
        "method": "PATCH",
        "path": "/v1/databases/*",
        "match": {"name": "x"},
        "after": 2,
        "kind": "patch_answer",
        "remove": ["error.code"],
    },
}


@pytest.mark.parametrize("name", LIES)
def test_a_difference_is_one_line(local: LocalServer, name: str) -> None:
    """One answer that is not as we rely on: that line differs, with both values, and no other."""
    local.fault(**LIES[name])
    found = walked(local)
    assert [rule["fired"] for rule in local.faults()] == [1]
    assert {each: said for each, said in rows(found).items() if said.startswith(DIFFERS)}.keys() == {name}
    assert found.found[name].wanted != found.found[name].seen
    assert (found.left, left(local)) == ([], [])


def test_an_old_password_that_lives_on_is_a_difference(local: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A rotation that locks nobody out is seen, since the old password is tried."""
    monkeypatch.setattr("live.connecting.seconds_to_lock_out", lambda url, patience: None)
    assert walked(local).names(DIFFERS) == ["rotate-old", "connection-delete-locks"]


@pytest.mark.parametrize("last", ["project", "database-in-list", "default-promote", "project-delete"])
def test_what_was_made_goes_again_after_an_interrupt(local: LocalServer, last: str) -> None:
    """Ctrl-C anywhere leaves nothing behind, and the rest is reported as not tried."""

    def interrupt(reliance: Reliance, found: Found) -> None:
        if reliance.name == last:
            raise KeyboardInterrupt

    found = walked(local, tell=interrupt)
    assert (found.interrupted, found.left, left(local)) == (True, [], [])
    assert found.found[RELIANCES[-1].name].why == "the walk was interrupted"
    assert command.status(found) == 130


@pytest.mark.parametrize("kind", ["cut_after", "truncate"])
def test_a_project_whose_answer_was_lost_goes_again(local: LocalServer, kind: str) -> None:
    """A project that the service made without my hearing of it is found by its name, and removed."""
    local.fault(method="POST", path="/v1/projects", kind=kind)
    local.fault(method="GET", path="/v1/projects", kind="lag", times=6)
    found = walked(local)
    local.clear_faults()
    assert (found.names(DIFFERS), found.left, left(local)) == ([], [], [])
    assert command.status(found) == 1


def test_a_project_that_may_be_there_is_named(local: LocalServer) -> None:
    """A project whose answer was lost, and that no list shows, is named: it may come yet."""
    local.fault(method="POST", path="/v1/projects", kind="cut_before")
    [line] = walked(local, patience=0.5).left
    assert NAME in line


def test_nothing_of_anybody_else_is_touched(local: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a service that does not filter by project, my own databases are looked at and left alone."""
    mine = local.made("/v1/projects", name="somebody's")["database"]

    def get(self: Api, path: str, **query: object) -> Answer:
        return self.call("GET", path, query={name: value for name, value in query.items() if name != "projectId"})

    monkeypatch.setattr(Api, "get", get)
    local.fault(method="DELETE", path="/v1/projects/*", kind="status", status=400, times=2)
    local.clear()
    assert walked(local).left == []
    written = [call for call in local.requests() if call["method"] != "GET" and mine["id"] in call["path"]]
    assert (written, left(local)) == ([], ["somebody's"])


def test_what_cannot_be_removed_is_named(local: LocalServer) -> None:
    """Where the service will not delete the project, I read which one it is, and in whose words it was refused."""
    local.fault(method="DELETE", path="/v1/projects/*", kind="status", status=400, times=0, message="Apps remain.")
    found = walked(local, patience=0.5)
    [line] = found.left
    assert NAME in line
    assert "Apps remain." in line
    assert left(local) == [NAME]
    assert f"LEFT BEHIND: {line}" in report.text(found)
    assert command.status(found) == 1


def test_without_a_project_nothing_holds(local: LocalServer) -> None:
    """A token that is of no use is no service without differences."""
    found = walk(local.url, "no-token", patience=1.0, name=NAME)
    assert command.status(found) == 1
    assert "401" in found.found["project"].why


def test_a_report_holds_no_secret(local: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the service says, no token, password or connection string is in the report."""
    seen: list[Api] = []

    class Seen(Api):
        def __init__(self, *given: Any) -> None:
            super().__init__(*given)
            seen.append(self)

    monkeypatch.setattr(ring, "Api", Seen)
    words = f"{local.token} and postgresql://user:a-word-of-mine@host/"
    local.fault(method="DELETE", path="/v1/databases/*", kind="status", status=409, times=0, message=words)
    found = walked(local)
    told = report.text(found) + json.dumps(report.document(found))
    assert len(seen[0].secrets) > 10
    assert [secret for secret in (*seen[0].secrets, "a-word-of-mine") if secret in told] == []
    assert "409 injected-fault: … and …" in told


def test_the_command_writes_a_report(local: LocalServer, tmp_path: Path) -> None:
    """I read each finding as it comes, how many there are, and where the report is; the status says the rest."""
    local.fault(**LIES["rotate"])
    ran = subprocess.run(
        [sys.executable, "-m", "live"], env=environment(local, tmp_path), cwd=TESTS, capture_output=True, text=True
    )
    assert (ran.returncode, ran.stderr) == (10, "")
    *lines, counts, place = ran.stdout.splitlines()
    assert len(lines) == len(RELIANCES)
    assert "1 differs, 3 not tried" in counts.replace("4 not tried", "3 not tried")
    text, data = map(Path, place.removeprefix("The report: ").split(" and "))
    assert text.read_text().startswith(counts)
    found = {each["name"]: each["verdict"] for each in json.loads(data.read_text())["reliances"]}
    assert [name for name, verdict in found.items() if verdict == DIFFERS] == ["rotate"]
    assert local.token not in ran.stdout + text.read_text() + data.read_text()


def test_ctrl_c_ends_the_command_cleanly(local: LocalServer, tmp_path: Path) -> None:
    """Interrupted while an answer is waited for, it removes the project, writes the report and ends with 130."""
    local.fault(method="POST", path="/v1/connections", kind="delay")
    with subprocess.Popen(
        [sys.executable, "-m", "live"], env=environment(local, tmp_path), cwd=TESTS, stdout=subprocess.PIPE, text=True
    ) as process:
        wait_until(lambda: local.faults()[0]["fired"] == 1)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate()
    local.clear_faults()
    assert process.returncode == 130
    assert "The report: " in said
    assert left(local) == []


@pytest.mark.parametrize("base_url", ["http://api.example", "ftp://127.0.0.1.example"])
def test_a_token_is_not_sent_in_clear(base_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The token of my workspace goes over https, or stays on this machine."""
    monkeypatch.setenv("PRISMA_SERVICE_TOKEN", "mine")
    monkeypatch.setenv("PRISMA_API_BASE_URL", base_url)
    with pytest.raises(SystemExit, match="not sent in clear"):
        command.main()


def test_the_list_says_where_the_code_relies_on_it() -> None:
    """Each line has a name of its own, and leads to a place in the provider that is there."""
    home = Path(prisma_provider.__file__).parent
    assert len({each.name for each in RELIANCES}) == len(RELIANCES)
    places = [each.where.split() for each in RELIANCES if each.where]
    assert [place for place in places if place[1] not in (home / place[0]).read_text()] == []


def environment(local: LocalServer, folder: Path) -> dict[str, str]:
    """As `./tests/run live` gives it."""
    mine = {"PRISMA_SERVICE_TOKEN": local.token, "PRISMA_API_BASE_URL": local.url, "TMPDIR": str(folder)}
    return {**os.environ, **mine, "PYTHONPATH": str(TESTS)}
