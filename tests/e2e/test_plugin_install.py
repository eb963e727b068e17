"""Installing the plugin for programs that have no virtualenv."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest
from examples._machine.setup import ROOT

from e2e.yaml_stack import YamlStack
from local_server import LocalServer

VERSION = version("pulumi-prisma")
PROGRAM = """
resources:
  shop:
    type: prisma:Project
  pr-7:
    type: prisma:Environment
    properties: {projectId: "${shop.id}", kind: preview}
"""


def runs(command: str) -> bool:
    """Whether there is such a command, and not only a version manager's word that it is not installed."""
    found = shutil.which(command)
    return found is not None and subprocess.run([found, "-c", ""], capture_output=True).returncode == 0


@pytest.fixture
def stack(tmp_path: Path, server: LocalServer) -> YamlStack:
    """A YAML stack that finds no plugin on PATH, and a Python without packages."""
    stack = YamlStack(tmp_path, server)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / f"python3.{sys.version_info.minor}").symlink_to(Path(sys.executable).resolve())
    beside = str(Path(sys.executable).parent)
    path = [part for part in os.environ["PATH"].split(os.pathsep) if part != beside]
    stack.environment["PATH"] = os.pathsep.join([str(tools), *path])
    stack.environment.pop("VIRTUAL_ENV", None)
    return stack


def test_a_folder_is_installed(stack: YamlStack, tmp_path: Path) -> None:
    """I make a folder of the plugin, install it with Pulumi's own command, and programs find it there."""
    stack.program(PROGRAM)
    assert "no resource plugin" in stack.pulumi("preview", expect=None)
    folder = tmp_path / "prisma-plugin"
    command = [str(Path(sys.executable).with_name("pulumi-prisma")), "make-plugin"]
    made = subprocess.run([*command, str(folder), "--archive"], capture_output=True, text=True, timeout=240)
    assert made.returncode == 0, made.stderr
    named = " ".join(file.read_text() for file in folder.rglob("pulumi_prisma-*/*"))
    assert str(ROOT) not in named  # nothing of the machine that made it
    assert not list(folder.glob("lib/pytest*"))
    assert (folder / "lib/psycopg").is_dir()  # what a Migration takes
    stack.pulumi(*made.stdout.split()[1:])
    done = stack.up()
    assert done.changes == {"create": 6}  # the stack, the project, the environment and its three parts
    assert "pulumi-resource-prisma from $PATH" not in done.messages
    assert stack.pulumi("schema", "check", "prisma") == ""  # of the installed plugin, as Pulumi asks it: no warning
    assert stack.pulumi("package", "get-schema", "prisma").startswith("{")
    in_a_checkout = [sys.executable, str(ROOT / "provider" / "make-plugin"), str(folder)]
    again = subprocess.run(in_a_checkout, capture_output=True, text=True)
    assert again.returncode == 1
    assert "exists already" in again.stderr


HOST = os.environ.get("PRISMA_TEST_PYTHON_HOST", "")
"""A folder with the Python host of a current CLI. That of the kit knows no plugins in Python: without this folder the
plugin is started here as such a host starts it, and the engine attaches to it."""
PYTHONS = [f"3.{sys.version_info.minor}", *[each for each in ("3.14", "3.13", "3.12") if runs(f"python{each}")][:1]]


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a release for this system, made as the release makes it."""
    folder = tmp_path_factory.mktemp("release")
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (wheel,) = folder.glob("*.whl")
    pack = [sys.executable, str(ROOT / ".github/release.py"), "archives", str(wheel), str(folder)]
    made = subprocess.run(pack, check=True, capture_output=True, text=True).stdout.split()
    assert [Path(each).name.partition("-v")[2] for each in made] == [
        f"{VERSION}-{system}-{machine}.tar.gz"
        for system in ("linux", "darwin", "windows")
        for machine in ("amd64", "arm64")
    ]
    return Path(made[0])


@pytest.mark.parametrize("python", PYTHONS)
def test_a_release_is_installed(stack: YamlStack, release: Path, tmp_path: Path, python: str) -> None:
    """On a machine without our wheel one command installs the archive, with whatever Python is there, and a preview
    environment of a few lines comes up and goes."""
    for name in ("python3", "python"):
        command = sys.executable if python == PYTHONS[0] else f"python{python}"
        (tmp_path / "tools" / name).symlink_to(interpreter(command))
    stack.environment["PATH"] = f"{HOST}{os.pathsep}{stack.environment['PATH']}"
    del stack.environment["PYTHONPATH"]  # pip itself is to install it
    stack.pulumi("plugin", "install", "resource", "prisma", VERSION, "--file", str(release))
    with started(stack):
        schema = json.loads(stack.pulumi("package", "get-schema", "prisma")) if HOST else {}
        assert not HOST or "prisma:index:Environment" in schema["resources"]
        done = stack.up(PROGRAM)
        assert done.changes == {"create": 6}
        assert "pulumi-resource-prisma from $PATH" not in done.messages
        stack.destroy()
    assert stack.all("projects") == []


@contextmanager
def started(stack: YamlStack) -> Iterator[None]:
    """The installed plugin, as a current host of Python starts it: its folder, by the interpreter of its virtualenv."""
    if HOST:
        yield
        return
    folder = Path(stack.environment["PULUMI_HOME"]) / "plugins" / f"resource-prisma-v{VERSION}"
    python = min(folder.glob("**/bin/python"), key=lambda each: len(each.parts))
    command = [str(python), str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=stack.environment, cwd=stack.folder) as plugin:
        assert plugin.stdout is not None
        stack.environment["PULUMI_DEBUG_PROVIDERS"] = f"prisma:{int(plugin.stdout.readline())}"
        try:
            yield
        finally:
            plugin.kill()


def interpreter(command: str) -> Path:
    """The interpreter itself: that of a virtualenv has the packages of it."""
    script = "import sys; print(getattr(sys, '_base_executable', None) or sys.executable)"
    done = subprocess.run([command, "-c", script], check=True, capture_output=True, text=True)
    return Path(done.stdout.strip()).resolve()
