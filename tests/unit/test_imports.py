"""Files of the user's that are called like modules, and programs whose provider cannot be started."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import pulumi
import pytest

from prisma_provider.imports import in_the_way, installed_first, loaded_when_used
from pulumi_prisma import starting


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A program's folder, as Pulumi runs it: first on the path, and the working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(".")
    before = dict(sys.modules)
    for name in ("colorsys", "wave", "tenacity"):
        sys.modules.pop(name, None)
    for check in (starting.check_dynamic_host, starting.check_plugin):
        check.cache_clear()
    yield tmp_path
    sys.modules.clear()
    sys.modules.update(before)


def test_the_library_is_found_past_a_file_of_mine(folder: Path) -> None:
    """With a file of mine called like a module, what the provider imports is the module, and what I import my file."""
    (folder / "colorsys.py").write_text("MINE = True\n")
    (folder / "wave").mkdir()
    (folder / "wave" / "__init__.py").touch()
    path = list(sys.path)
    with installed_first():
        import colorsys
        import wave

        assert hasattr(colorsys, "rgb_to_hsv") and hasattr(wave, "Wave_read")
    assert sys.path == path
    import colorsys as mine

    assert mine.MINE  # type: ignore[attr-defined]


def test_a_file_of_mine_that_is_imported_already_comes_back(folder: Path) -> None:
    """What my program has imported is in nobody's way, and is the same module afterwards."""
    (folder / "colorsys.py").write_text("MINE = True\n")
    import colorsys as mine

    with installed_first():
        import colorsys

        assert colorsys is not mine and hasattr(colorsys, "rgb_to_hsv")
    assert sys.modules["colorsys"] is mine


def test_a_package_stays(folder: Path) -> None:
    """Packages import one another while they work: what was imported past my file stays."""
    (folder / "tenacity.py").write_text("MINE = True\n")
    with installed_first():
        import tenacity
    assert sys.modules["tenacity"] is tenacity and hasattr(tenacity, "Retrying")


def test_nothing_is_done_where_nothing_is_in_the_way(folder: Path) -> None:
    """My own modules, of names that are nobody's, are imported as ever."""
    (folder / "helpers.py").write_text("MINE = True\n")
    with installed_first():
        import helpers  # type: ignore[import-not-found]

        path = list(sys.path)
    assert path == sys.path
    assert sys.modules["helpers"] is helpers


def test_a_file_that_keeps_pulumi_from_starting_is_named(folder: Path) -> None:
    """A file that Pulumi's own host trips over is named, instead of the traceback of its end."""
    starting.check_dynamic_host()
    (folder / "queue.py").write_text("MINE = True\n")
    assert in_the_way() == [str(folder / "queue.py")]
    starting.check_dynamic_host.cache_clear()
    with pytest.raises(pulumi.RunError, match=r"queue\.py: a module of Python has the same name.*Rename"):
        starting.check_dynamic_host()
    (folder / "queue.py").write_text("from _queue import SimpleQueue, Empty\nclass Queue: ...\nclass Full: ...\n")
    starting.check_dynamic_host()


def in_a_thread(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The warnings of a program of the Automation API."""
    warnings: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", warnings.append)
    for check in (starting.check_dynamic_host, starting.check_plugin):
        thread = threading.Thread(target=check)
        thread.start()
        thread.join()
    return warnings


def test_native_without_the_plugin(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Pulumi finds no plugin, I am told the two commands that install it, with whole paths where PATH lacks them.

    Nothing is said where it is installed, or where my project or PULUMI_DEBUG_PROVIDERS says where it is.
    """
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("PULUMI_HOME", str(folder))
    monkeypatch.delenv("PULUMI_DEBUG_PROVIDERS", raising=False)
    (folder / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")
    with pytest.raises(pulumi.RunError) as refused:
        starting.check_plugin()
    _, make, install = str(refused.value).splitlines()
    assert make == f"  {Path(sys.executable).with_name('pulumi-prisma')} make-plugin prisma-plugin"
    own = version("pulumi-prisma")
    assert install == f"  pulumi plugin install resource prisma {own} --file prisma-plugin"
    monkeypatch.setenv("PULUMI_DEBUG_PROVIDERS", "prisma:1234")
    starting.check_plugin()
    monkeypatch.delenv("PULUMI_DEBUG_PROVIDERS")
    starting.check_plugin.cache_clear()
    (folder / "Pulumi.yaml").write_text("name: shop\nplugins:\n  providers: [{name: prisma, path: ../bin}]\n")
    starting.check_plugin()
    (folder / "Pulumi.yaml").unlink()
    starting.check_plugin.cache_clear()
    (folder / "plugins" / "resource-prisma-v0.1.0").mkdir(parents=True)
    starting.check_plugin()


@pytest.mark.posix
def test_the_automation_api_without_the_virtualenv(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Pulumi would start another Python, or finds no plugin, I am told how to set PATH; else nothing is said."""
    python = folder / "python3"
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("PULUMI_HOME", str(folder))
    for name in ("PULUMI_PYTHON_CMD", "PULUMI_DEBUG_PROVIDERS"):
        monkeypatch.delenv(name, raising=False)
    first, second = in_a_thread(monkeypatch)
    assert f"{python}, which Pulumi starts the provider with, lacks pulumi-prisma" in first
    assert "pulumi-resource-prisma, which Pulumi starts, is not on PATH" in second
    assert "virtualenv" in first and "env_vars" in second
    starting.check_dynamic_host.cache_clear()
    starting.check_dynamic_host()


def test_the_automation_api_with_the_virtualenv(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the virtualenv first on PATH nothing is said, nor started."""
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent))
    monkeypatch.delenv("PULUMI_PYTHON_CMD", raising=False)
    monkeypatch.setattr(subprocess, "Popen", None)
    assert in_a_thread(monkeypatch) == []


def test_a_module_that_nobody_uses_is_not_loaded(folder: Path) -> None:
    """A library that imports a module gets it, and the time of loading it is spent when something in it is used."""
    (folder / "library.py").write_text("import wave\n")
    with loaded_when_used("wave", "colorsys"):
        import library  # type: ignore[import-not-found]

        with pytest.raises(ModuleNotFoundError):
            import_module("colorsys.nothing")  # it is no package
    assert "wave" not in sys.modules
    assert library.wave.Wave_read.__module__ == "wave"
    assert sys.modules["wave"].Wave_read is library.wave.Wave_read
    with loaded_when_used("wave"):
        import wave
    assert library.wave.Error is wave.Error and sys.modules["wave"] is wave
