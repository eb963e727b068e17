"""A workflow, run as far as a shell can: its jobs in order, each on a fresh checkout, and what its checks show."""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

BY_GITHUB = ("actions/checkout@", "actions/setup-python@", "actions/cache@", "pulumi/actions@")
"""Steps that set a runner up; this machine is set up."""
BASH = ("bash", "--noprofile", "--norc", "-eo", "pipefail")
"""What GitHub makes of `shell: bash`."""
LIMIT = 180.0
ID_TOKEN = "ACTIONS_ID_TOKEN_REQUEST_"
"""What only a job with `id-token: write` is given."""
_EXPRESSION = re.compile(r"\$\{\{\s*(.+?)\s*\}\}")
_WORD = re.compile(r"('(?:[^']|'')*')|(&&|\|\||!=|==|!)|([A-Za-z_][\w.*-]*)(\()?")
_IN_PYTHON = {"&&": " and ", "||": " or ", "!": " not ", "true": "True", "false": "False", "null": "None"}
_STATUS = ("always()", "cancelled()", "failure()", "success()")

Contexts = Mapping[str, Any]


@dataclass
class Job:
    """What became of a job."""

    steps: dict[str, int] = field(default_factory=dict)
    """The exit status of each step that ran, by its name."""
    log: str = ""
    summary: str = ""
    """What it wrote for its page."""
    outputs: dict[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """What the check shows."""
        return not any(self.steps.values())


class Runner:
    """Runs the workflows of a repository; `environment` is what a machine of GitHub's has."""

    def __init__(self, repository: Path, scratch: Path, environment: Mapping[str, str]) -> None:
        self._repository = repository
        self._scratch = scratch
        self.environment = dict(environment)
        self._numbers = itertools.count()

    def run(self, workflow: str, contexts: Contexts, meanwhile: Callable[[], None] | None = None) -> dict[str, Job]:
        """Every job that runs for an event; those that are skipped are left out. One of a matrix is `job 7`.

        `meanwhile` happens before a job with an `environment`, which waits for people.
        """
        found = yaml.safe_load((self._repository / ".github/workflows" / f"{workflow}.yml").read_text())
        artifacts = self._scratch / f"artifacts-{next(self._numbers)}"
        done: dict[str, Job] = {}
        skipped = set()
        for name, job in found["jobs"].items():
            needed = [job["needs"]] if "needs" in job else []
            known = {
                **contexts,
                "env": {**_filled(found.get("env", {}), contexts)},
                "needs": {each: {"outputs": done[each].outputs} for each in needed if each in done},
            }
            good = all(each in done and done[each].passed for each in needed)
            if not good or not evaluate(str(job.get("if", "true")), known):
                skipped.add(name)
                continue
            if "environment" in job and meanwhile:
                meanwhile()
            for matrix in _matrix(job, known):
                title = " ".join([name, *map(str, matrix.values())])
                done[title] = self._job(job, {**known, "matrix": matrix}, artifacts)
        assert skipped.isdisjoint(done)
        return done

    def _job(self, job: Mapping[str, Any], contexts: Contexts, artifacts: Path) -> Job:
        place = self._scratch / f"job-{next(self._numbers)}"
        shutil.copytree(self._repository, place / "checkout", ignore=shutil.ignore_patterns("__pycache__"))
        (place / "temp").mkdir()
        environment = {**contexts["env"], **_filled(job.get("env", {}), contexts)}
        contexts = {**contexts, "env": environment, "runner": {"os": "Linux"}, "steps": {}}
        run = _JobRun(place, artifacts, self._given(job), contexts)
        run.steps(job["steps"], job.get("defaults", {}).get("run", {}).get("working-directory", "."))
        run.done.outputs = {name: str(_fill(text, run.contexts)) for name, text in job.get("outputs", {}).items()}
        return run.done

    def _given(self, job: Mapping[str, Any]) -> dict[str, str]:
        proves = job["permissions"].get("id-token") == "write"
        return {name: value for name, value in self.environment.items() if proves or not name.startswith(ID_TOKEN)}


class _JobRun:
    """One job on one machine."""

    def __init__(self, place: Path, artifacts: Path, environment: dict[str, str], contexts: Contexts) -> None:
        self.done = Job()
        self.contexts = contexts
        self._checkout, self._temp, self._artifacts = place / "checkout", place / "temp", artifacts
        self._environment = environment
        self._summary = place / "summary"
        self._summary.write_text("")

    def steps(self, steps: list[Mapping[str, Any]], folder: str, inputs: Contexts | None = None) -> None:
        """One after the other; after one that failed, in a job or in an action, only those that ask for that."""
        before = sum(map(bool, self.done.steps.values()))
        for step in steps:
            contexts = {**self.contexts, "inputs": inputs or {}}
            asked = str(step.get("if", "true"))
            good = sum(map(bool, self.done.steps.values())) == before
            if (good or any(each in asked for each in _STATUS)) and evaluate(asked, contexts):
                self._step(step, folder, contexts)
        self.done.summary = self._summary.read_text()

    def _step(self, step: Mapping[str, Any], folder: str, contexts: Contexts) -> None:
        uses = step.get("uses", "")
        given = _filled(step.get("with", {}), contexts)
        if uses.startswith("./"):
            action = yaml.safe_load((self._checkout / uses / "action.yml").read_text())
            defaults = {name: each.get("default", "") for name, each in action["inputs"].items()}
            assert set(given) <= set(defaults)
            self.steps(action["runs"]["steps"], ".", {**defaults, **given})
        elif uses.startswith("actions/upload-artifact@"):
            kept = self._artifacts / given["name"]
            kept.mkdir(parents=True)
            for path in given["path"].split():
                shutil.copy(self._checkout / path, kept)
        elif uses.startswith("actions/download-artifact@"):
            shutil.copytree(self._artifacts / given["name"], self._checkout / given["path"], dirs_exist_ok=True)
        else:
            assert not uses or uses.startswith(BY_GITHUB)
            if not uses:
                self._shell(step, folder, contexts)

    def _shell(self, step: Mapping[str, Any], folder: str, contexts: Contexts) -> None:
        outputs = self._temp / "outputs"
        outputs.write_text("")
        more = {
            **contexts["env"],
            **_filled(step.get("env", {}), contexts),
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_STEP_SUMMARY": str(self._summary),
            "RUNNER_TEMP": str(self._temp),
        }
        ended = subprocess.run(
            [*BASH, "-c", _fill(step["run"], contexts)],
            cwd=self._checkout / _fill(step.get("working-directory", folder), contexts),
            env={**_machine(), **self._environment, **more},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=LIMIT,
        )
        self.done.steps[step["name"]] = ended.returncode
        self.done.log += ended.stdout
        if "id" in step:
            said = dict(line.split("=", 1) for line in outputs.read_text().splitlines())
            self.contexts["steps"][step["id"]] = {"outputs": said}


def evaluate(expression: str, contexts: Contexts) -> Any:
    """An expression of GitHub's, by way of Python's own: the two agree on `and`, `or`, `==` and what is false."""
    text = _EXPRESSION.sub(lambda match: match[1], expression)

    def in_python(match: re.Match[str]) -> str:
        string, operator, word, called = match.groups()
        if string:
            return repr(string[1:-1].replace("''", "'"))
        if operator or word in _IN_PYTHON:
            return _IN_PYTHON.get(operator or word, operator)
        return f"call[{word!r}](" if called else f"look({word!r})"

    call: dict[str, Callable[..., Any]] = {
        "toJSON": json.dumps,
        "fromJSON": json.loads,
        "format": lambda pattern, *words: pattern.format(*words),
        "hashFiles": lambda *patterns: "hash",
        "cancelled": lambda: False,
    }
    return eval(_WORD.sub(in_python, text), {"call": call, "look": lambda path: _look(path.split("."), contexts)})


def _look(path: list[str], value: Any) -> Any:
    """What a context holds; nothing where it has no such thing, as on GitHub."""
    for number, name in enumerate(path):
        if name == "*":
            return [_look(path[number + 1 :], each) for each in value]
        value = value.get(name, "") if isinstance(value, Mapping) else ""
    return value


def _fill(text: str, contexts: Contexts) -> str:
    return _EXPRESSION.sub(lambda match: str(evaluate(match[1], contexts)), text)


def _filled(values: Mapping[str, Any], contexts: Contexts) -> dict[str, str]:
    return {name: _fill(str(value), contexts) for name, value in values.items()}


def _matrix(job: Mapping[str, Any], contexts: Contexts) -> Iterator[dict[str, Any]]:
    matrix = job.get("strategy", {}).get("matrix")
    if matrix is None:
        yield {}
        return
    ((name, values),) = matrix.items()
    yield from ({name: each} for each in evaluate(values, contexts))


def _machine() -> dict[str, str]:
    """The developer's own environment, without what would lead to an account, or tell a job apart from another."""
    foreign = ("PULUMI_", "PRISMA_", "GITHUB_", ID_TOKEN)
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
