"""Cold starts of prisma-local by their clock."""

from __future__ import annotations

import pytest

from prisma_local.databases.cold_starts import ColdStarts
from prisma_local.errors import SessionRefused
from prisma_local.testing.settings import Settings


class Database:
    """As much of a database as counts here."""

    id = "db_1"
    created_at = "1970-01-01T00:01:40Z"


def test_it_refuses_then_drops_then_works_and_starts_again_when_idle() -> None:
    """A new database refuses for some seconds, then drops, then works; after some idle seconds it does it again."""
    now = [100.0]
    starts = ColdStarts(Settings(refusing=5, dropping=5, standby_after=60), lambda: now[0])
    database = Database()

    def at(seconds: float) -> object:
        now[0] = 100 + seconds
        try:
            dropped = starts.begin(database)  # type: ignore[arg-type]
        except SessionRefused as refusal:
            return str(refusal)
        starts.end(database)  # type: ignore[arg-type]
        return dropped

    assert [at(second) for second in (0, 4.9)] == ["Failed to connect to upstream database"] * 2
    assert [at(second) for second in (5, 9.9)] == [True, True]
    assert [at(second) for second in (10, 69)] == [False, False]
    assert [at(second) for second in (130, 134, 136, 141)] == ["Failed to connect to upstream database"] * 2 + [
        True,
        False,
    ]


def test_a_session_keeps_it_awake() -> None:
    """A database with an open session is not idle, however long it says nothing."""
    now = [100.0]
    starts = ColdStarts(Settings(standby_after=10), lambda: now[0])
    database = Database()
    assert starts.begin(database) is False  # type: ignore[arg-type]
    now[0], starts._settings.refusing = 1000, 5
    assert starts.begin(database) is False  # type: ignore[arg-type]
    for _ in range(2):
        starts.end(database)  # type: ignore[arg-type]
    now[0] = 1011
    with pytest.raises(SessionRefused):
        starts.begin(database)  # type: ignore[arg-type]
