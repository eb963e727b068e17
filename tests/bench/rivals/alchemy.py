"""Alchemy's second version on Bun, which has a provider for Prisma Postgres and compares with live."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from bench.rivals.tool import CACHE, CREATE, DESTROY, RENAME, UNCHANGED, Tool

PROGRAM = """
import * as Alchemy from "alchemy";
import * as Effect from "effect/Effect";
import { Connection } from "alchemy/Prisma/Connection";
import { Database } from "alchemy/Prisma/Database";
import { Project } from "alchemy/Prisma/Project";
import { providers } from "alchemy/Prisma/Providers";

export default Alchemy.Stack("shop", { providers: providers(), state: Alchemy.localState() }, Effect.gen(function* () {
  const shop = yield* Project("shop", { name: "shop" });
  for (let n = 0; n < SIZE; n++) {
    const database = yield* Database(`d${n}`, { project: shop, name: `NAME-${n}` });
    yield* Connection(`c${n}`, { database, name: `web-${n}` });
  }
}));
"""

PACKAGES = {
    "alchemy": "2.0.0-beta.79",
    "bun": "1.4.5",
    "effect": "4.0.0-rc.115",
    "@effect/platform-bun": "4.0.0-rc.115",
    "@effect/platform-node": "4.0.0-rc.115",
}

_LEFT_OUT = "@alchemy.run/frontend-frameworks"
"""Only web sites need it, and it is not published for this version."""


def _run(*command: str) -> Sequence[str]:
    alchemy = ("node_modules/.bin/bun", "node_modules/alchemy/bin/alchemy.ts")
    return (*alchemy, *command, "--stage", "dev", "--no-input")


class Alchemy(Tool):
    """`deploy`, `drift`, `destroy`."""

    name = "Alchemy, Bun"
    commands: ClassVar[Mapping[str, Sequence[str]]] = {
        CREATE: _run("deploy", "--yes"),
        UNCHANGED: _run("drift"),
        RENAME: _run("deploy", "--yes"),
        DESTROY: _run("destroy", "--yes"),
    }

    def __init__(self, folder: Path, size: int, api_url: str) -> None:
        super().__init__(CACHE / "alchemy", size, api_url)
        # Home is where it keeps credentials. Telemetry waits for a network.
        own = {"PRISMA_API_URL": api_url, "CI": "1", "HOME": str(self.folder), "ALCHEMY_TELEMETRY_DISABLED": "1"}
        self.environment |= own

    def install(self) -> None:
        """From npm."""
        overrides = {"effect": "$effect", "@effect/platform-node-shared": PACKAGES["@effect/platform-node"]}
        package = {"private": True, "type": "module", "dependencies": PACKAGES, "overrides": overrides}
        (self.folder / "package.json").write_text(json.dumps(package))
        if not (self.folder / "node_modules").exists():
            self.run("npm", "install", "--no-audit", "--no-fund", "--silent")
            self._stand_in(_LEFT_OUT)

    def program(self, name: str) -> None:
        """In TypeScript."""
        text = PROGRAM.replace("SIZE", str(self.size)).replace("NAME", name)
        (self.folder / "alchemy.run.ts").write_text(text)

    def _stand_in(self, package: str) -> None:
        """Functions that do nothing, by the names that are imported."""
        imported = re.compile(rf'import\s+(?!type)\{{([^}}]*)\}}\s+from\s+"{re.escape(package)}([^"]*)"')
        names: dict[str, set[str]] = {}
        for source in (self.folder / "node_modules" / "alchemy" / "src").rglob("*.ts"):
            for what, path in imported.findall(source.read_text(encoding="utf-8")):
                given = (name.partition(" as ")[0].strip() for name in what.split(","))
                names.setdefault(path, set()).update(name for name in given if name and not name.startswith("type "))
        folder = self.folder / "node_modules" / package
        folder.mkdir(parents=True, exist_ok=True)
        files = {path: f"./{path.strip('/').replace('/', '_') or 'index'}.js" for path in names}
        for path, file in files.items():
            (folder / file).write_text("".join(f"export const {name} = () => {{}};\n" for name in names[path]))
        exports = {f".{path}": file for path, file in files.items()}
        (folder / "package.json").write_text(json.dumps({"name": package, "type": "module", "exports": exports}))
