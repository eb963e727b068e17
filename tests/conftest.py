"""What the rings share."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

# What pytest makes of the test files is kept, whatever the environment says: it takes seconds to make.
sys.dont_write_bytecode = False

# No test depends on how fast the machine is.
settings.register_profile("rings", deadline=None)
settings.load_profile("rings")


@pytest.fixture
def place() -> Iterator[Path]:
    """A data directory that PostgreSQL's own account can get to, which pytest's `tmp_path` is not for root."""
    folder = Path(tempfile.mkdtemp(prefix="prisma-test-"))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder)
