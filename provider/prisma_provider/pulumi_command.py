"""Pulumi on this machine: its command line, as it is on PATH, and its folder."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path


def home(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder that Pulumi keeps for its user, with plugins and credentials (`PULUMI_HOME`)."""
    return Path(environment.get("PULUMI_HOME") or Path.home() / ".pulumi")


def ask(*arguments: str, seconds: float, folder: Path | None = None) -> bytes:
    """What `pulumi …` prints, in this folder or in the current one.

    Raises FileNotFoundError where there is no such command, and SubprocessError where it fails or takes longer.
    """
    import shutil  # the plugin wants the folder alone, and soon

    pulumi = shutil.which("pulumi")
    if pulumi is None:
        raise FileNotFoundError("there is no `pulumi` on PATH")
    done = subprocess.run(  # noqa: S603  the command that runs programs, with arguments of our own
        [pulumi, *arguments, "--non-interactive"],
        cwd=folder,
        env={**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=seconds,
        check=True,
    )
    return done.stdout
