"""Stacks whose programs are TypeScript or Go, with an SDK that is made from our schema as Pulumi makes it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from e2e.stack import Stack
from e2e.test_example_programs import GO_MOD, NPM, run, sdk
from local_server import LocalServer
from npm_packages import installed

PACKAGE_JSON = '{"name": "shop", "main": "index.ts", "dependencies": {"@pulumi/pulumi": "*", "pulumi-prisma": "*"}}'
TS_CONFIG = '{"compilerOptions": {"strict": true, "moduleResolution": "node"}, "files": ["index.ts"]}'

GO_SETTINGS = {"GOWORK": "off", "GOFLAGS": "-mod=mod -buildvcs=false -trimpath -ldflags=-w"}
"""Without paths, what Go has compiled once serves in every folder."""


class TypeScriptStack(Stack):
    """Programs are `index.ts`."""

    def __init__(self, folder: Path, server: LocalServer) -> None:
        """With packages that are installed once for this machine, and the SDK among them, compiled."""
        packages = installed(*NPM)
        if shutil.which("pulumi-language-nodejs") is None:
            pytest.fail("there is no Node.js host on PATH: start the tests with ./tests/run")
        super().__init__(folder, server)
        (self.folder / "Pulumi.yaml").write_text("name: shop\nruntime: nodejs\n")
        (self.folder / "package.json").write_text(PACKAGE_JSON)
        (self.folder / "tsconfig.json").write_text(TS_CONFIG)
        made = self.folder / "sdk"
        sdk(made, "nodejs")
        modules = self.folder / "node_modules"
        modules.mkdir()
        for package in packages.iterdir():
            (modules / package.name).symlink_to(package)
        (modules / "pulumi-prisma").symlink_to(made)
        run(made, modules / ".bin" / "tsc")
        shutil.copy(made / "package.json", made / "bin")

    def program(self, text: str) -> None:
        """Write the program."""
        (self.folder / "index.ts").write_text(text)


class GoStack(Stack):
    """Programs are `main.go`, compiled before Pulumi asks for them."""

    def __init__(self, folder: Path, server: LocalServer) -> None:
        """With one module for the program and the SDK."""
        if shutil.which("go") is None:
            pytest.skip("this machine has no Go")
        if shutil.which("pulumi-language-go") is None:
            pytest.fail("there is no Go host on PATH: start the tests with ./tests/run")
        super().__init__(folder, server)
        (self.folder / "Pulumi.yaml").write_text("name: shop\nruntime: go\n")
        (self.folder / "go.mod").write_text(GO_MOD)
        self.environment.update(GO_SETTINGS)
        sdk(self.folder / "sdk" / "go", "go")

    def program(self, text: str) -> None:
        """Write the program."""
        (self.folder / "main.go").write_text(text)
        if text:  # the host builds it again, of what is compiled by then
            run(self.folder, "go", "build", "-o", "shop", ".", **GO_SETTINGS)
