"""The pure parts of what `./examples/run` and `./tests/run` stand on, and the care for children."""

from __future__ import annotations

import contextlib
import io
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from examples._machine import checks, control, runner
from examples._machine.console import Console, spell
from examples._machine.engine import ENGINE, YAML_HOST, Engine, cache_home, parse_version
from examples._machine.failure import Failure
from examples._machine.go import GoProgram, can_build, describe
from examples._machine.installation import Installation, Stamp, digest, lowest
from examples._machine.processes import Manners, Processes, parents
from examples._machine.setup import ROOT, Machine, backend

# A child that starts a child in a process group of its own, as Pulumi does with its plugins, and tells its id.
PARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], process_group=0)
print(child.pid, flush=True)
time.sleep({seconds})
"""


@pytest.fixture(autouse=True)
def _signals_as_they_were() -> object:
    """`Processes` takes the signals over, as the command that it is made for may."""
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.getsignal(number) for number in numbers}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def gone(pid: int) -> bool:
    """Whether a process has ended, within a moment."""
    deadline = time.monotonic() + 5
    while pid in parents() and time.monotonic() < deadline:
        time.sleep(0.01)
    return pid not in parents()


class TestEngine:
    @pytest.mark.parametrize(
        ("text", "version"),
        [("v3.259.0\n", (3, 259, 0)), ("3.165", (3, 165, 0)), ("v3.170.1-dev.5+abc", (3, 170, 1)), ("dev", None)],
    )
    def test_version(self, text: str, version: tuple[int, ...] | None) -> None:
        """Whatever way a CLI spells its version, I am told whether it is new enough."""
        assert parse_version(text) == version

    def test_another_recipe_has_another_place(self) -> None:
        """When a version in the recipe changes, I do not get what was built before."""
        part = ENGINE.parts[0]
        assert isinstance(part, GoProgram)
        changed = replace(ENGINE, parts=(replace(part, version="v3.260.0"), *ENGINE.parts[1:]))
        assert changed.directory != ENGINE.directory
        assert changed.directory.parent == ENGINE.directory.parent

    def test_same_recipe_has_the_same_place(self) -> None:
        """The second checkout on my machine builds nothing."""
        assert replace(ENGINE).directory == ENGINE.directory
        assert YAML_HOST.directory != ENGINE.directory

    def test_cache_follows_xdg(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """The cache is where I keep my caches, and a relative path there is ignored as XDG demands."""
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
        assert cache_home() == tmp_path / "pulumi-prisma"
        monkeypatch.setenv("XDG_CACHE_HOME", "relative")
        assert cache_home() == Path.home() / ".cache" / "pulumi-prisma"

    def test_module_that_builds_it(self) -> None:
        """The module that builds the CLI carries its replacement, which would not reach us otherwise."""
        part = ENGINE.parts[0]
        assert isinstance(part, GoProgram)
        assert part.go_mod().splitlines()[2:] == [
            "require github.com/pulumi/pulumi/pkg/v3 v3.259.0",
            "replace github.com/atotto/clipboard => github.com/tgummerer/clipboard v0.0.0-20241001131231-d02d263e614e",
        ]
        assert part.link_flags().endswith("version.Version=v3.259.0")

    @pytest.mark.parametrize(
        ("version", "toolchain", "can"),
        [
            ((1, 26, 8), "local", True),
            ((1, 25, 11), "local", True),
            ((1, 24, 0), "auto", True),
            ((1, 24, 0), "local", False),
            ((1, 20, 0), "auto", False),
            ((), "auto", False),
        ],
    )
    def test_go_that_builds_it(self, version: tuple[int, ...], toolchain: str, can: bool) -> None:
        """An older Go serves where it may fetch a newer one."""
        assert can_build(version, toolchain) is can

    def test_progress_of_go(self) -> None:
        """While Go builds I see what it is doing."""
        assert describe([]) == "starting"
        assert describe(["go: downloading example.com/a v1.0.0"]) == "1 modules, now example.com/a v1.0.0"
        assert describe(["go: downloading example.com/a v1.0.0", "fmt", "os"]) == "2 packages compiled, now os"


class TestInstallation:
    def test_edit_makes_it_stale(self, tmp_path: Path) -> None:
        """After I edit the provider, what runs is the edited one."""
        (tmp_path / "provider").mkdir()
        source = tmp_path / "provider" / "a.py"
        source.write_text("1")
        before = digest(tmp_path, ["provider"])
        source.write_text("2")
        assert digest(tmp_path, ["provider"]) != before

    def test_rename_makes_it_stale(self, tmp_path: Path) -> None:
        """Moving a module counts as a change."""
        (tmp_path / "a.py").write_text("1")
        before = digest(tmp_path, ["."])
        (tmp_path / "a.py").rename(tmp_path / "b.py")
        assert digest(tmp_path, ["."]) != before

    def test_compiled_files_do_not_count(self, tmp_path: Path) -> None:
        """Running the code does not make it another code."""
        (tmp_path / "a.py").write_text("1")
        before = digest(tmp_path, ["."])
        (tmp_path / "__pycache__").mkdir()
        (tmp_path / "__pycache__" / "a.pyc").write_text("x")
        assert digest(tmp_path, ["."]) == before

    def test_tested_can_be_run(self) -> None:
        """After ./tests/run, ./examples/run installs nothing."""
        tested = Stamp("/tree", "abc", ("local", "test"))
        assert tested.covers(Stamp("/tree", "abc", ("local",)))
        assert not Stamp("/tree", "abc", ("local",)).covers(tested)
        assert not tested.covers(Stamp("/tree", "abd", ("local",)))
        assert not tested.covers(Stamp("/elsewhere", "abc", ("local",)))

    def test_lowest_versions(self, tmp_path: Path) -> None:
        """What I may have installed already is tested as it is declared: the first version of each range."""
        file = tmp_path / "pyproject.toml"
        extras = 'cli = ["b[x]>=1.2.3,<2"]\nlocal = ["c>=4; sys_platform == \'win32\'"]\ntest = ["d>=5"]'
        file.write_text(f'[project]\ndependencies = ["a>=1,<2"]\n[project.optional-dependencies]\n{extras}\n')
        assert lowest(file) == ["a==1", "b[x]==1.2.3", "c==4; sys_platform == 'win32'"]
        ours = lowest(ROOT / "pyproject.toml")
        assert all("==" in requirement for requirement in ours)
        assert len({requirement.partition("==")[0] for requirement in ours}) == len(set(ours))

    def test_python_without_venv(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """On a Debian that splits venv off, I am told what to install."""
        monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
        with Processes() as processes:
            installation = Installation(Console(io.StringIO()), processes, tmp_path)
            with pytest.raises(Failure, match="cannot make virtual environments") as told:
                installation.ensure("local")
        assert told.value.hint.endswith("-venv")


class TestEnvironment:
    def test_nothing_leads_to_an_account(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """My own token, my own Pulumi stack and my PYTHONPATH play no part in an example."""
        for name in ("PRISMA_SERVICE_TOKEN", "PRISMA_API_BASE_URL", "PULUMI_ACCESS_TOKEN", "PYTHONPATH"):
            monkeypatch.setenv(name, "mine")
        engine = type("Engine", (), {"bin": tmp_path / "engine"})()
        environment = Machine(tmp_path / ".venv", engine).environment()
        assert "mine" not in environment.values()
        assert environment["PATH"].split(os.pathsep)[:2] == [str(tmp_path / ".venv/bin"), str(tmp_path / "engine")]

    def test_backend_is_a_folder(self, tmp_path: Path) -> None:
        """State, plugins and settings of Pulumi stay in one folder that can be thrown away."""
        settings = backend(tmp_path, "pass")
        assert settings["PULUMI_BACKEND_URL"] == (tmp_path / "state").as_uri()
        assert (tmp_path / "state").is_dir()
        assert Path(settings["PULUMI_HOME"]).is_relative_to(tmp_path)

    def test_half_a_line_is_not_read(self) -> None:
        """A token that is still being written is not taken for the whole."""
        assert control.told("PRISMA_API_BASE_URL=http://127.0.0.1:1\nPRISMA_SERVICE_TO") == {
            "PRISMA_API_BASE_URL": "http://127.0.0.1:1"
        }
        assert control.told("A=b=c\n") == {"A": "b=c"}


class TestConsole:
    def test_steps_are_numbered(self) -> None:
        """I see where I am, and what each step took."""
        stream = io.StringIO()
        console = Console(stream)
        with console.step("One"):
            console.say("a\nb")
        with console.step("Two"):
            pass
        assert stream.getvalue().splitlines() == [
            *["", "1. One", "   a", "   b", "   done in 0.0 s"],
            *["", "2. Two", "   done in 0.0 s"],
        ]

    def test_log_is_not_flooded(self) -> None:
        """In a log, progress is a line now and then."""
        stream = io.StringIO()
        console = Console(stream)
        with console.step("One"):
            for _ in range(100):
                console.progress("at work")
        assert "at work" not in stream.getvalue()
        assert "\r" not in stream.getvalue()

    def test_durations(self) -> None:
        """Times read as people say them."""
        assert [spell(0.04), spell(59.94), spell(61), spell(3600)] == ["0.0 s", "59.9 s", "1 min 1 s", "60 min 0 s"]

    def test_failure_is_reported(self) -> None:
        """A failure is a sentence, what was said last, and what to do."""
        failure = Failure("It failed.", said=["why"], hint="Try this.")
        failure.add("another said:", [])
        failure.add("a third said:", ["because"])
        assert failure.lines() == ["It failed.", "  | why", "  | a third said:", "  | because", "Try this."]


class TestCommands:
    def test_unknown_example(self) -> None:
        """A name that does not exist gets me the list of those that do."""
        with pytest.raises(Failure, match=r"no example 'nope'; there are: .*quickstart"):
            runner.arguments(["nope"])

    def test_default_example(self) -> None:
        """Without a name it is the quickstart, and nothing is kept."""
        asked = runner.arguments([])
        assert (asked.name, asked.keep) == ("quickstart", False)

    def test_every_example_is_whole(self) -> None:
        """Each example has a program, a tour and a few lines to read."""
        for name in runner.names():
            folder = ROOT / "examples" / name
            programs = {"python": "__main__.py", "nodejs": "index.ts", "yaml": "Pulumi.yaml"}
            whole = (programs[runner.language(name)], "Pulumi.yaml", "tour.py", "README.md")
            missing = [file for file in whole if not (folder / file).is_file()]
            assert not missing, f"{name} lacks {missing}"

    def test_default_rings(self) -> None:
        """Without a name everything runs, except what is slow on purpose."""
        assert checks.arguments([]).rings == ["lint", "unit", "lowest", "contract", "e2e"]

    def test_lowest_python(self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """With a newer Python than the lowest versions were built for, that ring is skipped, and says why."""
        monkeypatch.setattr(sys, "version_info", (3, 14, 0))
        machine = Machine(tmp_path / ".venv", Engine(tmp_path / "bin", "3.259.0", "built"))
        ran = checks.Checks(Console(io.StringIO()), Processes(), machine, tmp_path)
        ran.lowest([])
        assert [(each.verdict, each.note) for each in ran.outcomes] == [("skipped", "needs Python 3.11")]

    def test_pytest_arguments(self) -> None:
        """What stands behind -- is for pytest, also a second --."""
        asked = checks.arguments(["unit", "--", "-k", "rename", "--", "x"])
        assert (asked.rings, asked.pytest) == (["unit"], ["-k", "rename", "--", "x"])

    def test_live_makes_databases(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing is made in my workspace before I have said so, and never by default."""
        monkeypatch.delenv("PRISMA_SERVICE_TOKEN", raising=False)
        with pytest.raises(Failure, match=r"makes a project with databases.*--creates-databases"):
            checks.arguments(["live"])
        with pytest.raises(Failure, match="PRISMA_SERVICE_TOKEN is not set"):
            checks.arguments(["live", "--creates-databases"])
        monkeypatch.setenv("PRISMA_SERVICE_TOKEN", "mine")
        assert checks.arguments(["live", "--creates-databases"]).rings == ["live"]
        assert "live" not in checks.arguments(["--creates-databases"]).rings

    @pytest.mark.parametrize(
        ("code", "verdict", "status"),
        [(0, "passed", 0), (10, "differs", 10), (1, "failed", 1), (130, "failed", 1), (-9, "failed", 1)],
    )
    def test_live_differs(
        self, code: int, verdict: str, status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """A service that differs is no failure of my tree: the status says which of the two it is."""
        monkeypatch.setenv("PRISMA_SERVICE_TOKEN", "mine")
        given: dict[str, str] = {}

        class Shown(Processes):
            def show(self, argv: object, *, env: object = None, **_: object) -> int:
                given.update(env)  # type: ignore[call-overload]
                return code

        stream = io.StringIO()
        machine = Machine(tmp_path / ".venv", Engine(tmp_path / "bin", "3.259.0", "built"))
        ran = checks.Checks(Console(stream), Shown(), machine, tmp_path)
        ran.live()
        assert (ran.outcomes[0].verdict, given["PRISMA_SERVICE_TOKEN"]) == (verdict, "mine")
        assert checks.summary(Console(stream), ran.outcomes, 1.0) == status

    def test_unknown_ring(self) -> None:
        """A ring that does not exist gets me the list of those that do."""
        with pytest.raises(Failure, match=r"no ring 'nope'; there are: lint, unit"):
            checks.arguments(["nope"])

    def test_counts(self, tmp_path: Path) -> None:
        """Errors count as failures, and a ring that crashed adds nothing."""
        report = tmp_path / "unit.xml"
        report.write_text('<testsuites><testsuite tests="9" failures="1" errors="2" skipped="1"/></testsuites>')
        total = checks.count(report) + checks.count(tmp_path / "none.xml")
        assert str(total) == "5 passed, 3 failed, 1 skipped"

    def test_summary_fails(self) -> None:
        """One failed check fails the run, and the last line is the count of the tests."""
        stream = io.StringIO()
        outcomes = [
            checks.Outcome("mypy", "failed", 1.0),
            checks.Outcome("unit", "passed", 2.0, "5 passed", checks.Counts(5, 0, 1)),
        ]
        assert checks.summary(Console(stream), outcomes, 3.0) == 1
        assert stream.getvalue().splitlines()[-2:] == ["failed: mypy, in 3.0 s", "5 passed, 0 failed, 1 skipped"]
        assert checks.summary(Console(stream), outcomes[1:], 3.0) == 0


class TestProcesses:
    def test_nothing_outlives_the_run(self) -> None:
        """When the run ends, so does what its children started, whatever process group that is in."""
        with Processes() as processes:
            child = processes.start([sys.executable, "-c", PARENT.format(seconds=60)], output=subprocess.PIPE)
            assert child.stdout is not None
            grandchild = int(child.stdout.readline())
            assert grandchild in parents()
        assert gone(grandchild)
        assert gone(child.pid)

    def test_stragglers_end_with_their_parent(self) -> None:
        """What a program leaves behind when it ends well is ended too."""
        with Processes() as processes:
            ended = processes.run([sys.executable, "-c", PARENT.format(seconds=0)])
            assert ended.well
            assert gone(int(ended.said[0]))

    def test_deaf_child_is_made_to_end(self) -> None:
        """A child that ignores being asked is made to."""
        deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
        with Processes() as processes:
            child = processes.start([sys.executable, "-c", deaf], output=subprocess.PIPE, manners=Manners(grace=0.2))
            assert child.stdout is not None
            child.stdout.readline()
        assert child.returncode == -signal.SIGKILL

    def test_time_limit(self) -> None:
        """What takes too long is ended, and I am told that this is why."""
        with Processes() as processes:
            ended = processes.run([sys.executable, "-c", "import time; time.sleep(60)"], limit=0.3)
        assert (ended.late, ended.well) == (True, False)

    def test_lines(self) -> None:
        """Every line arrives, the one without an end too."""
        lines: list[str] = []
        with Processes() as processes:
            ended = processes.run([sys.executable, "-c", "print('a\\nb'); print('c', end='')"], on_line=lines.append)
        assert lines == ["a", "b", "c"]
        assert ended.said == ("a", "b", "c")

    def test_answer_keeps_errors_apart(self) -> None:
        """What is read as JSON holds no warning."""
        with Processes() as processes:
            code, out, errors = processes.ask(
                [sys.executable, "-c", "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"]
            )
        assert (code, out, errors) == (3, "out\n", "err\n")

    def test_missing_program(self) -> None:
        """A program that is not there is a sentence, not a stack."""
        with Processes() as processes, pytest.raises(Failure, match="nosuch could not be started"):
            processes.start(["nosuch"])

    @pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
    def test_signal_ends_the_run(self, number: signal.Signals, code: int, capsys: pytest.CaptureFixture[str]) -> None:
        """Ctrl-C prints one line, and the exit code says what happened."""
        started: list[int] = []

        def command(processes: Processes) -> int:
            started.append(processes.start([sys.executable, "-c", "import time; time.sleep(60)"]).pid)
            os.kill(os.getpid(), number)
            time.sleep(60)
            return 0

        with contextlib.suppress(SystemExit):
            assert runner.guarded(command) == code
        assert len(capsys.readouterr().err.strip().splitlines()) == 1
        assert gone(started[0])
