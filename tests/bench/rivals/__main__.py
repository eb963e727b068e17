"""The same work for Alchemy and for us, against the same API: `PYTHONPATH=.:tests python -m bench.rivals [N]`.

Alchemy comes from npm, into a folder of its own, and runs on Bun. Seconds are those of the whole command; calls are
those that the API saw. Not part of `./tests/run`: it takes a registry and minutes.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import httpx

from bench.api import Api

LATENCY = 0.1
STEPS = ("create", "unchanged, live compared", "rename all", "destroy")


class AnyClients(Api):
    """An API for clients that leave the size of a page to it."""

    def answer(self, request: httpx.Request) -> httpx.Response:
        """One call."""
        if request.method == "GET" and "limit" not in request.url.params:
            request.url = request.url.copy_merge_params({"limit": 100})
        return super().answer(request)


class Rival:
    """A tool with a program of this size."""

    name: str

    def __init__(self, folder: Path, size: int) -> None:
        self.folder, self.size = folder, size
        folder.mkdir(parents=True, exist_ok=True)

    def step(self, step: str, environment: Mapping[str, str]) -> None:
        """Do one of the steps."""
        raise NotImplementedError

    def run(self, environment: Mapping[str, str], *command: str) -> None:
        """A command that has to succeed."""
        done = subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)
        if done.returncode:
            raise SystemExit(f"{self.name}: {' '.join(command)} failed:\n{(done.stdout + done.stderr)[-2000:]}")


class Alchemy(Rival):
    """Alchemy's second version, which has a provider for Prisma Postgres and compares with live."""

    name = "Alchemy, Bun"
    PACKAGES = {
        "alchemy": "2.0.0-beta.79",
        "bun": "1.4.5",
        "effect": "4.0.0-rc.115",
        "@effect/platform-bun": "4.0.0-rc.115",
        "@effect/platform-node": "4.0.0-rc.115",
    }
    PROGRAM = """
import * as Alchemy from "alchemy";
import * as Effect from "effect/Effect";
import { Connection } from "alchemy/Prisma/Connection";
import { Database } from "alchemy/Prisma/Database";
import { Project } from "alchemy/Prisma/Project";
import { providers } from "alchemy/Prisma/Providers";

const { BENCH_SIZE: size, BENCH_NAME: name } = process.env;

export default Alchemy.Stack("shop", { providers: providers(), state: Alchemy.localState() }, Effect.gen(function* () {
  const shop = yield* Project("shop", { name: "shop" });
  for (let n = 0; n < Number(size); n++) {
    const database = yield* Database(`d${n}`, { project: shop, name: `${name}-${n}` });
    yield* Connection(`c${n}`, { database, name: `web-${n}` });
  }
}));
"""

    def install(self) -> None:
        """From npm; what only web sites need, and is not published for this version, is stood in for."""
        overrides = {"effect": "$effect", "@effect/platform-node-shared": self.PACKAGES["@effect/platform-node"]}
        package = {"private": True, "type": "module", "dependencies": self.PACKAGES, "overrides": overrides}
        (self.folder / "package.json").write_text(json.dumps(package))
        (self.folder / "alchemy.run.ts").write_text(self.PROGRAM)
        if not (self.folder / "node_modules").exists():
            self.run(os.environ, "npm", "install", "--no-audit", "--no-fund", "--silent")
        self._stand_in("@alchemy.run/frontend-frameworks")

    def _stand_in(self, package: str) -> None:
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

    def step(self, step: str, environment: Mapping[str, str]) -> None:
        """`deploy`, `drift`, `destroy`."""
        name = "sales" if step in STEPS[2:] else "orders"
        given = {"BENCH_SIZE": str(self.size), "BENCH_NAME": name, "CI": "1", "HOME": str(self.folder)}
        command = {STEPS[1]: ["drift"], STEPS[3]: ["destroy", "--yes"]}.get(step, ["deploy", "--yes"])
        bun, alchemy = "node_modules/.bin/bun", "node_modules/alchemy/bin/alchemy.ts"
        self.run({**environment, **given}, bun, alchemy, *command, "--stage", "dev", "--no-input")


class Ours(Rival):
    """The plugin, with a program in YAML."""

    name = "ours, YAML"
    OPTIONS: Sequence[str] = ()

    def install(self, environment: Mapping[str, str]) -> None:
        """A stack."""
        self._program("orders")
        self.run(self._given(environment), "pulumi", "stack", "init", "dev")

    def step(self, step: str, environment: Mapping[str, str]) -> None:
        """`up`, `preview`, `destroy`."""
        self._program("sales" if step in STEPS[2:] else "orders")
        command = {STEPS[1]: ["preview"], STEPS[3]: ["destroy", "--yes", *self.OPTIONS]}
        self.run(self._given(environment), "pulumi", *command.get(step, ["up", "--yes", *self.OPTIONS]))

    def _program(self, name: str) -> None:
        lines = [
            "name: shop",
            "runtime: yaml",
            "resources:",
            "  shop: {type: prisma:Project, properties: {name: shop}}",
        ]
        for n in range(self.size):
            database = f"{{projectId: '${{shop.id}}', name: {name}-{n}}}"
            connection = f"{{databaseId: '${{d{n}.id}}', name: web-{n}}}"
            lines.append(f"  d{n}: {{type: prisma:Database, properties: {database}}}")
            lines.append(f"  c{n}: {{type: prisma:Connection, properties: {connection}}}")
        (self.folder / "Pulumi.yaml").write_text("\n".join(lines) + "\n")

    def _given(self, environment: Mapping[str, str]) -> dict[str, str]:
        state, home = self.folder / "state", self.folder / "home"
        state.mkdir(exist_ok=True)
        home.mkdir(exist_ok=True)
        own = {"PULUMI_BACKEND_URL": f"file://{state}", "PULUMI_HOME": str(home), "PULUMI_CONFIG_PASSPHRASE": "x"}
        return {**environment, **own}


class OursWithoutPreview(Ours):
    """The same with `--skip-preview`, as after a review."""

    name = "ours, YAML, --skip-preview"
    OPTIONS = ("--skip-preview",)


def main(size: int) -> None:
    """The table."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "pulumi-prisma" / "rivals"
    print(f"| {size} + {size} | {' | '.join(STEPS)} |\n|{'---|' * (len(STEPS) + 1)}")
    with tempfile.TemporaryDirectory() as folder:
        rivals: tuple[Rival, ...] = (
            Alchemy(cache / "alchemy", size),
            Ours(Path(folder) / "ours", size),
            OursWithoutPreview(Path(folder) / "quick", size),
        )
        for rival in rivals:
            with AnyClients(LATENCY).serving() as api:
                environment = {**os.environ, "PRISMA_SERVICE_TOKEN": "token"}
                environment |= {"PRISMA_API_URL": api.url, "PRISMA_API_BASE_URL": api.url}
                if isinstance(rival, Ours):
                    rival.install(environment)
                elif isinstance(rival, Alchemy):
                    rival.install()
                cells = []
                for step in STEPS:
                    api.clear()
                    began = time.monotonic()
                    rival.step(step, environment)
                    cells.append(f"{time.monotonic() - began:.2f} / {len(api.requests())}")
            print(f"| {rival.name} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
