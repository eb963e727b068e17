"""examples/automation: an environment that a program makes, without an active virtualenv."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from examples._machine.setup import ROOT

from e2e.stack import Stack, connects

PROGRAM = ROOT / "examples" / "automation" / "environments.py"


def test_an_environment_of_a_program(stack: Stack, tmp_path: Path) -> None:
    """A portal previews, makes, makes again and removes an environment, with the Python that it runs in."""
    beside = str(Path(sys.executable).parent)
    path = [part for part in os.environ["PATH"].split(os.pathsep) if part != beside]
    environment = {**stack.environment, "PATH": os.pathsep.join(path)}
    environment.pop("VIRTUAL_ENV", None)
    project = stack.api("POST", "/v1/projects", {"name": "shop", "createDatabase": False}).json()["data"]["id"]

    def run(command: str, expect: int = 0) -> str:
        done = subprocess.run(
            [sys.executable, str(PROGRAM), command, "pr-7", project],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == expect, done.stdout + done.stderr
        assert "postgres://" not in done.stderr
        return done.stdout

    assert "up, preview and destroy" not in run("preview")
    assert not stack.all("databases")
    first = run("up")
    urls = dict(line.split("=", 1) for line in first.splitlines())
    assert set(urls) == {"DATABASE_URL", "DIRECT_URL"} and all(map(connects, urls.values()))
    assert run("up") == first
    run("destroy")
    assert not stack.all("databases") and not connects(urls["DIRECT_URL"])
    run("remove", expect=1)
