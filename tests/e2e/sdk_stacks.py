"""Stacks whose programs are TypeScript or Go, with an SDK that is made from our schema as Pulumi makes it."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from examples._machine.engine import MAKE_SDK

from e2e.stack import Stack
from local_server import LocalServer
from npm_packages import installed
from prisma_provider.plugin.schema import text as schema

SDK = "sdks/prisma"
"""Where `pulumi package add` puts it."""
PACKAGES = ("@pulumi/pulumi@^3.142.0", "@types/node@^20", "typescript@^4.7.0")
TS_CONFIG = '{"compilerOptions": {"strict": true, "moduleResolution": "node"}, "files": ["index.ts"]}'
PACKAGE_JSON = '{"name": "shop", "main": "index.ts", "dependencies": {"@pulumi/pulumi": "*", "pulumi-prisma": "*"}}'
GO_SDK = "github.com/prisma/pulumi-prisma/sdk/go/prisma"
GO_MOD = "module {module}\ngo 1.25\nrequire github.com/pulumi/pulumi/sdk/v3 v3.259.0\n"


class SdkStack(Stack):
    """What both have in common."""

    language: str
    source: str
    tool: str
    project: str

    def __init__(self, folder: Path, server: LocalServer) -> None:
        if shutil.which(self.tool) is None:
            pytest.skip(f"this machine has no {self.tool}")
        for program in (f"pulumi-language-{self.language}", MAKE_SDK):
            if shutil.which(program) is None:
                pytest.fail(f"there is no {program} on PATH: start the tests with ./tests/run")
        super().__init__(folder, server)
        (self.folder / "Pulumi.yaml").write_text(f"name: shop\nruntime: {self.project}\n")
        (self.folder / "schema.json").write_text(schema())
        self.run(MAKE_SDK, "schema.json", SDK, self.language)
        self.prepare()

    def prepare(self) -> None:
        """What the program needs beside its SDK."""
        raise NotImplementedError

    def program(self, text: str) -> None:
        """Write the program."""
        (self.folder / self.source).write_text(text)

    def run(self, *command: str) -> None:
        """A command in the folder of the program."""
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=600, check=False)
        assert done.returncode == 0, f"{' '.join(command)}:\n{done.stdout}{done.stderr}"


class TypeScriptStack(SdkStack):
    """Programs are `index.ts`."""

    language = "nodejs"
    source = "index.ts"
    tool = "npm"
    project = "nodejs"

    def prepare(self) -> None:
        """Packages that are installed once for this machine, and the SDK among them, compiled."""
        modules = self.folder / "node_modules"
        modules.mkdir()
        for package in installed(*PACKAGES).iterdir():
            (modules / package.name).symlink_to(package)
        (modules / "pulumi-prisma").symlink_to(self.folder / SDK)
        (self.folder / "package.json").write_text(PACKAGE_JSON)
        (self.folder / "tsconfig.json").write_text(TS_CONFIG)
        self.run("node_modules/.bin/tsc", "--project", SDK)
        shutil.copy(self.folder / SDK / "package.json", self.folder / SDK / "bin")


class GoStack(SdkStack):
    """Programs are `main.go`, compiled when they are written."""

    language = "go"
    source = "main.go"
    tool = "go"
    project = "{name: go, options: {binary: ./shop}}"

    def prepare(self) -> None:
        """A module for the program, and one for its SDK."""
        package = self.folder / SDK / "prisma"
        (package / "go.mod").write_text(GO_MOD.format(module=GO_SDK))
        needed = f"require {GO_SDK} v0.0.0\nreplace {GO_SDK} => ./{package.relative_to(self.folder)}\n"
        (self.folder / "go.mod").write_text(GO_MOD.format(module="shop") + needed)

    def program(self, text: str) -> None:
        """Write the program."""
        super().program(text)
        if text:
            self.run("go", "build", "-mod=mod", "-buildvcs=false", "-o", "shop", ".")
