"""This machine: Python, the CI system, Pulumi's command line, its backend, and the plugin."""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from prisma_provider.cli.checks.check import Check, shown
from prisma_provider.login.github import URL_VARIABLE
from prisma_provider.pulumi_command import home
from prisma_provider.settings import ci_system
from prisma_provider.text import cut

PACKAGE = "pulumi-prisma"
PLUGIN = "pulumi-resource-prisma"
SECONDS = 30.0
"""What a command that is asked something may take."""


def checks(environment: Mapping[str, str]) -> Iterator[Check]:
    """All of them; what Pulumi would be asked is not, where it is not there."""
    yield python()
    yield ci(environment)
    command = shutil.which("pulumi", path=environment.get("PATH", ""))
    yield pulumi(command)
    yield backend(command)
    yield plugin(environment)


def python() -> Check:
    """The Python that runs this, which is the one of the virtualenv that the package is in."""
    own, sdk = version(PACKAGE), _version_of("pulumi")
    detail = f"{platform.python_version()} ({sys.executable}), {PACKAGE} {own}, Pulumi's SDK {sdk or 'is missing'}"
    facts = {"version": platform.python_version(), "path": sys.executable, "package": own, "sdk": sdk}
    hint = None if sdk else f"pip install {PACKAGE}, into this environment."
    return Check("python", sdk is not None, shown(detail), hint, facts)


def ci(environment: Mapping[str, str]) -> Check:
    """The CI system, and whether a job of GitHub's may ask for a token of its own."""
    system = ci_system(environment)
    detail = system or "none"
    if environment.get("GITHUB_ACTIONS") == "true":
        detail += ", with `id-token: write`" if environment.get(URL_VARIABLE) else ", without `id-token: write`"
    return Check("ci", True, detail, facts={"system": system})


def pulumi(command: str | None) -> Check:
    """Pulumi's command line, and whether it is new enough for its SDK that is installed here."""
    if command is None:
        return Check("pulumi", False, "There is no command `pulumi` on PATH.", _INSTALL)
    found, said = _ask(command, "version")
    if found is None:
        return Check("pulumi", False, shown(f"{command} does not say its version: {said}"), _INSTALL)
    number = found.removeprefix("v")
    if not re.match(r"\d+\.\d+", number):
        detail = f"{shown(command)} does not say its version, but {cut(shown(found), 80)!r}."
        return Check("pulumi", False, detail, _INSTALL)
    least = _least()
    facts = {"version": number, "path": command}
    if least and _numbers(number) < _numbers(least):
        return Check("pulumi", False, shown(f"{number} ({command}) is older than {least}."), _INSTALL, facts)
    return Check("pulumi", True, shown(f"{number} ({command})"), facts=facts)


def backend(command: str | None) -> Check:
    """Where stacks are stored, and as whom."""
    if command is None:
        return Check("backend", None, "not known without `pulumi`")
    answer, said = _ask(command, "whoami", "--verbose", "--json")
    try:
        found = json.loads(answer or "")
        user, url = str(found["user"]), shown(str(found["url"]))
    except (ValueError, TypeError, KeyError):
        return Check("backend", False, shown(f"`pulumi whoami` fails: {said or 'no output'}"), _LOG_IN)
    return Check("backend", True, f"{url} as {shown(user)}", facts={"url": url, "user": shown(user)})


def plugin(environment: Mapping[str, str]) -> Check:
    """The plugin that the engine would start: first the one on PATH, then the newest of those that are installed."""
    on_path = shutil.which(PLUGIN, path=environment.get("PATH", ""))
    if on_path:
        return _on_path(on_path)
    installed = _installed(environment)
    if installed:
        facts = {"version": installed[1], "path": str(installed[0])}
        return Check("plugin", True, shown(f"{installed[1]}, installed in {installed[0]}"), facts=facts)
    beside = shutil.which(PLUGIN, path=str(Path(sys.executable).parent))
    if beside:
        detail = f"not on PATH, but in {beside}. Programs with `import pulumi_prisma` do without."
        return Check("plugin", None, shown(detail), _ACTIVATE, {"path": beside})
    return Check("plugin", False, f"There is no command {PLUGIN}.", f"pip install {PACKAGE} again: it comes with it.")


def _on_path(command: str) -> Check:
    answer, said = _ask(command, "--version")
    number = (answer or "").rpartition(" ")[2]
    facts = {"version": number, "path": command}
    if answer is None:
        return Check("plugin", False, shown(f"{command} does not run: {said}"), _ACTIVATE, {"path": command})
    if number != version(PACKAGE):
        detail = f"{number} ({command}), and this command is of {version(PACKAGE)}."
        return Check("plugin", False, shown(detail), "put the one that you want first on PATH, or update it.", facts)
    return Check("plugin", True, shown(f"{number} ({command})"), facts=facts)


def _installed(environment: Mapping[str, str]) -> tuple[Path, str] | None:
    """As `pulumi plugin install` puts it."""
    folder = home(environment) / "plugins"
    found = [(each, each.name.removeprefix("resource-prisma-v")) for each in folder.glob("resource-prisma-v*/")]
    return max(found, key=lambda each: _numbers(each[1]), default=None)


def _ask(command: str, *arguments: str) -> tuple[str | None, str]:
    """What a command prints; None, and why, where it does not."""
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    arguments = ("--non-interactive", *arguments) if Path(command).stem == "pulumi" else arguments
    try:
        done = subprocess.run(  # noqa: S603  what PATH names is what the user would start
            [command, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            timeout=SECONDS,
            env=environment,
        )
    except subprocess.TimeoutExpired:
        return None, f"no output within {SECONDS:g} s"
    except OSError as error:
        return None, error.strerror or type(error).__name__
    said = _error(done.stderr) or f"it ends with {done.returncode} and says nothing"
    return (done.stdout.strip(), "") if done.returncode == 0 else (None, said)


def _error(said: str) -> str:
    """The line that says what is wrong."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return next((line.removeprefix("error: ") for line in lines if line.startswith("error: ")), "".join(lines[-1:]))


def _version_of(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _least() -> str | None:
    """The oldest Pulumi that this package takes, as it says itself."""
    wanted = (re.match(r"pulumi\b(?!-)[^;]*>=([\d.]+)", each) for each in requires(PACKAGE) or ())
    return next((found[1] for found in wanted if found), None)


def _numbers(text: str) -> tuple[int, ...]:
    """A version, to be compared."""
    return tuple(int(each) for each in re.findall(r"\d+", text)[:3])


_INSTALL = "install Pulumi's command line: https://www.pulumi.com/docs/iac/download-install/."
_LOG_IN = "`pulumi login`, in a job PULUMI_ACCESS_TOKEN, or PULUMI_BACKEND_URL for a backend of your own."
_ACTIVATE = f"activate the virtualenv that {PACKAGE} is installed in, or put its folder of commands first on PATH."
