"""The workflows of examples/preview: GitHub takes them, and their steps do what they say, against the local API."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import yaml
from examples._machine.setup import ROOT

from e2e.stack import connects, sql
from e2e.workflow import Runner
from local_server import LocalServer

EXAMPLE = ROOT / "examples" / "preview"
WORKFLOWS = sorted((EXAMPLE / ".github" / "workflows").glob("*.yml"))
ACTIONLINT = """
import sys
from pathlib import Path
from examples._machine.console import Console
from examples._machine.engine import Engines
from examples._machine.processes import Processes
with Processes() as processes:
    print(Engines(Console(), processes, Path(sys.executable)).actionlint())
"""
GH = '''#!{python}
"""Keeps the comments of one pull request, as `gh api` would on GitHub."""
import json, pathlib, sys
kept = pathlib.Path(__file__).with_name("comments.json")
comments = json.loads(kept.read_text()) if kept.exists() else []
words = sys.argv[1:]
assert words.pop(0) == "api"
method = words[words.index("--method") + 1] if "--method" in words else "GET"
if method == "GET":
    for number, body in enumerate(comments):
        print(number, body.split(chr(10))[0])
else:
    (field,) = [word for word in words if word.startswith("body=@")]
    body = pathlib.Path(field.removeprefix("body=@")).read_text()
    if method == "POST":
        comments.append(body)
    else:
        (path,) = [word for word in words if "/comments/" in word]
        comments[int(path.rpartition("/")[2])] = body
    kept.write_text(json.dumps(comments))
'''
RENAMED = "config:\n  preview:databaseName: sales\n"
RESTORE = (
    'prisma.Restore("back", database_id=environment.database_id, backup_id="{}", confirm_database_name="orders")\n'
)


class Exchange:
    """GitHub's proof of who runs a job, and Prisma's exchange of it for a token, as both publish them."""

    def __init__(self, token: str) -> None:
        self.asked: list[dict[str, Any]] = []
        exchange = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                assert self.path.endswith("&audience=prisma-cloud")
                assert self.headers["Authorization"] == "Bearer of-the-job"
                self._answer(200, {"value": "proof"})

            def do_POST(self) -> None:
                assert self.path == "/v1/auth/github-actions/token"
                exchange.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self._answer(201, {"data": {"id": "t", "type": "service-token", "value": token}})

            def _answer(self, status: int, body: Any) -> None:
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *words: Any) -> None:
                """Nobody reads it."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = Thread(target=self.server.serve_forever)

    def __enter__(self) -> Exchange:
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


class Repository:
    """The example as a repository of its own, with a runner that has what a job has."""

    def __init__(self, folder: Path, server: LocalServer, exchange: Exchange, token: str) -> None:
        self.server, self.exchange, self.token = server, exchange, token
        self.folder = folder / "repository"
        shutil.copytree(EXAMPLE, self.folder, ignore=shutil.ignore_patterns("__pycache__"))
        tools = folder / "tools"
        tools.mkdir()
        (folder / "home").mkdir()
        self.comments_file = tools / "comments.json"
        _executable(tools / "gh", GH.format(python=sys.executable))
        # What it would install stands in this environment already.
        _executable(tools / "pip", '#!/bin/sh\n[ "$1 $2" = "install -r" ] && [ -f "$3" ]\n')
        environment = {
            "PATH": f"{tools}:{Path(sys.executable).parent}:{_path()}",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PRISMA_API_BASE_URL": server.url,
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{exchange.url}/proof?v=1",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "of-the-job",
            "GITHUB_REPOSITORY": "me/shop",
        }
        contexts = {
            "secrets.PULUMI_BACKEND_URL": f"file://{folder}",
            "secrets.PULUMI_CONFIG_PASSPHRASE": "correct horse battery staple",
            "inputs.api": exchange.url,
            "github.token": "of-github",
            "github.repository": "me/shop",
            "github.event.pull_request.number": "7",
            "toJSON(github.event.pull_request.labels.*.name)": "[]",
        }
        self.runner = Runner(self.folder, environment, contexts)
        self._environment = {**environment, "PULUMI_BACKEND_URL": f"file://{folder}", "PRISMA_SERVICE_TOKEN": token}
        self._environment["PULUMI_CONFIG_PASSPHRASE"] = "correct horse battery staple"
        self.pulumi("stack", "init", "production")

    def pulumi(self, *arguments: str) -> str:
        """The CLI on a developer's machine."""
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self._environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def outputs(self, stack: str) -> dict[str, str]:
        found: dict[str, str] = json.loads(self.pulumi("stack", "output", "--json", "--show-secrets", "--stack", stack))
        return found

    @property
    def comments(self) -> list[str]:
        """The comments on the pull request."""
        found: list[str] = json.loads(self.comments_file.read_text()) if self.comments_file.exists() else []
        return found


def _executable(file: Path, text: str) -> None:
    file.write_text(text)
    file.chmod(0o755)


def _path() -> str:
    """Where the CLI and the tools of a machine are."""
    found = [shutil.which(name) for name in ("pulumi", "bash", "curl", "jq")]
    assert all(found), "the steps need pulumi, bash, curl and jq"
    return ":".join(dict.fromkeys(str(Path(str(each)).parent) for each in found))


@pytest.fixture
def repository(tmp_path: Path, server: LocalServer) -> Iterator[Repository]:
    """A repository whose production is up, by its workflow."""
    token, _ = server.mint(tmp_path.name)
    with Exchange(token) as exchange:
        found = Repository(tmp_path, server, exchange, token)
        done = found.runner.run("up", "up")
        assert done.passed, done.log
        assert token not in done.log.replace(f"::add-mask::{token}", "")
        yield found


def test_github_takes_them(tmp_path: Path) -> None:
    """actionlint has nothing to say about them, and none of them lets a stranger's code near a secret."""
    shutil.copytree(EXAMPLE / ".github", tmp_path / ".github")
    (tmp_path / ".git").mkdir()
    built = subprocess.run(
        [sys.executable, "-c", ACTIONLINT], cwd=ROOT, capture_output=True, text=True, timeout=300, check=True
    )
    program = built.stdout.splitlines()[-1].strip()
    names = [str(path.relative_to(EXAMPLE)) for path in WORKFLOWS]
    done = subprocess.run([program, *names], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout
    assert len(names) == 4
    for path in WORKFLOWS:
        found = yaml.safe_load(path.read_text())
        assert "pull_request_target" not in found[True]  # YAML 1.1 reads `on` as true
        assert found["permissions"]["contents"] == "read"
        assert "PRISMA_SERVICE_TOKEN" not in path.read_text()


def test_production_is_guarded(repository: Repository) -> None:
    """A rename passes with a comment; a restore blocks, until a label lets it through; drift is found at night."""
    assert repository.runner.run("drift", "drift").passed
    settings, program = repository.folder / "Pulumi.production.yaml", repository.folder / "__main__.py"
    kept = settings.read_text() if settings.exists() else ""
    settings.write_text(kept + RENAMED)
    renamed = repository.runner.run("preview", "review")
    assert renamed.passed, renamed.log
    assert "| renamed | Database `production` | `orders` → `sales` |" in repository.comments[0]

    settings.write_text(kept)
    backup = repository.server.backup(repository.outputs("production")["database_id"])["id"]
    program.write_text(program.read_text() + RESTORE.format(backup))
    blocked = repository.runner.run("preview", "review")
    assert (blocked.steps["Review"], blocked.steps["Comment"]) == (20, 0)
    assert not blocked.passed
    assert len(repository.comments) == 1
    assert "DATA WOULD BE LOST" in repository.comments[0]

    label = {"toJSON(github.event.pull_request.labels.*.name)": '["bug", "allow:Restore:back"]'}
    assert repository.runner.run("preview", "review", **label).passed
    assert "as allowed" in repository.comments[0]
    assert repository.token not in "".join(repository.comments)
    assert repository.exchange.asked[0] == {"token": "proof", "expiresInSeconds": 3600}

    program.write_text((EXAMPLE / "__main__.py").read_text())
    repository.server.drift(repository.outputs("production")["database_id"], name="elsewhere")
    assert not repository.runner.run("drift", "drift").passed
    assert "**Drift.**" in repository.runner.summary
    assert "`elsewhere` → `orders`" in repository.runner.summary


def test_an_environment_for_a_pull_request(repository: Repository) -> None:
    """Opened: a clone, migrated. Pushed: the next migration. Closed: gone, and production is as it was."""
    production = repository.outputs("production")
    sql(production["direct_url"], "insert into parcels values ('paper', 1)")
    new = repository.folder / "migrations" / "003_colour.sql"
    opened = repository.runner.run("environment", "up")
    assert opened.passed, opened.log
    url = repository.outputs("pr-7")["direct_url"]
    assert sql(url, "select what from parcels") == [("paper",)]

    new.write_text("alter table parcels add column colour text")
    pushed = repository.runner.run("environment", "up")
    assert pushed.passed, pushed.log
    assert "applied 003_colour.sql" in pushed.log
    assert sql(url, "select what, colour from parcels") == [("paper", None)]

    closed = repository.runner.run("environment", "destroy")
    assert closed.passed, closed.log
    assert not connects(url)
    assert "pr-7" not in repository.pulumi("stack", "ls")
    assert sql(production["direct_url"], "select * from parcels") == [("paper", 1)]
