"""`pulumi install` finds the plugin that `pulumi package add` was given by its path."""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from prisma_provider.plugin.linking import NAME, link

pytestmark = pytest.mark.posix  # Windows forbids links to most accounts


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The command of a virtualenv, by which this process was started."""
    file = tmp_path / "venv" / "bin" / NAME
    file.parent.mkdir(parents=True)
    file.write_text("of the virtualenv")
    monkeypatch.setattr(sys, "argv", [str(file), "127.0.0.1:1"])
    monkeypatch.setenv("PULUMI_HOME", str(tmp_path / "home"))
    return file


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where Pulumi looks for this version of the plugin."""
    return tmp_path / "home" / "plugins" / f"resource-prisma-v{version('pulumi-prisma')}"


def test_what_is_installed_stays(command: Path, folder: Path) -> None:
    """A plugin that I installed, as a command or as a folder with a PulumiPlugin.yaml, is left as it is."""
    folder.mkdir(parents=True)
    link(version("pulumi-prisma"))
    assert list(folder.iterdir()) == []
    (folder / NAME).write_text("installed")
    link(version("pulumi-prisma"))
    assert (folder / NAME).read_text() == "installed"


def test_a_link_is_made_only_of_the_command(
    command: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Started in another way (`python -m`, a debugger), or where it may not write, it leaves my plugins alone."""
    (command.parent / "__main__.py").touch()
    for started in (command.parent / "__main__.py", tmp_path / "gone" / NAME):
        monkeypatch.setattr(sys, "argv", [str(started)])
        link(version("pulumi-prisma"))
    assert not folder.exists()
    monkeypatch.setattr(sys, "argv", [str(command)])
    (tmp_path / "home").write_text("a file")
    link(version("pulumi-prisma"))


def test_the_command_is_found(command: Path, folder: Path) -> None:
    """The command of my virtualenv is what Pulumi finds; when that is gone, the next one takes its place."""
    link(version("pulumi-prisma"))
    link(version("pulumi-prisma"))
    assert (folder / NAME).read_text() == "of the virtualenv"
    (folder / NAME).unlink()
    (folder / NAME).symlink_to(command.parent / "gone")
    link(version("pulumi-prisma"))
    assert (folder / NAME).read_text() == "of the virtualenv"
