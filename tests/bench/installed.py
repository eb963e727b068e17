"""The plugin where programs without a virtualenv have it: in Pulumi's own folder, whose schema the engine keeps."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

PLUGIN = "pulumi-resource-prisma"


def install(environment: Mapping[str, str]) -> None:
    """Make the plugin of what is installed here, and install it in the folder that PULUMI_HOME names."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "plugin"
        command = Path(sys.executable).with_name("pulumi-prisma")
        subprocess.run([command, "make-plugin", made], stdout=subprocess.DEVNULL, check=True)
        known = ("prisma", version("pulumi-prisma"))
        subprocess.run(
            ["pulumi", "plugin", "install", "resource", *known, "--file", made],
            stderr=subprocess.DEVNULL,
            env=environment,
            check=True,
        )


def path_without_command(path: str) -> str:
    """A PATH with this Python, and without the command of a virtualenv, which would go first."""
    places = [Path(sys.base_prefix) / "bin", *map(Path, path.split(os.pathsep))]
    return os.pathsep.join(str(place) for place in places if not (place / PLUGIN).exists())
