"""Whether Pulumi can start our provider's process: where it cannot, its own words name no way out."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pulumi

from prisma_provider.imports import in_the_way
from prisma_provider.pulumi_command import home

_HOST = "import runpy, prisma_provider.dynamic; runpy.run_module('pulumi.dynamic', run_name='__main__')"
"""Pulumi's host of dynamic providers, which says its port when it has started."""


is_plugin: ContextVar[bool] = ContextVar("is_plugin", default=False)
"""Whether this is the plugin itself, which makes a component for a program in another language."""


def is_mocked() -> bool:
    """Whether this is a test with `pulumi.runtime.set_mocks`, in which nothing is started."""
    return isinstance(pulumi.runtime.settings.get_monitor(), pulumi.runtime.mocks.MockMonitor)


@cache
def check_dynamic_host() -> None:
    """RunError where a file of the user's keeps the host from starting; tried only where one might."""
    files = in_the_way()
    if files and not _starts(sys.executable):
        raise pulumi.RunError(
            f"{' and '.join(files)}: a module of Python has the same name, and Pulumi's host of dynamic providers, "
            "which runs in this folder, cannot start. Rename the file."
        )
    python = shutil.which(os.environ.get("PULUMI_PYTHON_CMD") or "python3")
    if _is_inline() and not (python and (_is_ours(python) or _starts(python))):
        _warn(f"{python or 'python3'}, which Pulumi starts the provider with, lacks pulumi-prisma")


@cache
def check_plugin() -> None:
    """RunError where Pulumi would not find the plugin, with the commands that install it.

    A program of the Automation API is only warned: the engine may look elsewhere than we can see.
    """
    if _has_plugin():
        return
    if _is_inline():
        _warn("pulumi-resource-prisma, which Pulumi starts, is not on PATH")
        return
    command = shutil.which("pulumi-prisma") or Path(sys.executable).with_name("pulumi-prisma")
    raise pulumi.RunError(
        "Pulumi does not find pulumi-resource-prisma, the plugin of pulumi_prisma.native: it is neither on PATH (is "
        "the virtualenv active?) nor installed. Two commands install it:\n"
        f"  {command} make-plugin prisma-plugin\n"
        f"  pulumi plugin install resource prisma {version('pulumi-prisma')} --file prisma-plugin"
    )


def _has_plugin() -> bool:
    """Whether the plugin is where Pulumi looks, or the project or the environment say where it is."""
    return bool(
        shutil.which("pulumi-resource-prisma")
        or any(home().glob("plugins/resource-prisma-*"))
        or "prisma" in os.environ.get("PULUMI_DEBUG_PROVIDERS", "")
        or any(re.search(r"^(plugins|packages):", text, re.MULTILINE) for text in _project_files())
    )


def _project_files() -> Iterator[str]:
    """Pulumi.yaml, in the folder of the program or above it."""
    for folder in (Path.cwd(), *Path.cwd().parents):
        with suppress(OSError):
            yield (folder / "Pulumi.yaml").read_text(encoding="utf-8", errors="replace")


def _warn(what: str) -> None:
    """Not an error: the workspace may have an environment of its own, which nobody here can see."""
    pulumi.log.warn(
        f"{what}: is the virtualenv not activated? Before the stack is made, put its folder first: "
        'os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"] '
        "(or as `env_vars` of the workspace; then this is of no account)."
    )


def _is_inline() -> bool:
    """Whether this program is a function given to the Automation API: no language host has set PATH for it.

    Such a function runs in a thread of a server; a language host runs a program in the main one.
    """
    return threading.current_thread() is not threading.main_thread()


def _is_ours(python: str) -> bool:
    return Path(python).parent == Path(sys.executable).parent


def _starts(python: str) -> bool:
    """Whether the host starts here; it is ended at once."""
    nothing = subprocess.DEVNULL
    command = [python, "-u", "-c", _HOST]
    with subprocess.Popen(command, stdin=nothing, stdout=subprocess.PIPE, stderr=nothing, text=True) as host:  # noqa: S603
        said = host.stdout.readline() if host.stdout else ""
        host.kill()
    return said.strip().isdigit()
