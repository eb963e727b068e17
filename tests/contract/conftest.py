"""What the tests of the local control plane share: one server for all, emptied for each."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local_server import LocalServer


@pytest.fixture(scope="session")
def server() -> Iterator[LocalServer]:
    with LocalServer() as running:
        yield running


@pytest.fixture
def local(server: LocalServer) -> LocalServer:
    """The server as after its first start."""
    server.reset()
    return server


@pytest.fixture
def project(local: LocalServer) -> dict[str, Any]:
    """A project without a database."""
    return local.made("/v1/projects", name="shop", createDatabase=False)


@pytest.fixture
def place() -> Iterator[Path]:
    """A data directory that PostgreSQL's own account can get to, which pytest's `tmp_path` is not for root."""
    folder = Path(tempfile.mkdtemp(prefix="prisma-test-"))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder)
