"""`prisma-local` as a child: the Management API on this machine, with databases that are thrown away."""

import json
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .console import Console
from .failure import Failure
from .processes import Manners, Processes
from .setup import Machine

READY_LIMIT = 60.0
UNHURRIED = Manners(grace=20.0)  # PostgreSQL writes a checkpoint before it goes
BASE_URL = "PRISMA_API_BASE_URL"
TOKEN = "PRISMA_SERVICE_TOKEN"


@dataclass(frozen=True)
class ControlPlane:
    """One that answers."""

    child: "subprocess.Popen[bytes]"
    log: Path
    settings: Mapping[str, str]

    def names_of_projects(self) -> list[str]:
        """What is still there, asked of the API itself and not of Pulumi."""
        return [str(project["name"]) for project in self._ask("v1/projects", None)["data"]]

    def local(self, what: str, body: Mapping[str, Any] | None = None) -> Any:
        """What the API has no call for: `/_local/…`, asked for, or told where there is a body."""
        return self._ask(f"_local/{what}", body)

    def _ask(self, path: str, body: Mapping[str, Any] | None) -> Any:
        headers = {"Authorization": f"Bearer {self.settings[TOKEN]}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.settings[BASE_URL]}/{path}", data=data, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return json.load(answer)
        except (OSError, ValueError) as error:
            raise Failure(f"prisma-local does not answer /{path}: {error}", said=self.tail()) from None

    @contextmanager
    def explains_failures(self) -> Iterator[None]:
        """What goes wrong in here is told together with what the control plane said last."""
        try:
            yield
        except Failure as failure:
            failure.add("prisma-local said last:", self.tail())
            raise

    def tail(self, lines: int = 15) -> list[str]:
        """What it said last, without what may not be shown."""
        return [line for line in tail(self.log, lines) if not line.startswith(f"{TOKEN}=")]


def start(console: Console, processes: Processes, machine: Machine, folder: Path) -> ControlPlane:
    """Starts it and waits until it says where it is."""
    log = folder / "prisma-local.log"
    answers = folder / "prisma-local.out"
    with answers.open("wb") as out, log.open("wb") as errors:
        child = processes.start(
            ["prisma-local", "--ephemeral"],
            env=machine.environment(),
            cwd=folder,
            output=out,
            errors=errors,
            manners=UNHURRIED,
        )
    started = time.monotonic()
    while not {BASE_URL, TOKEN} <= (settings := told(answers.read_text())).keys():
        if child.poll() is not None:
            raise Failure(f"prisma-local ended before it was ready (exit code {child.returncode}).", said=tail(log, 15))
        if time.monotonic() - started > READY_LIMIT:
            raise Failure(f"prisma-local was not ready after {READY_LIMIT:.0f} s.", said=tail(log, 15))
        console.progress("starting PostgreSQL")
        time.sleep(0.05)
    console.say(settings[BASE_URL])
    return ControlPlane(child, log, settings)


def told(text: str) -> dict[str, str]:
    """The settings in what it has printed so far; a line that is not ended yet may be half of one."""
    lines = [line for line in text.splitlines(keepends=True) if line.endswith("\n")]
    pairs = (line.strip().partition("=") for line in lines)
    return {name: value for name, mark, value in pairs if mark}


def tail(file: Path, lines: int) -> list[str]:
    """The last lines of a log."""
    return file.read_text(errors="replace").splitlines()[-lines:]
