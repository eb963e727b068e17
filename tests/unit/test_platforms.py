"""Systems that lack what POSIX has: everything runs on Windows but `prisma-local`, which says what it needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

from prisma_local.__main__ import main

# Each module of ours is imported twice: with what it imports itself, and then alone, on a system that lacks POSIX.
ON_WINDOWS = """
import importlib, os, pkgutil, signal, sys

PACKAGES = "prisma_provider", "pulumi_prisma"
MODULES = "fcntl", "grp", "posix", "pty", "pwd", "resource", "syslog", "termios", "tty"
CALLS = {
    os: ("chown", "fork", "getegid", "geteuid", "getgid", "getpgid", "getuid", "killpg", "mkfifo", "setsid", "uname"),
    signal: ("SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGUSR1"),
}


def import_all():
    for name in PACKAGES:
        package = importlib.import_module(name)
        for module in pkgutil.walk_packages(package.__path__, name + "."):
            importlib.import_module(module.name)


import_all()
ours = [name for name in sys.modules if name.partition(".")[0] in PACKAGES]
for name in ours:
    del sys.modules[name]
for name in MODULES:
    sys.modules[name] = None
for module, names in CALLS.items():
    for name in names:
        delattr(module, name)
import_all()
print(len(ours))
"""


def test_all_but_the_control_plane_is_imported_without_posix() -> None:
    """On Windows I import the SDK, and Pulumi starts the provider: nothing there wants fcntl, pwd or SIGKILL."""
    done = subprocess.run([sys.executable, "-c", ON_WINDOWS], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 100


@pytest.mark.parametrize("lacking", ["fcntl", "pwd"])
def test_the_control_plane_says_which_system_it_needs(
    lacking: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """On Windows `prisma-local` is one sentence with the way out; its help I can read."""
    monkeypatch.setitem(sys.modules, lacking, None)
    assert main(["--ephemeral"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("prisma-local: ") and "Linux and macOS" in line and "WSL" in line
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
