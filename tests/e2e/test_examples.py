"""The examples, run as a person would run them: the command, a real engine, a real PostgreSQL."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from examples._machine.processes import family, parents
from examples._machine.runner import names
from examples._machine.setup import ROOT

COMMAND = str(ROOT / "examples" / "run")


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A temporary folder of our own, to see what is left in it; PostgreSQL's account must get into it too."""
    folder = Path(tempfile.mkdtemp(prefix="e2e-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


class Play:
    """Starts the command as a terminal would; what is still running at the end of a test is stopped."""

    def __init__(self, temporary: Path) -> None:
        self._temporary = temporary
        self._children: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            [COMMAND, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            env={**os.environ, "TMPDIR": str(self._temporary)},
        )
        self._children.append(child)
        return child

    def to_the_end(self, *arguments: str) -> tuple[subprocess.Popen[str], str]:
        child = self.start(*arguments)
        output, _ = child.communicate(timeout=300)
        return child, output

    def stop(self) -> None:
        for child in self._children:
            child.terminate()
            child.communicate(timeout=60)


@pytest.fixture
def play(temporary: Path) -> Iterator[Play]:
    """The command `./examples/run`."""
    command = Play(temporary)
    yield command
    command.stop()


def left_of(members: set[int]) -> set[int]:
    """Which of these processes are still there, after a moment."""
    deadline = time.monotonic() + 5
    while members & parents().keys() and time.monotonic() < deadline:
        time.sleep(0.05)
    return members & parents().keys()


# What an example must have shown, beyond reaching its end.
PROMISES = {
    "quickstart": ("PostgreSQL 17", "✓ the id is the same", "✓ the URL is the same", "✓ the rows are still there"),
    "rotation": ("✓ the old credentials still work", "✓ the old credentials are locked out"),
    "copies": ("ALL ITS DATA", "✓ all rows are back, over the same URL", "✓ it is not restored twice"),
    "environments": ("✓ its URL and its rows are the same", "✓ production has it again", "✓ production is still there"),
    "preview": ("✓ each has production's rows", "✓ the other one is untouched", "✓ so is production"),
    "state": ("✓ the state is in PostgreSQL", "✓ you have the same stack, and nothing is left to do"),
    "failure": ("✓ five responses were lost or refused on the way", "✓ all of them connect"),
}


@pytest.mark.parametrize("name", names())
def test_example_runs(name: str, play: Play, temporary: Path) -> None:
    """I run an example: it shows what it promises, prints no password, and leaves nothing behind."""
    if name == "typescript" and shutil.which("npm") is None:
        pytest.skip("TypeScript needs Node.js with npm, which this machine lacks")
    child, output = play.to_the_end(name)
    assert child.returncode == 0, output
    for promise in (*PROMISES.get(name, ()), "✓ nothing is left in the workspace"):
        assert promise in output
    assert "postgres://" not in output
    assert not left_of(family(child.pid)), output
    assert list(temporary.iterdir()) == []


def test_interrupted_in_the_middle(play: Play, temporary: Path) -> None:
    """I press Ctrl-C while Pulumi is at work: one line, exit code 130, and nothing is left behind."""
    child = play.start("quickstart")
    assert child.stdout is not None
    for line in child.stdout:
        if "Project shop creating" in line:
            break
    members = family(child.pid)
    child.send_signal(signal.SIGINT)
    output, _ = child.communicate(timeout=60)
    assert child.returncode == 130, output
    # Ourselves, prisma-local, PostgreSQL, pulumi, the language host, the program and the provider.
    assert len(members) > 6, "too little was running to show anything"
    assert output.strip().splitlines()[-1] == "Interrupted; everything that was started is stopped."
    assert "Traceback" not in output
    assert not left_of(members)
    assert list(temporary.iterdir()) == []


def test_kept_until_it_is_stopped(play: Play, temporary: Path) -> None:
    """With --keep I paste what is printed and go on; its last line stops everything."""
    _, output = play.to_the_end("quickstart", "--keep")
    _, mark, pasted = output.partition("paste:\n")
    assert mark, output
    *go_on, stop = [line for line in pasted.splitlines() if line.startswith(("export ", "cd ", "pulumi ", "kill "))]
    up = [line.replace("pulumi up", "pulumi up --yes --skip-preview") for line in go_on]
    members = family(int(stop.split()[1].rstrip(";")))
    assert len(members) > 1, output
    try:
        again = subprocess.run(["bash", "-ec", "\n".join(up)], capture_output=True, text=True, timeout=120)
        assert again.returncode == 0, again.stdout + again.stderr
        assert "4 unchanged" in again.stdout
    finally:
        subprocess.run(["bash", "-ec", stop], check=True, timeout=60)
    assert not left_of(members)
    assert list(temporary.iterdir()) == []


def test_expected_failure_is_a_sentence() -> None:
    """A wrong name gets me one sentence with the right ones, and no stack."""
    asked = subprocess.run([COMMAND, "nope"], capture_output=True, text=True, timeout=60)
    assert asked.returncode == 1
    assert asked.stderr.strip().startswith("There is no example 'nope'; there are:")
    assert asked.stdout == ""
