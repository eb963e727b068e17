"""What the tests of the local control plane share: one server for all, emptied for each."""

from __future__ import annotations

from collections.abc import Iterator
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
