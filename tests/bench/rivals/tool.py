"""A tool with a program of N databases, and what it does with it."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

CREATE, UNCHANGED, RENAME, DESTROY = STEPS = ("create", "unchanged, live compared", "rename all", "destroy")

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pulumi-prisma" / "rivals"
"""What was installed or built once."""


class Tool:
    """One row of the table."""

    name: str
    commands: ClassVar[Mapping[str, Sequence[str]]]
    """The command of each step."""

    def __init__(self, folder: Path, size: int, api_url: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self.size = folder, size
        self.environment = {**os.environ, "PRISMA_SERVICE_TOKEN": "token", "PRISMA_API_BASE_URL": api_url}

    def install(self) -> None:
        """What has to be there before the first step."""

    def program(self, name: str) -> None:
        """Write the program: a project, and N databases with a connection each, which are called after this."""
        raise NotImplementedError

    def step(self, step: str) -> None:
        """Do one of the steps."""
        self.run(*self.commands[step])

    def run(self, *command: str) -> None:
        """A command that has to succeed."""
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{self.name}: {' '.join(command)} failed:\n{(done.stdout + done.stderr)[-2000:]}")
