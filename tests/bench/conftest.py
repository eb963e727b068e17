"""The bench has a table that it prints at its end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bench.table import Table


@pytest.fixture(scope="session")
def table() -> Iterator[Table]:
    """Rows as they are measured."""
    found = Table()
    yield found


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table, below what pytest says."""
    for line in Table.printed():
        terminalreporter.write_line(line)
