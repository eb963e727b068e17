"""Pulumi's own command line, as it is on PATH."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path


def ask(*arguments: str, seconds: float, folder: Path | None = None) -> bytes:
    """What `pulumi …` prints, in this folder or in the current one.

    Raises FileNotFoundError where there is no such command, and SubprocessError where it fails or takes longer.
    """
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
