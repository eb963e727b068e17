"""Installing the plugin for programs that have no virtualenv."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from examples._machine.setup import ROOT

from e2e.yaml_stack import YamlStack
from local_server import LocalServer

PROGRAM = """
resources:
  shop:
    type: prisma:Project
  pr-7:
    type: prisma:Environment
    properties: {projectId: "${shop.id}", kind: preview}
"""


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
