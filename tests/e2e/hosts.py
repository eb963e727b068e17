"""One list of scenarios over both hosts: what one promises, the other keeps."""

from __future__ import annotations

import pytest

from e2e.stack import HEADERS

both_hosts = pytest.mark.parametrize("stack", HEADERS, indirect=True)
"""Run with a stack over each host."""
