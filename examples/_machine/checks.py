"""`./tests/run`: every check and every ring of tests, against the wheel that is built from this tree."""

import argparse
import os
import signal
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn

from .console import Console, spell
from .failure import Failure
from .installation import PACKAGES
from .processes import Manners, Processes
from .runner import guarded
from .setup import ROOT, Machine, backend, prepare, prepare_lowest

LOWEST = "lowest"
LOWEST_PYTHON = (3, 11)
RINGS = ("unit", LOWEST, "contract", "e2e")
LIVE = "live"
ON_REQUEST = ("bench", LIVE)
CREATES = "--creates-databases"
WHOSE = ("PRISMA_SERVICE_TOKEN", "PRISMA_API_BASE_URL")  # only the live ring is given them
DIFFERS = 10
# Two cores; the outer rings wait for processes of their own, and each worker has a local control plane of its own.
AT_ONCE = {"unit": 2, LOWEST: 2, "contract": 3, "e2e": 3}
LANGUAGES = {"e2e": ("yaml", "nodejs", "go"), "bench": ("yaml",)}  # of the programs in a ring, beside Python
LINT = "lint"
COMMANDS = ("examples/run", "tests/run", "provider/make-plugin")  # without a suffix they are not found
LINTERS: Mapping[str, tuple[str, ...]] = {
    "ruff check": ("ruff", "check", ".", *COMMANDS),
    "ruff format": ("ruff", "format", "--check", ".", *COMMANDS),
    "mypy": ("mypy",),
    "mypy, for Windows": ("mypy", "--platform", "win32", "provider/prisma_provider", "sdk"),
    "lint-imports": ("lint-imports", "--no-logo"),
}
PYRIGHT = ("pyright", "sdk", "examples")
PYRIGHT_FETCH_LIMIT = 180.0
# Run where the tests run, so it meets what they meet.
WHERE = f"import {', '.join(PACKAGES)}\nfor p in ({', '.join(PACKAGES)}): print(p.__file__)"
PYTEST_FOUND_NOTHING = 5
# An interrupted pytest tears its fixtures down, which stop what they started; a terminated one does not.
LIKE_CTRL_C = Manners(asked_with=signal.SIGINT, grace=30.0)
TIDYING_UP = Manners(asked_with=signal.SIGINT, grace=300.0)  # it removes what it made, on a service far away
ABOUT_LIVE = (
    "For maintainers: `live` tries everything that the provider relies on against the service itself, in the "
    "workspace of PRISMA_SERVICE_TOKEN (a scratch one; PRISMA_API_BASE_URL for another service than Prisma's). It "
    f"makes a project with some databases there, which {CREATES} allows, and removes it again, also after Ctrl-C. "
    "Its report says of each reliance whether it holds, differs or was not tried. It ends with 0 where nothing "
    f"differs, with {DIFFERS} where something does, which is information, and with 1 where nothing could be tried or "
    "something was left behind. The contract ring walks the same list against prisma-local."
)


@dataclass(frozen=True)
class Counts:
    """How many tests met which end."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)

    def __str__(self) -> str:
        return f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped"


@dataclass(frozen=True)
class Outcome:
    """How one check ended."""

    name: str
    verdict: str  # passed, failed, skipped or differs
    seconds: float
    note: str = ""
    counts: Counts | None = None


def count(report: Path) -> Counts:
    """The counts in a report that pytest wrote; a ring that crashed leaves none."""
    try:
        suites = ElementTree.parse(report).getroot().iter("testsuite")
    except (OSError, ElementTree.ParseError):
        return Counts()
    total = Counts()
    for suite in suites:
        tests, failed, errors, skipped = (
            int(suite.get(name, "0")) for name in ("tests", "failures", "errors", "skipped")
        )
        total += Counts(max(tests - failed - errors - skipped, 0), failed + errors, skipped)
    return total


def table(outcomes: Sequence[Outcome]) -> str:
    """The summary: a line for each check."""
    width = max(len(outcome.name) for outcome in outcomes)
    return "\n".join(
        f"{outcome.name:<{width}}  {outcome.verdict:<7}  {spell(outcome.seconds):>12}  {outcome.note}".rstrip()
        for outcome in outcomes
    )


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    """What was asked for; everything behind `--` is pytest's."""
    end_of_ours = argv.index("--") if "--" in argv else len(argv)
    parser = argparse.ArgumentParser(
        prog="./tests/run",
        usage="./tests/run [ring …] [-- pytest arguments]",
        description="Runs every check and test of this tree against the wheel that is built from it.",
        epilog=f"For example: ./tests/run unit -- -k rename. {ABOUT_LIVE}",
    )
    known = (LINT, *RINGS, *ON_REQUEST)
    parser.add_argument(
        "rings",
        nargs="*",
        metavar="ring",
        help=f"{', '.join(known)}; default: all but {', '.join(ON_REQUEST)}",
    )
    parser.add_argument(CREATES, action="store_true", help=f"lets {LIVE} make databases in a real workspace")
    asked = parser.parse_args(list(argv[:end_of_ours]))
    for ring in asked.rings:
        if ring not in known:
            raise Failure(f"There is no ring {ring!r}; there are: {', '.join(known)}.")
    if LIVE in asked.rings and not asked.creates_databases:
        raise Failure(
            f"./tests/run {LIVE} makes a project with databases in the workspace of PRISMA_SERVICE_TOKEN, and removes "
            f"it again: ask for it with {CREATES}."
        )
    if LIVE in asked.rings and not os.environ.get(WHOSE[0]):
        raise Failure(f"{WHOSE[0]} is not set: export the token of a scratch workspace.")
    asked.rings = [ring for ring in known if ring in (asked.rings or (LINT, *RINGS))]
    asked.pytest = list(argv[end_of_ours + 1 :])
    return asked


class Checks:
    """Runs one check after another and remembers how each ended."""

    def __init__(self, console: Console, processes: Processes, machine: Machine, folder: Path) -> None:
        self._console = console
        self._processes = processes
        self._machine = machine
        self._folder = folder
        self._environment = self._environment_of(machine)
        self.outcomes: list[Outcome] = []

    def wheel(self) -> None:
        """The tests must meet what was built, not the tree."""
        started = time.monotonic()
        with self._console.step("What the tests import"):
            code, out, errors = self._processes.ask(
                [self._machine.python, "-c", WHERE], env=self._environment, cwd=ROOT
            )
            inside = [Path(line).is_relative_to(self._machine.environment_folder) for line in out.splitlines()]
            good = code == 0 and len(inside) == len(PACKAGES) and all(inside)
            self._console.say("the wheel in .venv" if good else f"not the wheel:\n{out}{errors}")
            self._record("wheel", good, started)

    def lint(self) -> None:
        """What needs no test to be found."""
        for name, command in LINTERS.items():
            with self._console.step(name):
                started = time.monotonic()
                self._record(name, self._show(*command) == 0, started)
        with self._console.step("pyright"):
            self._pyright()

    def ring(self, name: str, extra: Sequence[str]) -> None:
        """One ring of tests."""
        self._ring(name, name, self._environment, extra)

    def lowest(self, extra: Sequence[str]) -> None:
        """The unit ring with the lowest declared versions; not each of them was built for a later Python."""
        if sys.version_info[:2] != LOWEST_PYTHON:
            note = f"needs Python {'.'.join(map(str, LOWEST_PYTHON))}"
            self.outcomes.append(Outcome(LOWEST, "skipped", 0.0, note))
            return
        folder = prepare_lowest(self._console, self._processes)
        environment = self._environment_of(replace(self._machine, environment_folder=folder))
        self._ring(LOWEST, "unit", environment, extra)

    def _environment_of(self, machine: Machine) -> dict[str, str]:
        """A test that forgets to choose a backend of its own must not find the developer's."""
        return machine.environment() | backend(self._folder / "pulumi", "tests")

    def _ring(self, name: str, tests: str, environment: Mapping[str, str], extra: Sequence[str]) -> None:
        started = time.monotonic()
        report = self._folder / f"{name}.xml"
        with self._console.step(f"tests: {name}"):
            workers = (f"-n{AT_ONCE[name]}",) if name in AT_ONCE else ()
            pytest = ("python", "-m", "pytest", f"tests/{tests}", f"--junitxml={report}", *workers, *extra)
            code = self._show(*pytest, env=environment)
            counts = count(report)
            nothing_selected = code == PYTEST_FOUND_NOTHING and bool(extra)
            self._record(name, code == 0 or nothing_selected, started, str(counts), counts)

    def live(self) -> None:
        """What we rely on, tried against the service that the caller's environment names."""
        started = time.monotonic()
        environment = self._environment | {name: os.environ[name] for name in WHOSE if name in os.environ}
        environment["PYTHONPATH"] = str(ROOT / "tests")
        with self._console.step("the service itself"):
            code = self._processes.show(["python", "-m", LIVE], env=environment, cwd=ROOT, manners=TIDYING_UP)
        verdict = {0: "passed", DIFFERS: "differs"}.get(code, "failed")
        self.outcomes.append(Outcome(LIVE, verdict, time.monotonic() - started))

    def _pyright(self) -> None:
        started = time.monotonic()
        # The package on the index is a launcher; it fetches the checker itself when it is first asked.
        ready = self._processes.run(
            ["pyright", "--version"],
            env=self._environment,
            cwd=ROOT,
            on_tick=lambda: self._console.progress("fetching pyright"),
            limit=PYRIGHT_FETCH_LIMIT,
        )
        if ready.well:
            self._record("pyright", self._show(*PYRIGHT) == 0, started)
            return
        note = "could not be fetched"
        self._console.say("\n".join([f"pyright {note}:", *ready.said[-5:]]))
        verdict = "failed" if os.environ.get("CI", "").lower() == "true" else "skipped"
        self.outcomes.append(Outcome("pyright", verdict, time.monotonic() - started, note))

    def _show(self, *command: str, env: Mapping[str, str] | None = None) -> int:
        return self._processes.show(command, env=env or self._environment, cwd=ROOT, manners=LIKE_CTRL_C)

    def _record(self, name: str, good: bool, started: float, note: str = "", counts: Counts | None = None) -> None:
        verdict = "passed" if good else "failed"
        self.outcomes.append(Outcome(name, verdict, time.monotonic() - started, note, counts))


def main() -> NoReturn:
    """The command, with every way out."""
    sys.exit(guarded(run))


def run(processes: Processes) -> int:
    """The set-up, the checks that were asked for, and how they ended."""
    asked = arguments(sys.argv[1:])
    console = Console()
    started = time.monotonic()
    languages = {language for ring in asked.rings for language in LANGUAGES.get(ring, ())}
    machine = prepare(console, processes, "test", languages)
    with tempfile.TemporaryDirectory(prefix="prisma-tests-") as name:
        folder = Path(name)
        checks = Checks(console, processes, machine, folder)
        checks.wheel()
        for ring in asked.rings:
            if ring == LINT:
                checks.lint()
            elif ring == LIVE:
                checks.live()
            elif ring == LOWEST:
                checks.lowest(asked.pytest)
            else:
                checks.ring(ring, asked.pytest)
    return summary(console, checks.outcomes, time.monotonic() - started)


def summary(console: Console, outcomes: Sequence[Outcome], seconds: float) -> int:
    """Says how it all ended; the last line is the plain count of the tests."""
    failed = [outcome.name for outcome in outcomes if outcome.verdict == "failed"]
    console.write("")
    console.write(table(outcomes))
    console.write("")
    differs = [outcome.name for outcome in outcomes if outcome.verdict == "differs"]
    verdict = f"differs: {', '.join(differs)}" if differs else "all is well"
    if failed:
        verdict = f"failed: {', '.join(failed)}"
    console.write(f"{verdict}, in {spell(seconds)}")
    counted = [outcome.counts for outcome in outcomes if outcome.counts]
    if counted:
        console.write(str(sum(counted, Counts())))
    return 1 if failed else DIFFERS if differs else 0
