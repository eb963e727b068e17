"""What the rings share."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def place() -> Iterator[Path]:
    """A data directory that PostgreSQL's own account can get to, which pytest's `tmp_path` is not for root."""
    folder = Path(tempfile.mkdtemp(prefix="prisma-test-"))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder)
