"""`./examples/run`: one example from nothing to a PostgreSQL that answers, and back to nothing."""

import argparse
import contextlib
import importlib
import json
import os
import re
import secrets
import shlex
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NoReturn

from .console import Console, spell
from .control import start
from .engine import Engine
from .failure import Failure
from .processes import Processes, Stopped
from .setup import ROOT, Machine, backend, prepare, quiet
from .typescript import TypeScript

EXAMPLES = ROOT / "examples"
# Carries what the set-up found into the interpreter that has the project installed.
CARRIED = "PULUMI_PRISMA_CARRIED"


def names() -> list[str]:
    """The examples that can be played: every folder that holds a Pulumi program and its tour."""
    return sorted(file.parent.name for file in EXAMPLES.glob("*/tour.py"))


def language(name: str) -> str:
    """What an example is written in."""
    (found,) = re.findall(r"^runtime: *(\w+)", (EXAMPLES / name / "Pulumi.yaml").read_text(), re.MULTILINE)
    return str(found)


def arguments(argv: list[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        prog="./examples/run",
        description=(
            "Runs an example on this machine, with no account: sets up Python and Pulumi, starts prisma-local "
            "(Prisma's Management API over a real PostgreSQL), runs `pulumi up`, shows what the example is about, "
            "destroys it and stops what it started."
        ),
        epilog=f"Examples: {', '.join(names())}.",
    )
    parser.add_argument("name", nargs="?", default="quickstart", metavar="NAME", help="default: quickstart")
    parser.add_argument("--keep", action="store_true", help="leave it all running and say how to go on")
    asked = parser.parse_args(argv)
    if asked.name not in names():
        raise Failure(f"There is no example {asked.name!r}; there are: {', '.join(names())}.")
    return asked


def main() -> NoReturn:
    """The command, with every way out."""
    sys.exit(guarded(run))


def guarded(command: Callable[[Processes], int]) -> int:
    """Runs a command so that nothing it started outlives it, and gives its exit code."""
    try:
        with Processes() as processes:
            return command(processes)
    except Failure as failure:
        print("\n" + "\n".join(failure.lines()), file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Whoever read us has gone. Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except KeyboardInterrupt:
        print("\nInterrupted; everything that was started is stopped.", file=sys.stderr)
        return 128 + signal.SIGINT
    except Stopped as stopped:
        print("\nStopped; so is everything that was started.", file=sys.stderr)
        return stopped.code


def run(processes: Processes) -> int:
    """Set-up in any Python; the rest in the one that has a PostgreSQL driver."""
    asked = arguments(sys.argv[1:])
    if CARRIED not in os.environ:
        started = time.time()
        console = Console()
        console.write(f"Example {asked.name}: Prisma Postgres with Pulumi, on this machine alone.")
        machine = prepare(console, processes, "local", [language(asked.name)])
        _go_on_inside(machine, console.next_number, started)
    carried = json.loads(os.environ.pop(CARRIED))
    hosts = tuple(map(Path, carried["hosts"]))
    machine = Machine(Path(carried["environment"]), Engine(Path(carried["bin"]), *carried["engine"]), hosts)
    console = Console(first=carried["next"])
    play(asked.name, asked.keep, console, processes, machine)
    console.write(f"\nDone in {spell(time.time() - carried['started'])}.")
    return 0


def _go_on_inside(machine: Machine, number: int, started: float) -> NoReturn:
    carried = {
        "environment": str(machine.environment_folder),
        "bin": str(machine.engine.bin),
        "engine": [machine.engine.version, machine.engine.origin],
        "hosts": list(map(str, machine.hosts)),
        "next": number,
        "started": started,
    }
    environment = machine.environment() | {CARRIED: json.dumps(carried)}
    os.execve(machine.python, [str(machine.python), *sys.argv], environment)


def play(name: str, keep: bool, console: Console, processes: Processes, machine: Machine) -> None:
    """The example from its first step to its last, in a folder that goes with it."""
    # Imported here: it needs what the set-up installs.
    from .stage import STACK, Stage

    with contextlib.ExitStack() as way_out:
        folder = Path(tempfile.mkdtemp(prefix=f"prisma-{name}-"))
        way_out.callback(shutil.rmtree, folder, ignore_errors=True)
        with console.step("prisma-local"):
            plane = start(console, processes, machine, folder)
        way_out.callback(processes.stop, plane.child)
        settings = {**plane.settings, **backend(folder / "pulumi", secrets.token_urlsafe(12))}
        # A copy: the settings of this run's stack must not show up in the checkout.
        program = folder / name
        shutil.copytree(EXAMPLES / name, program, ignore=shutil.ignore_patterns("__pycache__"))
        environment = machine.environment() | settings
        if language(name) == "nodejs":
            environment["TMPDIR"] = str(folder)  # Node.js keeps there what it has compiled
            with console.step("TypeScript"):
                TypeScript(console, processes, machine, program, environment).prepare()
        told = importlib.import_module(f"examples.{name}.tour")
        first = getattr(told, "STACK", STACK)  # the stack that has to be there before the others
        stage = Stage(console, processes, program, environment, plane.local, first)
        with plane.explains_failures():
            with console.step("First `pulumi up`"):
                stage.create()
                stage.up()
            told.tour(stage)
        if keep:
            way_out.pop_all()
            processes.release(plane.child)
            console.write(how_to_go_on(machine, {**settings, "PULUMI_STACK": first}, program, plane.child.pid))
            return
        with plane.explains_failures(), console.step("Destroy"):
            stage.destroy()
            stage.require(not plane.names_of_projects(), "nothing is left in the workspace")


def how_to_go_on(machine: Machine, settings: Mapping[str, str], program: Path, pid: int) -> str:
    """What to paste to take over a run that was kept, and what ends it."""
    exports = {**quiet(), **settings, "VIRTUAL_ENV": str(machine.environment_folder)}
    return "\n".join(
        [
            "",
            "It is still running. To go on, paste:",
            "",
            f'export PATH={shlex.quote(machine.path)}:"$PATH"',
            *(f"export {name}={shlex.quote(value)}" for name, value in exports.items()),
            f"cd {shlex.quote(str(program))}",
            "pulumi up",
            "",
            "To stop prisma-local, which deletes its databases, and remove the rest:",
            "",
            f"kill {pid}; rm -rf {shlex.quote(str(program.parent))}",
        ]
    )
