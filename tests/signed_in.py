"""`pulumi-prisma` as a user of the command line has it, and what signs in: `from signed_in import CommandLine`."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx

from local_server import LocalServer

COMMAND = str(Path(sys.executable).with_name("pulumi-prisma"))
SECONDS = 60.0


def access_token(server: LocalServer, workspace_id: str) -> str:
    """The token of a person who let a program work in a workspace."""
    verifier, program = "v" * 64, {"client_id": "a-program", "redirect_uri": "http://127.0.0.1:1/callback"}
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {"response_type": "code", "scope": "workspace:admin", "code_challenge_method": "S256"}
    form = {**program, **asked, "code_challenge": challenge, "workspace": workspace_id, "answer": "allow"}
    query = parse_qsl(urlsplit(server.http.post("/authorize", data=form).headers["Location"]).query)
    grant = {"grant_type": "authorization_code", "code": dict(query)["code"], "code_verifier": verifier}
    found: str = server.http.post("/token", data={**program, **grant}).json()["access_token"]
    return found


class CommandLine:
    """The installed command, with a home of its own, no keyring and no token."""

    def __init__(self, server: LocalServer, home: Path, **environment: str) -> None:
        self.server = server
        self.home = home
        # A person's machine: in a job of a CI system nobody can be sent to a browser.
        job = ("PRISMA_", "ACTIONS_", "CI", "GITHUB_ACTIONS")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(job)}
        self.environment = {
            **kept,
            "PULUMI_HOME": str(home),
            "PRISMA_API_BASE_URL": server.url,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",  # the developer's own is none of our business
            **environment,
        }

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [COMMAND, *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, expect: int = 0) -> str:
        """The command to its end; what it said on both of its outputs."""
        return finish(self.start(*arguments), expect)

    def asked(self, *arguments: str) -> Any:
        """What the command answers as JSON, on stdout alone."""
        out, errors = self.start(*arguments, "--json").communicate(timeout=SECONDS)
        assert not errors, errors
        return json.loads(out)

    def login(self, workspace: str | None = None) -> str:
        """Log in, with a person's part played over HTTP."""
        process = self.start("login", "--no-browser", "--port", "0", "--wait", "60")
        allow(self.server, address_of(process), workspace)
        return finish(process)

    def stored(self) -> dict[str, Any]:
        """The stored login."""
        found: dict[str, Any] = json.loads(self._file().read_text())
        return found

    def let_expire(self) -> None:
        """The access token of the stored login has ended, as far as this machine knows."""
        login = self.stored()
        login["tokens"]["expires_at"] = 0.0
        self._file().write_text(json.dumps(login))

    def _file(self) -> Path:
        (file,) = (self.home / "prisma" / "logins").glob("*.json")
        return file


def finish(process: subprocess.Popen[str], expect: int = 0) -> str:
    out, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == expect, f"it ended with {process.returncode}:\n{out}{errors}"
    assert "Traceback" not in errors, errors
    return out + errors


def address_of(process: subprocess.Popen[str]) -> str:
    """What the user is to open, as the command writes it."""
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"https?://\S+", line):
            return found[0]
    raise AssertionError(f"no address to log in at:\n{finish(process)}")


def form_of(address: str) -> dict[str, str]:
    """The fields of the authorize page's form."""
    return dict(parse_qsl(urlsplit(address).query))


def allow(server: LocalServer, address: str, workspace: str | None = None, answer: str = "allow") -> httpx.Response:
    """What a person's browser does with the authorize page, up to the program that waits for the redirect."""
    page = httpx.get(address, trust_env=False)
    assert page.is_success, page.text
    choices = {name: id_ for id_, name in re.findall(r'<option value="([^"]+)">([^<]+)<', page.text)}
    chosen = choices[workspace] if workspace else next(iter(choices.values()))
    decided = server.http.post("/authorize", data={**form_of(address), "workspace": chosen, "answer": answer})
    assert decided.status_code == 303, decided.text
    return httpx.get(decided.headers["Location"], trust_env=False)


def oidc_token(repository: str, audience: str = "prisma-cloud", expires_in: float = 300.0) -> str:
    """A token as GitHub gives it to a job, without its signature."""
    claims = {
        "iss": "https://token.actions.githubusercontent.com",
        "aud": audience,
        "repository": repository,
        "exp": int(time.time() + expires_in),
    }
    parts = ({"alg": "none"}, claims)
    return ".".join([*(base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts), "x"])


class GitHub(ThreadingHTTPServer):
    """A stand-in for the address that GitHub gives to a job."""

    def __init__(self, repository: str) -> None:
        super().__init__(("127.0.0.1", 0), _Job)
        self.repository = repository
        self.asked: list[str] = []
        self.fails = 0
        self.variables = {
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{self.server_address[1]}/token?api-version=2.0",
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request-token",
        }


class _Job(BaseHTTPRequestHandler):
    server: GitHub

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        query = dict(parse_qsl(urlsplit(self.path).query))
        if self.server.fails:
            self.server.fails -= 1
            self.send_error(503)
            return
        if self.headers["Authorization"] != "Bearer request-token":
            self.send_error(401)
            return
        body = json.dumps({"value": oidc_token(self.server.repository, query.get("audience", ""))}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the standard library's own name
        pass


@contextmanager
def github(repository: str) -> Iterator[GitHub]:
    """GitHub, for the jobs of this repository."""
    with GitHub(repository) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield server
        server.shutdown()
        thread.join()
