"""A link from Pulumi's own folder of plugins to the command on PATH.

`pulumi package add PATH` records the name of the plugin, not its path (pulumi/pulumi#21348), and `pulumi install`
looks for that name in this folder and in Pulumi's registry, never on PATH.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

from prisma_provider.pulumi_command import home

NAME = "pulumi-resource-prisma"


def link(version: str) -> None:
    """Let `pulumi install` find the command that this process was started by. What is installed there already stays.

    Nothing happens where that is not possible: the folder may be read-only, and Windows may forbid links.
    """
    command = Path(sys.argv[0]).absolute()
    folder = home() / "plugins" / f"resource-prisma-v{version}"
    target = folder / NAME
    of_a_gone_virtualenv = target.is_symlink() and not target.exists()
    if command.name == NAME and command.is_file() and (of_a_gone_virtualenv or not folder.exists()):
        with suppress(OSError):
            folder.mkdir(parents=True, exist_ok=True)
            target.unlink(missing_ok=True)
            target.symlink_to(command)
