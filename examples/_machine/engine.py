"""The Pulumi CLI: on PATH, in our cache, from Pulumi's own installer, or built from Go modules.

The tables below are the whole recipe: a version or a module changes here and nowhere else.
"""

import contextlib
import fcntl
import hashlib
import os
import platform
import re
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from .console import Console, spell
from .failure import Failure
from .go import Builder, GoProgram, GoScript, GoSource
from .processes import Processes

VERSION = "3.259.0"
# The oldest CLI that the SDK we depend on agrees to talk to.
OLDEST = (3, 202)
# What the engine starts to run a Python program and its dynamic providers.
PYTHON_HOST = ("pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python")
# Pulumi's installer fetches some 150 MB: a slow line may need minutes, a closed one says so at once.
INSTALLER_LIMIT = 300.0
INSTALLER = """
import socket, sys
socket.setdefaulttimeout(15)  # a network that swallows packets must not hold us up for minutes
import semver
from pulumi.automation import PulumiCommand
PulumiCommand.install(root=sys.argv[1], version=semver.VersionInfo.parse(sys.argv[2]))
"""


@dataclass(frozen=True)
class Kit:
    """Programs that are obtained, cached and put on PATH together."""

    name: str
    title: str
    version: str
    parts: tuple[GoProgram | GoSource | GoScript, ...]
    usual_time: str

    @property
    def directory(self) -> Path:
        """Where this kit is cached. A changed recipe, or another machine on the same home, has another place."""
        recipe = f"{self.parts!r} {platform.system()} {platform.machine()}"
        digest = hashlib.sha256(recipe.encode()).hexdigest()[:12]
        return cache_home() / f"{self.name}-{self.version}-{digest}"


SDK = "github.com/pulumi/pulumi/sdk/v3"
CLI = "github.com/pulumi/pulumi/pkg/v3"
YAML = "github.com/pulumi/pulumi-yaml"

ENGINE = Kit(
    name="engine",
    title=f"the Pulumi CLI {VERSION}",
    version=VERSION,
    parts=(
        GoProgram(
            name="pulumi",
            module=CLI,
            version=f"v{VERSION}",
            package=f"{CLI}/cmd/pulumi",
            # The CLI's own go.mod says so too, and a module's replacements do not reach who requires it.
            replace=(
                "github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e",
            ),
            stamp=f"{SDK}/go/common/version.Version",
        ),
        # The newest Python host that is part of a module: later ones live in modules with local replacements.
        GoProgram(
            name="pulumi-language-python",
            module=SDK,
            version="v3.78.0",
            package=f"{SDK}/python/cmd/pulumi-language-python",
        ),
        GoScript(
            name="pulumi-language-python-exec",
            module=SDK,
            version=f"v{VERSION}",
            path="python/cmd/pulumi-language-python-exec",
        ),
        GoScript(
            name="pulumi-resource-pulumi-python",
            module=SDK,
            version=f"v{VERSION}",
            path="python/dist/pulumi-resource-pulumi-python",
        ),
    ),
    usual_time="about 8 minutes on 2 cores the first time, seconds ever after",
)

YAML_HOST = Kit(
    name="yaml-host",
    title="Pulumi's YAML host",
    version="1.32.0",
    parts=(
        GoProgram(
            name="pulumi-language-yaml",
            module=YAML,
            version="v1.32.0",
            package=f"{YAML}/cmd/pulumi-language-yaml",
        ),
    ),
    usual_time="about 2 minutes on 2 cores the first time",
)

MAKE_SDK = "make-sdk"
NODE_HOST = Kit(
    name="node-host",
    title="Pulumi's Node.js host, and what makes an SDK for it",
    version="3.68.0",
    parts=(
        # The newest Node.js host that is part of a module.
        GoProgram(
            name="pulumi-language-nodejs",
            module=SDK,
            version="v3.68.0",
            package=f"{SDK}/nodejs/cmd/pulumi-language-nodejs",
        ),
        GoSource(
            name=MAKE_SDK,
            module=CLI,
            version=f"v{VERSION}",
            text=Path(__file__).with_name("make_sdk.go").read_text(),
        ),
    ),
    usual_time="about 2 minutes on 2 cores the first time",
)

GO_HOST = Kit(
    name="go-host",
    title="Pulumi's Go host",
    version="3.66.0",
    parts=(
        # The newest Go host that is part of a module.
        GoProgram(
            name="pulumi-language-go",
            module=SDK,
            version="v3.66.0",
            package=f"{SDK}/go/pulumi-language-go",
        ),
    ),
    usual_time="about a minute on 2 cores the first time",
)

ACTIONLINT = Kit(
    name="actionlint",
    title="actionlint, which reads GitHub's workflows",
    version="1.7.12",
    parts=(
        GoProgram(
            name="actionlint",
            module="github.com/rhysd/actionlint",
            version="v1.7.12",
            package="github.com/rhysd/actionlint/cmd/actionlint",
        ),
    ),
    usual_time="about 10 seconds the first time",
)


@dataclass(frozen=True)
class Engine:
    """A Pulumi CLI that works, and how we came by it."""

    bin: Path
    version: str
    origin: str


def cache_home() -> Path:
    """Where everything that outlives one checkout is kept."""
    base = os.environ.get("XDG_CACHE_HOME") or ""
    # The XDG specification: a relative path is to be ignored.
    home = Path(base) if Path(base).is_absolute() else Path.home() / ".cache"
    return home / "pulumi-prisma"


def parse_version(text: str) -> tuple[int, ...] | None:
    """The numbers in what `pulumi version` or `go version` prints."""
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    return tuple(int(part) for part in found.groups(default="0")) if found else None


class Engines:
    """Finds or gets what runs Pulumi programs."""

    def __init__(self, console: Console, processes: Processes, python: Path) -> None:
        self._console = console
        self._processes = processes
        self._python = python

    def cli(self) -> Engine:
        """The Pulumi CLI with its Python host."""
        return self._installed() or self._cached(ENGINE) or self._obtained()

    def yaml_host(self, engine: Engine) -> Path:
        """The folder that holds the host for YAML programs, which official CLIs bring along."""
        return self._brought_along(engine, YAML_HOST)

    def go_host(self, engine: Engine) -> Path:
        """The folder that holds the host for Go programs, which official CLIs bring along."""
        return self._brought_along(engine, GO_HOST)

    def node_host(self) -> Path:
        """The folder that holds the host for TypeScript programs, and the maker of SDKs, which no CLI brings along."""
        return self._built(NODE_HOST)

    def actionlint(self) -> Path:
        """The program that tells whether GitHub would take a workflow."""
        return self._built(ACTIONLINT) / "actionlint"

    def _brought_along(self, engine: Engine, kit: Kit) -> Path:
        return engine.bin if all((engine.bin / part.name).exists() for part in kit.parts) else self._built(kit)

    def _built(self, kit: Kit) -> Path:
        with self._locked(kit):
            if not kit.directory.exists():
                self._build(kit)
        return kit.directory / "bin"

    def _installed(self) -> Engine | None:
        beside = Path.home() / ".pulumi" / "bin"  # where Pulumi's installer puts it, on PATH or not
        found = shutil.which("pulumi") or shutil.which("pulumi", path=str(beside))
        if not found:
            return None
        version = version_of(Path(found))
        told = ".".join(map(str, version)) if version else "of an unknown version"
        if version is None or version[:2] < OLDEST:
            needed = ".".join(map(str, OLDEST))
            self._console.say(f"{found} is {told}, {needed} or later is needed: not used.")
            return None
        # Package managers put a link on PATH; the rest may lie beside the link or beside the program.
        places = [Path(found).parent, Path(found).resolve().parent, os.environ.get("PATH", "")]
        search = os.pathsep.join(map(str, places))
        if missing := [name for name in PYTHON_HOST if not shutil.which(name, path=search)]:
            self._console.say(f"{found} has no {missing[0]} beside it: not used.")
            return None
        return Engine(Path(found).parent, told, "installed")

    def _cached(self, kit: Kit) -> Engine | None:
        # The folder appears by one rename, so being there is being whole.
        if kit.directory.exists():
            return Engine(kit.directory / "bin", kit.version, "cached")
        return None

    def _obtained(self) -> Engine:
        with self._locked(ENGINE):
            if found := self._cached(ENGINE):
                return found  # another run has just got it
            if self._install():
                return Engine(ENGINE.directory / "bin", VERSION, "from Pulumi's installer")
            self._build(ENGINE)
            return Engine(ENGINE.directory / "bin", VERSION, "built")

    def _install(self) -> bool:
        self._console.say("Pulumi is not installed; asking its own installer for it.")
        with self._fresh(ENGINE) as place:
            ended = self._processes.run(
                [self._python, "-c", INSTALLER, place, VERSION],
                on_tick=lambda: self._console.progress("Pulumi's installer is at work"),
                limit=INSTALLER_LIMIT,
            )
            works = ended.well and version_of(place / "bin" / "pulumi") is not None
            if works:
                place.rename(ENGINE.directory)
        if not works:
            reason = "it takes too long" if ended.late else next(reversed(ended.said), "it says nothing")
            # The last line of a traceback ends in the words of the operating system.
            self._console.say(f"That is not possible here: {reason.rpartition('] ')[2].rstrip('>').strip()}.")
        return works

    def _build(self, kit: Kit) -> None:
        self._console.say(f"Building {kit.title} from Go modules: {kit.usual_time}.")
        with self._fresh(kit) as place:
            builder = Builder(self._console, self._processes, cache_home(), self._python)
            (place / "bin").mkdir()
            for part in kit.parts:
                builder.make(part, place / "bin")
            if kit is ENGINE and version_of(place / "bin" / "pulumi") is None:
                raise Failure("The Pulumi CLI was built and does not run on this machine.")
            place.rename(kit.directory)
            builder.tidy()

    @contextlib.contextmanager
    def _fresh(self, kit: Kit) -> Iterator[Path]:
        """An empty folder beside the kit's place; what is still there at the end was not renamed and goes."""
        place = kit.directory.with_name(f"{kit.directory.name}.new")
        shutil.rmtree(place, ignore_errors=True)  # left by a run that was killed; we hold the lock
        place.mkdir(parents=True)
        try:
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)

    @contextlib.contextmanager
    def _locked(self, kit: Kit) -> Iterator[None]:
        with waiting_lock(kit.directory.with_name(f"{kit.directory.name}.lock"), self._console, kit.title):
            yield


@contextlib.contextmanager
def waiting_lock(path: Path, console: Console, what: str) -> Iterator[None]:
    """Only one run at a time does this; the others wait and say so. A killed holder's lock is free."""
    path.parent.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()
    with path.open("w") as file:
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                waited = spell(time.monotonic() - started)
                console.progress(f"another run is getting {what}; waiting for {waited}")
                time.sleep(0.2)
        yield


def version_of(pulumi: Path) -> tuple[int, ...] | None:
    """The version of a CLI, or None where it does not run."""
    environment: Mapping[str, str] = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        asked = subprocess.run(
            [pulumi, "version"], capture_output=True, text=True, timeout=30, check=True, env=environment
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return parse_version(asked.stdout)
