"""The examples of the schema and of the registry's pages: each compiles, against one SDK for each language."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from examples._machine.setup import ROOT

from e2e.yaml_stack import YamlStack
from local_server import LocalServer
from npm_packages import installed
from prisma_provider.plugin.schema import text as schema
from pulumi_prisma.schema_examples import FOLDER, LANGUAGES

PAGES = ROOT / "sdk" / "docs" / "registry"
EXAMPLES = (ROOT / "examples" / "go" / "main.go", ROOT / "examples" / "typescript" / "index.ts")
NPM = ("@pulumi/pulumi@^3.142.0", "@types/node@^20", "typescript@^4.7.0")
TS_CONFIG = {
    "compilerOptions": {
        "strict": True,
        "noEmit": True,
        "target": "es2020",
        "module": "commonjs",
        "moduleResolution": "node",
        "skipLibCheck": True,  # of @pulumi/pulumi, not of our SDK
        "baseUrl": ".",
        "paths": {"pulumi-prisma": ["sdk"]},
    },
    "include": ["*.ts"],
}
GO_MOD = "module github.com/prisma/pulumi-prisma\ngo 1.25\nrequire github.com/pulumi/pulumi/sdk/v3 v3.259.0\n"

# A region, a source and a status that the schema does not list, and a region that it does.
UNLISTED = {
    "typescript": """
import * as pulumi from "@pulumi/pulumi";
import * as prisma from "pulumi-prisma";

const other: string = new pulumi.Config().require("region");
const shop = new prisma.Project("shop", { region: "mars-north-1" });
const orders = new prisma.Database("orders", {
    projectId: shop.id,
    region: other,
    source: { type: "snapshot", databaseId: "db_1" },
});
new prisma.Database("near", { projectId: shop.id, region: prisma.Region.EuCentral1 });
export const asleep = orders.status.apply((status) => status === "asleep");
""",
    "go": """
package main

import (
	"github.com/prisma/pulumi-prisma/sdk/go/prisma"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		shop, err := prisma.NewProject(ctx, "shop", &prisma.ProjectArgs{Region: pulumi.String("mars-north-1")})
		if err != nil {
			return err
		}
		orders, err := prisma.NewDatabase(ctx, "orders", &prisma.DatabaseArgs{
			ProjectId: shop.ID(),
			Region:    pulumi.String(config.Require(ctx, "region")),
			Source:    &prisma.DatabaseSourceArgs{Type: pulumi.String("snapshot"), DatabaseId: pulumi.String("db_1")},
		})
		if err != nil {
			return err
		}
		near := &prisma.DatabaseArgs{ProjectId: shop.ID(), Region: prisma.RegionEuCentral1}
		if _, err = prisma.NewDatabase(ctx, "near", near); err != nil {
			return err
		}
		ctx.Export("asleep", orders.Status.ApplyT(func(status string) bool { return status == "asleep" }))
		return nil
	})
}
""",
    "python": """
import pulumi
import pulumi_prisma as ours
import pulumi_prisma_sdk as prisma

other: str = pulumi.Config().require("region")
ours.Database("mine", project_id="proj_1", region="mars-north-1")
shop = prisma.Project("shop", region="mars-north-1")
source = prisma.DatabaseSourceArgs(type="snapshot", database_id="db_1")
orders = prisma.Database("orders", project_id=shop.id, region=other, source=source)
near = prisma.Database("near", project_id=shop.id, region=prisma.Region.EU_CENTRAL1)
pulumi.export("asleep", orders.status.apply(lambda status: status == "asleep"))
""",
}


def programs(language: str) -> dict[str, str]:
    """Every program in a language by a name, which says where it stands."""
    (ending,) = (ending for ending, each in LANGUAGES.items() if each == language)
    found = {f"{file.parent.name}-{file.stem}": file.read_text() for file in FOLDER.glob(f"*/*.{ending}")}
    found |= {f"example-{file.parent.name}": file.read_text() for file in EXAMPLES if file.suffix == f".{ending}"}
    for page in PAGES.glob("*.md"):
        blocks = re.findall(rf"```{language}\n(.*?)```", page.read_text(), re.DOTALL)
        found |= {f"{page.stem}-{number}": block for number, block in enumerate(blocks)}
    return found


def sdk(folder: Path, language: str) -> None:
    """An SDK as `pulumi package gen-sdk` makes it; a schema that Pulumi has something to say about is refused."""
    if shutil.which("make-sdk") is None:
        pytest.fail("there is no make-sdk on PATH: start the tests with ./tests/run")
    folder.mkdir(parents=True)
    (folder / "schema.json").write_text(schema())
    run(folder, "make-sdk", "schema.json", folder, language)


def run(folder: Path, *command: str | Path, **environment: str) -> None:
    """A compiler, which finds nothing to complain of."""
    around = {**os.environ, **environment}
    done = subprocess.run(command, cwd=folder, env=around, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def in_typescript(folder: Path, found: dict[str, str]) -> None:
    """Strict: an output that may be undefined is no string."""
    (folder / "node_modules").symlink_to(installed(*NPM))
    sdk(folder / "sdk", "nodejs")
    (folder / "tsconfig.json").write_text(json.dumps(TS_CONFIG))
    for name, text in found.items():
        (folder / f"{name}.ts").write_text(text)
    run(folder, "node_modules/.bin/tsc")


def in_go(folder: Path, found: dict[str, str]) -> None:
    """One module for the SDK and all programs: `go vet` compiles it once, and links nothing."""
    if shutil.which("go") is None:
        pytest.skip("this machine has no Go")
    sdk(folder / "sdk" / "go", "go")
    (folder / "go.mod").write_text(GO_MOD)
    for name, text in found.items():
        (folder / name).mkdir()
        (folder / name / "main.go").write_text(text)
    run(folder, "go", "vet", "-mod=mod", "./...", GOWORK="off", GOFLAGS="")


def in_python(folder: Path, found: dict[str, str]) -> None:
    """The examples on both hosts; the generated SDK beside our own."""
    sdk(folder / "sdk", "python")
    for name, text in found.items():
        for host, header in (("dynamic", "import pulumi_prisma as"), ("plugin", "from pulumi_prisma import native as")):
            file = folder / f"{host}_{re.sub(r'[^a-zA-Z0-9]', '_', name)}.py"
            file.write_text(text.replace("import pulumi_prisma as", header))
    options = ("--strict", "--follow-imports=silent", "--explicit-package-bases", "--config-file=", "--cache-dir=cache")
    run(folder, sys.executable, "-m", "mypy", *options, *folder.glob("*.py"), MYPYPATH=str(folder / "sdk"))


COMPILERS: dict[str, Callable[[Path, dict[str, str]], None]] = {
    "typescript": in_typescript,
    "go": in_go,
    "python": in_python,
}


@pytest.mark.parametrize("language", COMPILERS)
def test_every_example_compiles(tmp_path: Path, language: str) -> None:
    """I copy an example from the registry, or name a region that came later than this release: it compiles."""
    folder = tmp_path / "programs"
    folder.mkdir()
    found = programs(language)
    assert len(found) > 10
    COMPILERS[language](folder, {**found, "unlisted": UNLISTED[language]})


def merged(found: dict[str, str], token: str) -> dict[str, Any]:
    """All programs as one, which costs one preview: what each declares has its number in front.

    What they want from configuration is a token.
    """
    whole: dict[str, dict[str, Any]] = {"resources": {}, "variables": {}, "outputs": {}}
    for number, text in enumerate(found.values()):
        names = [name for part in ("config", *whole) for name in yaml.safe_load(text).get(part, {})]
        for name in names:
            text = re.sub(rf"\$\{{{name}\b", f"${{n{number}-{name}", text)
        program = yaml.safe_load(text)
        program["variables"] = {**program.get("variables", {}), **dict.fromkeys(program.get("config", {}), token)}
        for part, of in whole.items():
            of.update({f"n{number}-{name}": value for name, value in program.get(part, {}).items()})
    return {part: of for part, of in whole.items() if of}


def test_every_yaml_example_is_understood(tmp_path: Path, server: LocalServer) -> None:
    """I copy an example in YAML from the registry: Pulumi knows every property that it names, and previews it."""
    found = programs("yaml")
    assert len(found) > 10
    stack = YamlStack(tmp_path, server)
    (stack.folder / "migrations" / "1_first").mkdir(parents=True)
    (stack.folder / "migrations" / "1_first" / "migration.sql").write_text("create table parcels ()")
    (stack.folder / "drizzle").mkdir()
    program = merged(found, stack.token)
    preview = stack.preview(yaml.safe_dump(program))
    assert set(program["resources"]) <= set(preview.steps), preview.messages
