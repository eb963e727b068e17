"""The package as Pulumi's code generators, its YAML host and `pulumi do` read it: the file beside this one.

It is derived from the SDK's classes (`pulumi_prisma.schema`), and read here as it is: the engine asks for it first.
"""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path


def text() -> str:
    """The schema as the engine takes it, of the version that is installed."""
    schema = Path(__file__).with_name("schema.json").read_text(encoding="utf-8")
    return schema.replace("{", f'{{\n  "version": {json.dumps(version("pulumi-prisma"))},', 1)


if __name__ == "__main__":
    print(text())
