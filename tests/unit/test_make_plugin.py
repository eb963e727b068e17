"""`pulumi-prisma make-plugin`: what is installed, in one folder."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, distribution
from importlib.util import cache_from_source
from pathlib import Path

import pytest
from click.testing import CliRunner

from prisma_provider.cli import command, make_plugin


class Installed:
    """A distribution, with what it says that it needs."""

    def __init__(self, requires: Iterable[str] = ()) -> None:
        self.requires = list(requires)


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> dict[str, Installed]:
    """What is installed, by name."""
    found: dict[str, Installed] = {}

    def lookup(name: str) -> Installed:
        if name not in found:
            raise PackageNotFoundError(name)
        return found[name]

    monkeypatch.setattr(make_plugin, "distribution", lookup)
    return found


def test_a_folder_that_exists_is_left_alone(tmp_path: Path) -> None:
    """I named a folder that exists already: nothing is written into it."""
    done = CliRunner().invoke(command.command, ["make-plugin", str(tmp_path)])
    assert done.exit_code == 1
    assert "exists already: give another name" in done.output
    assert list(tmp_path.iterdir()) == []


def test_what_does_not_start_is_no_plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that I installed by half is named, and no folder is left that looks like a plugin."""
    monkeypatch.setattr(make_plugin, "_needed", lambda name, _extras: [distribution(name)])
    done = CliRunner().invoke(command.command, ["make-plugin", str(tmp_path / "plugin")])
    assert done.exit_code == 1
    assert "What is installed here is not complete: ModuleNotFoundError" in done.output
    assert list(tmp_path.iterdir()) == []


def test_a_plugin_is_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A container in which Python writes no bytecode, or may not, starts the plugin as fast as any other."""
    monkeypatch.setattr(make_plugin, "_needed", lambda name, _extras: [distribution(name)])
    monkeypatch.setattr(make_plugin, "_started", lambda _launcher: "0.1.0")
    folder = tmp_path / "plugin"
    assert CliRunner().invoke(command.command, ["make-plugin", str(folder)]).exit_code == 0
    sources = list((folder / "lib" / "prisma_provider").rglob("*.py"))
    assert len(sources) > 100
    for source in sources:
        compiled = Path(cache_from_source(str(source))).read_bytes()
        assert compiled[4:8] == b"\1\0\0\0", "a hash that is not checked: an installed plugin's files have new times"
        assert str(tmp_path).encode() not in compiled, "nothing of the machine that made it"


def test_a_plugin_has_only_what_is_in_it(tmp_path: Path) -> None:
    """Other packages of the same Python are not found: httpcore imports trio wherever it is."""
    package = tmp_path / "lib" / "prisma_provider" / "plugin"
    package.mkdir(parents=True)
    for each in (package, package.parent):
        (each / "__init__.py").touch()
    (package / "__main__.py").write_text("import sys\ndef main(): print(*sys.path, sep='\\n')\n")
    (tmp_path / "launcher").write_text(make_plugin.LAUNCHER)
    done = subprocess.run([sys.executable, tmp_path / "launcher"], capture_output=True, text=True, check=True)
    found = done.stdout.splitlines()
    assert found[0] == str(tmp_path / "lib")
    assert not [entry for entry in found if entry.endswith("-packages")]


def test_what_is_needed(installed: dict[str, Installed]) -> None:
    """What the package needs, and what that needs, with the extras that are asked for; never what only tests want."""
    installed["shop"] = Installed(["Web_Kit[fast, tls]<2,>=1", 'lint>=1; extra == "test"', "gone; sys_platform == 'x'"])
    installed["web-kit"] = Installed(["shop", "quick; extra == 'fast'", 'slow; python_version < "9" and extra == "s"'])
    installed |= {name: Installed() for name in ("quick", "slow", "lint")}
    needed: list[object] = [*make_plugin._needed("shop")]
    assert needed == [installed[name] for name in ("shop", "web-kit", "quick")]
