"""`.venv` at the top of the tree, with the wheel that is built from it: what users get is what runs."""

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from .console import Console, spell
from .failure import Failure
from .processes import Processes

# What goes into the wheel; a change in any of it makes what is installed stale.
SOURCES = ("pyproject.toml", "README.md", "LICENSE", "provider", "sdk")
RUNS = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
PACKAGES = ("prisma_provider", "prisma_local", "pulumi_prisma")
EXTRAS = ("cli", "local")
# What the unit ring needs besides; the other tools of the tests want newer versions than we do.
UNIT_TOOLS = ("hypothesis", "pytest", "pytest-xdist")


@dataclass(frozen=True)
class Stamp:
    """What an environment was made of; kept inside it, so that an equal one is left alone."""

    root: str  # scripts in an environment name its absolute path: a tree that moved needs a new one
    sources: str
    extras: tuple[str, ...]

    def covers(self, wanted: "Stamp") -> bool:
        """Whether an environment with this stamp serves who wants that one."""
        return (self.root, self.sources) == (wanted.root, wanted.sources) and set(wanted.extras) <= set(self.extras)


def digest(root: Path, names: Iterable[str] = SOURCES) -> str:
    """One hash over the sources: paths and contents, in order."""
    seen = hashlib.sha256()
    for file in _files(root, names):
        seen.update(f"{file.relative_to(root)}\0".encode())
        seen.update(hashlib.sha256(file.read_bytes()).digest())
    return seen.hexdigest()


def _files(root: Path, names: Iterable[str]) -> Iterator[Path]:
    for name in names:
        place = root / name
        found = sorted(place.rglob("*")) if place.is_dir() else [place]
        yield from (file for file in found if file.is_file() and "__pycache__" not in file.parts)


class Installation:
    """The environment of one checkout."""

    def __init__(self, console: Console, processes: Processes, root: Path, folder: str = ".venv") -> None:
        self._console = console
        self._processes = processes
        self._root = root
        self.folder = root / folder
        self.python = self.folder / "bin" / "python"
        self._stamp_file = self.folder / "pulumi-prisma.json"

    def ensure(self, extra: str) -> None:
        """Makes the environment, or what is missing of it."""
        # `test` asks for the others, so who has been tested can also be run.
        self._ensure((*EXTRAS, "test") if extra == "test" else (extra,))

    def _ensure(self, extras: tuple[str, ...]) -> None:
        wanted = Stamp(str(self._root), digest(self._root), extras)
        there = self._stamp()
        if there and there.covers(wanted) and self._is_whole():
            self._console.say(f"{self.folder.relative_to(self._root)} is up to date")
            return
        if not self._runs() or (there and there.root != wanted.root):
            self._make()
        if there and there.root == wanted.root:
            # An environment that serves the tests goes on serving them.
            wanted = Stamp(wanted.root, wanted.sources, tuple(sorted({*extras, *there.extras})))
        self._stamp_file.unlink(missing_ok=True)
        self._install(wanted.extras)
        self._stamp_file.write_text(json.dumps(asdict(wanted)))

    def _stamp(self) -> Stamp | None:
        try:
            kept = json.loads(self._stamp_file.read_text())
            return Stamp(str(kept["root"]), str(kept["sources"]), tuple(map(str, kept["extras"])))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def _is_whole(self) -> bool:
        """Whether our wheel is what is installed: a later `pip install -e .` takes its place."""
        places = self.folder.glob("lib/python3*/site-packages")
        return self._runs() and any(all((p / name).is_dir() for name in PACKAGES) for p in places)

    def _runs(self) -> bool:
        try:
            return subprocess.run([self.python, "-c", RUNS], check=False).returncode == 0
        except OSError:
            return False

    def _make(self) -> None:
        if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
            version = f"{sys.version_info.major}.{sys.version_info.minor}"
            raise Failure(
                f"This Python {version} cannot make virtual environments.",
                hint=f"On Debian and Ubuntu: apt install python{version}-venv",
            )
        self._console.say(f"making {self.folder.relative_to(self._root)} with Python {sys.version.split()[0]}")
        shutil.rmtree(self.folder, ignore_errors=True)
        self._run([sys.executable, "-m", "venv", self.folder], "making .venv")

    def _install(self, extras: tuple[str, ...]) -> None:
        self._console.say("installing the project; the first time takes about a minute")
        pip: list[str | Path] = [self.python, "-m", "pip", "--no-input", "--disable-pip-version-check"]
        plain = ["--progress-bar", "off"]
        with tempfile.TemporaryDirectory(prefix="pulumi-prisma-wheel-") as folder:
            self._run([*pip, "wheel", *plain, "--no-deps", "--wheel-dir", folder, self._root], "building the wheel")
            (wheel,) = Path(folder).glob("*.whl")
            # The version is the same after every edit, so pip has to be told that the wheel is another one.
            self._run([*pip, "install", *plain, "--no-deps", "--force-reinstall", wheel], "installing the wheel")
            self._run([*pip, "install", *plain, *self._needed(wheel, extras)], "installing what it needs")

    def _needed(self, wheel: Path, extras: tuple[str, ...]) -> list[str]:
        """What pip is asked for."""
        return [f"{wheel}[{','.join(extras)}]"]

    def _run(self, argv: list[str | Path], what: str) -> None:
        started = time.monotonic()
        last = [""]

        def listen(line: str) -> None:
            last[0] = line.strip()

        def tick() -> None:
            self._console.progress(f"{what}: {spell(time.monotonic() - started)}, {last[0] or 'starting'}")

        ended = self._processes.run(argv, on_line=listen, on_tick=tick)
        if not ended.well:
            raise Failure(f"{what[0].upper()}{what[1:]} failed.", said=ended.said[-15:])


class LowestInstallation(Installation):
    """An environment with the lowest version of everything that we say we run with, for the unit ring."""

    def __init__(self, console: Console, processes: Processes, root: Path) -> None:
        super().__init__(console, processes, root, ".venv/lowest")

    def make(self) -> None:
        """Makes the environment, or what is missing of it."""
        self._ensure(EXTRAS)

    def _needed(self, wheel: Path, extras: tuple[str, ...]) -> list[str]:
        return [*super()._needed(wheel, extras), *lowest(self._root / "pyproject.toml"), *UNIT_TOOLS]


def lowest(pyproject: Path) -> list[str]:
    """The requirements of the product, each at the lowest version that is declared."""
    project = tomllib.loads(pyproject.read_text())["project"]
    extras = project["optional-dependencies"]
    groups = [project["dependencies"], *(extras[extra] for extra in extras if extra != "test")]
    given = [requirement for group in groups for requirement in group if not requirement.startswith("pulumi-prisma[")]
    return [re.sub(r">=([\w.]+)[^;]*", r"==\1", requirement) for requirement in given]
