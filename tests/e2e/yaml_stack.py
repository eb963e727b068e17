"""A stack whose program is YAML, which only the plugin can serve."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from e2e.stack import Stack
from local_server import LocalServer

HEADER = """\
name: shop
runtime: yaml
"""


class YamlStack(Stack):
    """Programs are the `resources:` and what follows them, as Pulumi's YAML writes it."""

    def __init__(self, folder: Path, server: LocalServer) -> None:
        if shutil.which("pulumi-language-yaml") is None:
            pytest.fail("there is no YAML host on PATH: start the tests with ./tests/run")
        super().__init__(folder, server)

    def program(self, text: str) -> None:
        """Write the program."""
        (self.folder / "Pulumi.yaml").write_text(HEADER + text)
