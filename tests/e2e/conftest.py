"""One local control plane for all tests, and a stack and a workspace for each."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from e2e.stack import Stack
from local_server import LocalServer


@pytest.fixture(scope="session")
def running_server() -> Iterator[LocalServer]:
    """The local control plane."""
    if shutil.which("pulumi") is None:
        pytest.fail("there is no Pulumi CLI on PATH: start the tests with ./tests/run")
    with LocalServer() as server:
        yield server


@pytest.fixture
def server(running_server: LocalServer) -> LocalServer:
    """The local control plane without faults or delays of an earlier test."""
    running_server.clear_faults()
    running_server.settings(latency=0, provisioning=0, provisioningEnds="ready")
    running_server.settings(coldStartRefusing=0, coldStartDropping=0)
    running_server.settings(planName="Local", usageBlocked=False, databaseLimit=0)
    running_server.clear()
    return running_server


@pytest.fixture
def stack(tmp_path: Path, server: LocalServer, request: pytest.FixtureRequest) -> Stack:
    """A stack in a workspace of its own, over the host that `both_hosts` gives, or the dynamic one."""
    return Stack(tmp_path, server, getattr(request, "param", "dynamic"))
