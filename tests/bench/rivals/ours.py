"""This project: programs in YAML and in Python, single resources and a `DatabaseSet`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from bench.installed import install, path_without_command
from bench.rivals.tool import CREATE, DESTROY, RENAME, UNCHANGED, Tool
from bench.yaml_program import one_set, single

PYTHON = """
shop = prisma.Project("shop", name="shop")
for n in range({size}):
    database = prisma.Database(f"d{{n}}", project_id=shop.id, name=f"{name}-{{n}}")
    prisma.Connection(f"c{{n}}", database_id=database.id, name=f"web-{{n}}")
"""


class Ours(Tool):
    """The installed plugin, with a program in YAML; each command with the preview that it begins with."""

    name = "ours, YAML"
    resources = staticmethod(single)
    commands: ClassVar[Mapping[str, Sequence[str]]] = {
        CREATE: ("up", "--yes"),
        UNCHANGED: ("preview", "--expect-no-changes"),
        RENAME: ("up", "--yes"),
        DESTROY: ("destroy", "--yes"),
    }

    def __init__(self, folder: Path, size: int, api_url: str) -> None:
        super().__init__(folder, size, api_url)
        state, home = self.folder / "state", self.folder / "home"
        for each in (state, home):
            each.mkdir()
        self.environment |= {
            "PATH": path_without_command(self.environment["PATH"]),
            "PULUMI_BACKEND_URL": f"file://{state}",
            "PULUMI_HOME": str(home),
            "PULUMI_CONFIG_PASSPHRASE": "x",
            "PULUMI_SKIP_UPDATE_CHECK": "true",
        }

    def install(self) -> None:
        """The plugin, and a stack."""
        self.install_plugin()
        self.program("orders")
        self.run("pulumi", "stack", "init", "dev")

    def install_plugin(self) -> None:
        """In Pulumi's own folder."""
        install(self.environment)

    def program(self, name: str) -> None:
        """In YAML."""
        program = {"name": "shop", "runtime": "yaml", "resources": self.resources(self.size, name)}
        (self.folder / "Pulumi.yaml").write_text(json.dumps(program))

    def step(self, step: str) -> None:
        """A command of Pulumi's."""
        self.run("pulumi", *self.commands[step])


class WithoutPreview(Ours):
    """`--skip-preview`, as after a review."""

    name = "ours, YAML, --skip-preview"
    commands: ClassVar[Mapping[str, Sequence[str]]] = {
        CREATE: ("up", "--yes", "--skip-preview"),
        UNCHANGED: ("preview", "--expect-no-changes"),
        RENAME: ("up", "--yes", "--skip-preview"),
        DESTROY: ("destroy", "--yes", "--skip-preview"),
    }


class Python(Ours):
    """The plugin of the virtualenv, with a program in Python."""

    name = "ours, Python plugin"
    PACKAGE: ClassVar[str] = "from pulumi_prisma import native as prisma"

    def install_plugin(self) -> None:
        """The virtualenv's, which goes first."""
        self.environment["PATH"] = f"{Path(sys.executable).parent}:{self.environment['PATH']}"

    def program(self, name: str) -> None:
        """In Python."""
        (self.folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
        (self.folder / "__main__.py").write_text(self.PACKAGE + PYTHON.format(size=self.size, name=name))


class Dynamic(Python):
    """The dynamic provider."""

    name = "ours, Python dynamic"
    PACKAGE: ClassVar[str] = "import pulumi_prisma as prisma"


class Set(Ours):
    """One `DatabaseSet`, with the default connection of each database."""

    name = "ours, DatabaseSet"
    resources = staticmethod(one_set)


class SetWithoutPreview(Set):
    """The same with `--skip-preview`."""

    name = "ours, DatabaseSet, --skip-preview"
    commands: ClassVar[Mapping[str, Sequence[str]]] = WithoutPreview.commands
