"""What a TypeScript program needs before `pulumi up`: an SDK made from our schema, and npm's packages."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from .console import Console
from .engine import MAKE_SDK
from .failure import Failure
from .processes import Processes
from .setup import Machine

SDK = "sdks/prisma"  # where `pulumi package add` puts it
NPM = ("npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--ignore-scripts")


class TypeScript:
    """Makes a program ready, in its own folder."""

    def __init__(
        self, console: Console, processes: Processes, machine: Machine, program: Path, environment: Mapping[str, str]
    ) -> None:
        self._console = console
        self._processes = processes
        self._machine = machine
        self._program = program
        self._environment = environment

    def prepare(self) -> None:
        """The packages, as they stand in package.json; then what `pulumi package add` does."""
        if not shutil.which("npm", path=self._environment["PATH"]):
            raise Failure("This example needs Node.js with npm.", hint="Install it (nodejs.org), then run this again.")
        self._run([*NPM], "npm install")
        self._console.say("npm has installed what the program needs")
        schema = self._program / "schema.json"
        schema.write_text(self._run([self._machine.python, "-m", "prisma_provider.plugin.schema"], "making the schema"))
        self._run([MAKE_SDK, schema, self._program / SDK, "nodejs"], "making the SDK")
        self._run([*NPM, f"./{SDK}"], "adding the SDK")
        self._run(["npx", "tsc", "--project", SDK], "compiling the SDK")
        shutil.copy(self._program / SDK / "package.json", self._program / SDK / "bin")
        self._console.say("an SDK is made from the plugin's schema")

    def _run(self, command: list[str | Path], what: str) -> str:
        code, out, errors = self._processes.ask(command, env=self._environment, cwd=self._program)
        if code:
            raise Failure(f"{what[0].upper()}{what[1:]} failed.", said=[*out.splitlines(), *errors.splitlines()][-15:])
        return out
