"""The version, which stands in pyproject.toml and nowhere else."""

from __future__ import annotations

from importlib import metadata


def version() -> str:
    return metadata.version("pulumi-prisma")
