"""The stack that is selected in a folder, as Pulumi's own command exports it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

_SECONDS = 60.0


def export(folder: Path) -> str | None:
    """Its export, with its secrets encrypted; None where there is none, or it cannot be had."""
    pulumi = shutil.which("pulumi")
    places = (folder.absolute(), *folder.absolute().parents)
    if pulumi is None or not any((each / "Pulumi.yaml").is_file() for each in places):
        return None
    try:
        return subprocess.run(  # noqa: S603  Pulumi's command, as it is on PATH
            [pulumi, "stack", "export", "--non-interactive"],
            cwd=folder,
            env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return None
