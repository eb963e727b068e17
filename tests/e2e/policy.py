"""examples/policy as the Pulumi CLI at hand can start it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from examples._machine.setup import ROOT

PACK = ROOT / "examples" / "policy"
PLUGIN = "pulumi-analyzer-policy-built"


def pack(folder: Path) -> tuple[Path, str]:
    """The folder to give `--policy-pack`, and the PATH with which the CLI at hand starts it.

    The language host that is built from Go modules is older than the way in which the CLI starts a Python policy pack.
    There a copy is started as Pulumi did before: by a plugin that is named after the runtime.
    """
    path = os.environ["PATH"]
    if shutil.which("pulumi-analyzer-policy-python"):  # Pulumi's own distribution brings it along
        return PACK, path
    copied = Path(shutil.copytree(PACK, folder / "policy", ignore=shutil.ignore_patterns("__pycache__")))
    settings = copied / "PulumiPolicy.yaml"
    settings.write_text(settings.read_text().replace("runtime: python", "runtime: built"))
    plugin = folder / "policy-plugin" / PLUGIN
    plugin.parent.mkdir()
    plugin.write_text('#!/bin/sh\nexec python3 -u -m pulumi.policy "$1" "$2"\n')
    plugin.chmod(0o755)
    return copied, f"{plugin.parent}{os.pathsep}{path}"
