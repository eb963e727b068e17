"""What stands around a program: files of the user's beside it, and an environment that nobody has activated."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from e2e.hosts import both_hosts
from e2e.stack import Stack

FILES = {"secrets.py": "GREETING = 'hello'\n", "decimal.py": "PLACES = 2\n"}

PROGRAM = """
import decimal, secrets
from pulumi import dynamic

class Greeter(dynamic.ResourceProvider):
    def create(self, props):
        import decimal, secrets
        return dynamic.CreateResult("hello", {"said": secrets.GREETING, "places": decimal.PLACES})

class Greeting(dynamic.Resource):
    said: pulumi.Output[str]
    def __init__(self, name, after):
        super().__init__(Greeter(), name, {"said": None}, pulumi.ResourceOptions(depends_on=after))

first = Greeting("first", [])
shop = prisma.Project("shop", opts=pulumi.ResourceOptions(depends_on=[first]))
orders = prisma.Database("orders", project_id=shop.id)
pulumi.export("said", Greeting("last", [orders]).said)
pulumi.export("regions", len(prisma.get_regions()))
assert secrets.GREETING and decimal.PLACES
"""


@both_hosts
def test_files_of_mine_that_are_called_like_modules(stack: Stack) -> None:
    """My secrets.py and decimal.py are mine, in my program and in a provider of my own, and Prisma's works."""
    for name, text in FILES.items():
        (stack.folder / name).write_text(text)
    stack.up(PROGRAM)
    outputs = stack.outputs()
    assert outputs["said"] == "hello" and outputs["regions"] > 0
    assert stack.preview().writes_nothing
    stack.destroy()


AUTOMATION = """
import os, sys
from pulumi import automation

{path}
def program():
    {imports} as prisma
    prisma.Project("shop")

stack = automation.create_or_select_stack("dev", project_name="shop", program=program)
stack.up(on_output=print)
stack.destroy(on_output=print)
"""
PATH = 'os.environ["PATH"] = os.path.dirname(sys.executable) + os.pathsep + os.environ["PATH"]'


@pytest.mark.parametrize("imports", ["import pulumi_prisma", "from pulumi_prisma import native"])
def test_the_automation_api(stack: Stack, tmp_path: Path, imports: str) -> None:
    """A program of the Automation API says what it lacks where the virtualenv is not activated, and works with that."""
    bare = tmp_path / "bare"
    bare.mkdir()
    (bare / "python3").write_text("#!/bin/sh\necho nothing is installed here >&2\nexit 1\n")
    (bare / "python3").chmod(0o755)
    for command in ("pulumi", "pulumi-resource-pulumi-python", "pulumi-language-python"):
        if found := shutil.which(command):
            (bare / command).symlink_to(Path(found).resolve())

    def run(path: str) -> subprocess.CompletedProcess[str]:
        kept = {name: value for name, value in stack.environment.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
        return subprocess.run(
            [sys.executable, "-c", AUTOMATION.format(path=path, imports=imports)],
            env={**kept, "PATH": f"{bare}{os.pathsep}/usr/bin{os.pathsep}/bin"},
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    without = run("")
    assert without.returncode != 0
    assert 'os.environ["PATH"] = os.path.dirname(sys.executable)' in without.stdout
    with_path = run(PATH)
    assert with_path.returncode == 0, with_path.stdout + with_path.stderr
    assert "activated" not in with_path.stdout
