"""Intents: what this machine remembers of requests whose end is not known."""

from __future__ import annotations

from pathlib import Path

import pytest

from prisma_provider.live.intents import Intents


@pytest.mark.parametrize("moved", [False, True])
def test_they_are_in_pulumi_s_own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moved: bool) -> None:
    """Every run of mine on this machine finds them: in PULUMI_HOME, or in ~/.pulumi."""
    home = tmp_path / "elsewhere" if moved else tmp_path / ".pulumi"
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setenv("PULUMI_HOME", str(home) if moved else "")
    Intents.of_pulumi().remember("connection", "db_1", before=["con_2", "con_1"])
    assert [path.parent for path in home.rglob("*.json")] == [home / "prisma" / "intents"]
    assert (home / "prisma" / "intents").stat().st_mode & 0o777 == 0o700
    assert Intents.of_pulumi().left("connection", "db_1") == frozenset({"con_1", "con_2"})


@pytest.mark.parametrize("spoilt", ["", "[]", "{}", '{"key": 1}', '{"key": null, "before": 1}'])
def test_a_file_that_is_spoilt_counts_as_none(tmp_path: Path, spoilt: str) -> None:
    """Whatever a file holds, it stops no run, and hides none beside it."""
    intents = Intents(tmp_path)
    intents.remember("connection", "db_1")
    intents.remember("connection", "db_2")
    intents._file(("connection", "db_1")).write_text(spoilt)
    assert intents.left("connection", "db_1") is None
    assert intents.all_left("connection") == [("connection", "db_2")]
