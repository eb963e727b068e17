"""The plugin where programs without a virtualenv have it: in Pulumi's own folder, whose schema the engine keeps."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from prisma_provider.cli.make_plugin import NAME


def install(environment: Mapping[str, str]) -> None:
    """Make the plugin of what is installed here, and install it in the folder that PULUMI_HOME names."""
    with tempfile.TemporaryDirectory() as folder:
        command = Path(sys.executable).with_name("pulumi-prisma")
        made = subprocess.run(
            [command, "make-plugin", f"{folder}/plugin"], stdout=subprocess.PIPE, text=True, check=True
        )
        installation = made.stdout.splitlines()[-1].split()
        subprocess.run(installation, stderr=subprocess.DEVNULL, env=environment, check=True)


def path_without_command(path: str) -> str:
    """A PATH with this Python, and without the command of a virtualenv, which would go first."""
    places = [Path(sys.base_prefix) / "bin", *map(Path, path.split(os.pathsep))]
    return os.pathsep.join(str(place) for place in places if not (place / NAME).exists())
