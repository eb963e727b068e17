"""Children that never outlive us: each leads a session of its own, and the whole session ends with it.

A process group is not enough: Pulumi gives each of its plugins a group of its own. The session they share.
"""

import contextlib
import math
import os
import selectors
import shutil
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import IO

from .failure import Failure

TAIL_LINES = 40
POLL_SECONDS = 0.2
GRACE_OF_ORPHANS = 2.0


class Stopped(BaseException):
    """We were asked to stop by a signal; like KeyboardInterrupt, no `except Exception` may swallow it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 128 + number


@dataclass(frozen=True)
class Manners:
    """How a child is asked to stop, and how many seconds it may take before it is made to."""

    asked_with: signal.Signals = signal.SIGTERM
    grace: float = 5.0


@dataclass(frozen=True)
class Ended:
    """How a child ended, and what it said last."""

    code: int
    said: tuple[str, ...]
    late: bool = False

    @property
    def well(self) -> bool:
        """Whether it succeeded."""
        return self.code == 0 and not self.late


def parents() -> dict[int, int]:
    """Every process on this machine and its parent."""
    if Path("/proc/self/stat").exists():
        return dict(_parents_from_proc())
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=False)
    rows = (line.split() for line in listed.stdout.splitlines())
    return {int(pid): int(parent) for pid, parent, state in rows if not state.startswith("Z")}


def _parents_from_proc() -> Iterator[tuple[int, int]]:
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            # A process may be gone between the listing and the reading.
            with contextlib.suppress(OSError):
                # The name stands in parentheses and may hold spaces: count from the last one.
                state, parent = (entry / "stat").read_text().rpartition(")")[2].split()[:2]
                if state != "Z":
                    yield int(entry.name), int(parent)


def family(leader: int) -> set[int]:
    """The session that this process leads, with everything its members have started since."""
    parent_of = parents()
    members = {pid for pid in parent_of if pid == leader or _session(pid) == leader}
    while grown := {pid for pid, parent in parent_of.items() if parent in members} - members:
        members |= grown
    return members


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


class Processes:
    """The children of one run. Leaving the `with` stops whatever is left, on any way out."""

    def __init__(self) -> None:
        self._children: dict[subprocess.Popen[bytes], Manners] = {}

    def __enter__(self) -> "Processes":
        # Also where we were started with SIGINT ignored, as shells do behind `&`.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, _raise_stopped)
        return self

    def __exit__(self, *_: object) -> None:
        # A second Ctrl-C of an impatient person must not leave half of them behind: the wait is bounded.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child in reversed(list(self._children)):
            self.stop(child)

    def start(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        output: int | IO[bytes] | None = None,
        errors: int | IO[bytes] | None = None,
        manners: Manners | None = None,
    ) -> "subprocess.Popen[bytes]":
        """Starts a child in a session of its own, without our stdin."""
        command = [str(part) for part in argv]
        # Popen looks the program up on our PATH, and the child's may be another one.
        command[0] = shutil.which(command[0], path=(env or os.environ).get("PATH")) or command[0]
        try:
            child = subprocess.Popen(
                command,
                env=env,
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
            )
        except OSError as error:
            raise Failure(f"{command[0]} could not be started: {error.strerror}.") from None
        self._children[child] = manners or Manners()
        return child

    def stop(self, child: "subprocess.Popen[bytes]") -> None:
        """Ends a child, and whatever it has left behind."""
        end(child, self._children[child])
        del self._children[child]

    def release(self, child: "subprocess.Popen[bytes]") -> None:
        """Lets a child live on after us."""
        del self._children[child]
        child.returncode = 0  # or Popen would warn, when it is forgotten, that the child still runs

    def run(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        on_line: Callable[[str], None] = lambda line: None,
        on_tick: Callable[[], None] = lambda: None,
        limit: float = math.inf,
    ) -> Ended:
        """Runs a child to its end and hands on each line it prints; beyond `limit` seconds it is ended."""
        child = self.start(argv, env=env, cwd=cwd, output=subprocess.PIPE, errors=subprocess.STDOUT)
        deadline = time.monotonic() + limit
        said: deque[str] = deque(maxlen=TAIL_LINES)
        late = False
        try:
            for line in _lines(child):
                if line is not None:
                    said.append(line)
                    on_line(line)
                    continue
                on_tick()
                if late := time.monotonic() > deadline:
                    break
            if not late:
                child.wait()
        finally:
            self.stop(child)
        return Ended(child.returncode, tuple(said), late)

    def ask(
        self, argv: Sequence[str | Path], *, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> tuple[int, str, str]:
        """Runs a child to its end; gives its exit code, and what it wrote to stdout and stderr."""
        child = self.start(argv, env=env, cwd=cwd, output=subprocess.PIPE, errors=subprocess.PIPE)
        try:
            out, errors = child.communicate()
        finally:
            self.stop(child)
        return child.returncode, out.decode(errors="replace"), errors.decode(errors="replace")

    def show(
        self,
        argv: Sequence[str | Path],
        *,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        manners: Manners | None = None,
    ) -> int:
        """Runs a child that writes where we write, and gives its exit code."""
        sys.stdout.flush()
        child = self.start(argv, env=env, cwd=cwd, manners=manners)
        try:
            return child.wait()
        finally:
            self.stop(child)


def end(child: "subprocess.Popen[bytes]", manners: Manners) -> None:
    """Asks the child's whole session to stop, and after a grace period makes it."""
    members = family(child.pid)
    if child.poll() is None:
        # The leader first and alone: it stops its own children in the order that is right for them.
        _signal({child.pid}, manners.asked_with)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(manners.grace)
    members |= family(child.pid)
    _signal(members, signal.SIGTERM)
    deadline = time.monotonic() + min(manners.grace, GRACE_OF_ORPHANS)
    while (left := members & parents().keys()) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS / 10)
    _signal(left, signal.SIGKILL)
    child.wait()
    if child.stdout is not None:
        child.stdout.close()
    if child.stderr is not None:
        child.stderr.close()


def _signal(pids: set[int], number: signal.Signals) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, number)


def _raise_stopped(number: int, _frame: FrameType | None) -> None:
    raise Stopped(number)


def _lines(child: subprocess.Popen[bytes]) -> Iterator[str | None]:
    """The child's lines as they come, and None whenever a moment passes without any."""
    assert child.stdout is not None
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(child.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(POLL_SECONDS):
                if child.poll() is not None:
                    break  # a straggler may hold the pipe open for ever
                yield None
                continue
            chunk = os.read(child.stdout.fileno(), 65536)
            if not chunk:
                break
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield line.decode(errors="replace").rstrip("\r")
            yield None
    if rest:
        yield rest.decode(errors="replace")
