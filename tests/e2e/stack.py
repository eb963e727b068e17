"""A stack of the real Pulumi CLI: programs are written, run, and answer with what the engine did."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from e2e import quick_pip
from local_server import LocalServer
from waiting import wait_until

PROJECT = """\
name: shop
runtime: python
"""

HEADER = """\
import pulumi
import pulumi_prisma as prisma
"""

HEADERS = {
    "dynamic": HEADER,
    "plugin": HEADER.replace("import pulumi_prisma as prisma", "from pulumi_prisma import native as prisma"),
}
"""How a program begins, by the host that carries it out."""

SECRET_OUTPUTS = """
pulumi.export("database_url", web.database_url)
pulumi.export("direct_url", web.direct_url)
"""


@dataclass(frozen=True)
class Result:
    """What one command of the CLI did."""

    code: int
    steps: dict[str, str]
    """The operation on each resource, by its name in Pulumi."""
    changes: dict[str, int]
    """How many resources by operation, as the engine sums them up."""
    messages: str
    """What the user reads under Diagnostics."""
    output: str
    order: list[str] = field(default_factory=list)
    """Operations in the order in which they began."""
    notes: dict[str, str] = field(default_factory=dict)
    """What the user reads under each resource, by its name in Pulumi."""

    def about(self, name: str) -> str:
        """What the user reads under this resource."""
        return self.notes.get(name, "")

    @property
    def writes_nothing(self) -> bool:
        """Whether everything was the same."""
        return self.code == 0 and set(self.changes) <= {"same"}


class Stack:
    """A program in a folder of its own, with state in a folder beside it, in a workspace of its own."""

    def __init__(self, folder: Path, server: LocalServer, host: str = "dynamic") -> None:
        self.server = server
        self.host = host
        self.folder = folder / "program"
        self.token, self.workspace_id = server.mint(folder.name)
        self.environment = {
            # A person's machine: what is advised in a job of a CI system is another thing.
            **{name: value for name, value in os.environ.items() if name not in ("CI", "GITHUB_ACTIONS")},
            "PULUMI_BACKEND_URL": f"file://{folder}",
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_CONFIG_PASSPHRASE": "correct horse battery staple",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
            "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
            "PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true",
            "PRISMA_API_BASE_URL": server.url,
            "PRISMA_SERVICE_TOKEN": self.token,
            "PRISMA_RETRY_LIMIT": "3",
            # Python takes a program for unchanged that was written again in the same second, with the same size.
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONPATH": str(quick_pip.folder()),
        }
        self.folder.mkdir()
        (self.folder / "Pulumi.yaml").write_text(PROJECT)
        self.program("")
        self.pulumi("stack", "init", "dev")

    # the user's side

    def spelled(self, setting: str) -> str:
        """How a message of this stack's host asks for a setting, which is given in Python's spelling."""
        if self.host != "plugin":
            return setting
        name, _, value = setting.partition("=")
        first, *others = name.split("_")
        return f"{first}{''.join(map(str.title, others))}: {value[:1].lower()}{value[1:]}"

    def program(self, text: str) -> None:
        """Write the program."""
        (self.folder / "__main__.py").write_text(HEADERS[self.host] + text)

    def pulumi(self, *arguments: str, expect: int | None = 0, **environment: str) -> str:
        """Run the CLI; its output."""
        done = subprocess.run(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env={**self.environment, **environment},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            timeout=300,
        )
        output = done.stdout + done.stderr
        if expect is not None:
            assert done.returncode == expect, f"pulumi {' '.join(arguments)} ended with {done.returncode}:\n{output}"
        return output

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Run the CLI beside the test, as the leader of a session of its own."""
        return subprocess.Popen(
            ["pulumi", *arguments, "--non-interactive"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    wait_until = staticmethod(wait_until)

    def wait_until_saved(self) -> None:
        """Until the engine rests: a CLI that is killed while it writes its state leaves half a file of it."""
        state = self.folder.parent / ".pulumi/stacks/shop/dev.json"
        seen, since = b"", 0.0

        def rests() -> bool:
            nonlocal seen, since
            if (content := state.read_bytes()) != seen:
                seen, since = content, time.monotonic()
            return seen != b"" and time.monotonic() - since > 0.5

        self.wait_until(rests)

    def up(self, program: str | None = None, *flags: str, **more: Any) -> Result:
        """Apply, with a preview beforehand as users do it; `preview` tells it apart where that matters."""
        return self._run("up", program, "--yes", "--skip-preview", *flags, **more)

    def preview(self, program: str | None = None, *flags: str, **more: Any) -> Result:
        """What would be done."""
        return self._run("preview", program, *flags, **more)

    def refresh(self, **more: Any) -> Result:
        """Take what is live into state."""
        return self._run("refresh", None, "--yes", "--skip-preview", **more)

    def destroy(self, *flags: str, **more: Any) -> Result:
        """Delete everything."""
        return self._run("destroy", None, "--yes", "--skip-preview", *flags, **more)

    def export(self) -> str:
        """State as it stands in the backend, secrets as it keeps them."""
        return self.pulumi("stack", "export")

    def resource(self, name: str) -> dict[str, Any]:
        """A resource of state by its name, with `id`, `urn`, `inputs` and `outputs`; empty where there is none.

        Read from the file of the backend, which costs no process; secrets, encrypted anew each time, are left out.
        """
        state = json.loads((self.folder.parent / ".pulumi/stacks/shop/dev.json").read_text())
        found = [r for r in state["checkpoint"]["latest"].get("resources", []) if r["urn"].split("::")[-1] == name]
        if not found:
            return {}
        clear = {key: value for key, value in found[0].get("outputs", {}).items() if "ciphertext" not in str(value)}
        return {**{key: found[0].get(key) for key in ("id", "urn", "inputs")}, "outputs": clear}

    def outputs(self) -> dict[str, Any]:
        """The exported outputs in clear."""
        found: dict[str, Any] = json.loads(self.pulumi("stack", "output", "--json", "--show-secrets"))
        return found

    def _run(
        self, command: str, program: str | None, *flags: str, expect: int | None = 0, **environment: str
    ) -> Result:
        if program is not None:
            self.program(program)
        output = self.pulumi(command, "--json", *flags, expect=None, **environment)
        result = _read(output)
        assert expect is None or (result.code == 0) == (expect == 0), (
            f"pulumi {command}:\n{result.messages}\n{output[-3000:]}"
        )
        return result

    # the service's side

    def api(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """A call of the Management API, as somebody in the console would cause it."""
        return self.server.api(method, path, body, token=self.token)

    def all(self, what: str) -> list[dict[str, Any]]:
        """All objects of a kind."""
        found: list[dict[str, Any]] = self.api("GET", f"/v1/{what}?limit=1000").json()["data"]
        return found

    def clear(self) -> None:
        """Begin to count requests."""
        self.server.clear()

    def sent(self, *methods: str) -> list[tuple[str, str, Any]]:
        """Method, path and body of the requests of these methods since `clear`; of all writes where none is named."""
        wanted = methods or ("POST", "PATCH", "DELETE")
        return [(r["method"], r["path"], r["body"]) for r in self.server.requests() if r["method"] in wanted]


def sql(url: str, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    """Ask PostgreSQL through a connection string."""
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as connection:
        cursor = connection.execute(query, values)
        return cursor.fetchall() if cursor.description else []


def connects(url: str) -> bool:
    """Whether a connection string opens a session."""
    try:
        return sql(url, "select 1") == [(1,)]
    except psycopg.OperationalError:
        return False


def _read(output: str) -> Result:
    """The engine's events; lines that are none are what the CLI itself says."""
    steps: dict[str, str] = {}
    order: list[str] = []
    changes: dict[str, int] = {}
    messages: list[str] = []
    notes: dict[str, str] = {}
    code = 0
    for line in output.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            event = None
        if not isinstance(event, dict):
            messages.append(line)
            code = code or int(line.startswith("error:"))
            continue
        if "diagnosticEvent" in event and event["diagnosticEvent"]["severity"] != "debug":
            messages.append(event["diagnosticEvent"]["message"])
            name = event["diagnosticEvent"].get("urn", "").split("::")[-1]
            notes[name] = notes.get(name, "") + event["diagnosticEvent"]["message"]
            code = code or int(event["diagnosticEvent"]["severity"] == "error")
        elif "resourcePreEvent" in event:
            step = event["resourcePreEvent"]["metadata"]
            name = step["urn"].split("::")[-1]
            order.append(f"{step['op']} {name}")
            if steps.get(name) in (None, "same"):
                steps[name] = step["op"]
        elif "resOpFailedEvent" in event:
            code = 1
        elif "summaryEvent" in event:
            changes = event["summaryEvent"]["resourceChanges"] or {}
    return Result(code, steps, changes, "\n".join(messages), output, order, notes)
