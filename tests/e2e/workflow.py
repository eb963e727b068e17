"""A job of a workflow, run as far as a shell can: its steps, its environment, and the status a check would show."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

BY_GITHUB = ("actions/checkout@", "actions/setup-python@", "pulumi/actions@")
"""Steps that set a runner up; this machine is set up."""
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""What GitHub makes of `shell: bash`."""
_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
LIMIT = 180.0


@dataclass
class Job:
    """What became of a job."""

    steps: dict[str, int] = field(default_factory=dict)
    """The exit status of each step that ran, by its name."""
    log: str = ""

    @property
    def passed(self) -> bool:
        """What the check shows."""
        return not any(self.steps.values())


class Runner:
    """Runs jobs of the workflows in a folder; `contexts` are what GitHub would put in the place of expressions."""

    def __init__(self, folder: Path, environment: Mapping[str, str], contexts: Mapping[str, str]) -> None:
        self._folder = folder
        self._environment = dict(environment)
        self._contexts = dict(contexts)

    def run(self, workflow: str, job: str, **contexts: str) -> Job:
        """Run one job; a step after a failed one runs only if it asks for that."""
        contexts = {**self._contexts, **{name.replace("__", "."): value for name, value in contexts.items()}}
        found = yaml.safe_load((self._folder / ".github/workflows" / f"{workflow}.yml").read_text())
        environment = {**self._environment, **_filled(found.get("env", {}), contexts)}
        (self._folder / "environment").write_text("")
        (self._folder / "summary").write_text("")
        done = Job()
        for step in found["jobs"][job]["steps"]:
            if done.passed or step.get("if") == "${{ !cancelled() }}":
                self._step(step, environment, contexts, done)
        return done

    @property
    def summary(self) -> str:
        """What the job wrote for its page."""
        return (self._folder / "summary").read_text()

    def _step(self, step: Mapping[str, Any], environment: dict[str, str], contexts: dict[str, str], done: Job) -> None:
        uses = step.get("uses", "")
        if uses.startswith("./"):
            action = yaml.safe_load((self._folder / uses / "action.yml").read_text())
            inputs = {f"inputs.{name}": each["default"] for name, each in action["inputs"].items()}
            for part in action["runs"]["steps"]:
                self._step(part, environment, {**inputs, **contexts}, done)
        elif not uses.startswith(BY_GITHUB):
            self._shell(step, environment, contexts, done)

    def _shell(self, step: Mapping[str, Any], environment: dict[str, str], contexts: dict[str, str], done: Job) -> None:
        given = (self._folder / "environment").read_text().splitlines()
        more = {
            **environment,
            **dict(line.split("=", 1) for line in given),
            **_filled(step.get("env", {}), contexts),
            "GITHUB_ENV": str(self._folder / "environment"),
            "GITHUB_STEP_SUMMARY": str(self._folder / "summary"),
        }
        ended = subprocess.run(
            [*BASH, "-c", _fill(step["run"], contexts)],
            cwd=self._folder,
            env={**os.environ, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT,
        )
        done.steps[step.get("name") or step["run"]] = ended.returncode
        done.log += ended.stdout


def _filled(values: Mapping[str, Any], contexts: Mapping[str, str]) -> dict[str, str]:
    return {name: _fill(str(value), contexts) for name, value in values.items()}


def _fill(text: str, contexts: Mapping[str, str]) -> str:
    """Put what GitHub would put; an expression that the test does not know is a failure."""
    return _EXPRESSION.sub(lambda match: contexts[match[1]], text)
