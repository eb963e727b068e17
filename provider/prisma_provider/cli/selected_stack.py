"""The state of a stack, as Pulumi's own command exports it, with its secrets encrypted."""

from __future__ import annotations

import subprocess
from pathlib import Path

from prisma_provider import pulumi_command

_SECONDS = 60.0


def export(folder: Path) -> str | None:
    """The export of the stack that is selected in this folder; None where there is none, or it cannot be had."""
    places = (folder.absolute(), *folder.absolute().parents)
    if not any((each / "Pulumi.yaml").is_file() for each in places):
        return None
    return exported(seconds=_SECONDS, folder=folder)


def exported(*options: str, seconds: float, folder: Path | None = None) -> str | None:
    """What `pulumi stack export` with these options prints; None where it fails."""
    try:
        return pulumi_command.ask("stack", "export", *options, seconds=seconds, folder=folder).decode(errors="replace")
    except (OSError, subprocess.SubprocessError):
        return None
