"""The report: for people as text, for comparing as JSON. One order, that of the list."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from live.findings import DIFFERS, HOLDS, NOT_TRIED, Found, Reliance
from live.ring import RELIANCES, Walk

VERDICTS = (DIFFERS, NOT_TRIED, HOLDS)


def line(reliance: Reliance, found: Found) -> str:
    """One finding on one line, as it comes."""
    seen = f": {found.why or found.seen}" if found.why or found.seen else ""
    return f"{found.verdict:<9}  {reliance.name}{seen}"


def summary(walk: Walk) -> str:
    """How many of each."""
    counts = ", ".join(f"{len(walk.names(verdict))} {verdict}" for verdict in (HOLDS, DIFFERS, NOT_TRIED))
    return f"{walk.service}: of {len(walk.found)} reliances {counts}, in {walk.seconds:.0f} s"


def text(walk: Walk) -> str:
    """All of it: what differs first."""
    parts = [summary(walk), *(f"LEFT BEHIND: {each}" for each in walk.left)]
    for verdict in VERDICTS:
        rows = [_told(each, walk.found[each.name]) for each in RELIANCES if each.name in walk.names(verdict)]
        parts += [f"\n{verdict.upper()}", *rows] if rows else []
    return "\n".join(parts) + "\n"


def document(walk: Walk) -> dict[str, Any]:
    """The same as data."""
    return {
        "service": walk.service,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": round(walk.seconds, 1),
        "interrupted": walk.interrupted,
        "left": walk.left,
        "reliances": [
            {"name": each.name, "relies": each.relies, "where": each.where, **vars(walk.found[each.name])}
            for each in RELIANCES
        ],
    }


def write(walk: Walk, folder: Path) -> list[Path]:
    """Both into a folder; where they are."""
    files = {"report.txt": text(walk), "report.json": json.dumps(document(walk), indent=2, ensure_ascii=False) + "\n"}
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return [folder / name for name in files]


def _told(reliance: Reliance, found: Found) -> str:
    where = f"\n      {reliance.where}" if reliance.where else ""
    values = {"wanted": found.wanted, "seen": found.seen, "why": found.why}
    told = "".join(f"\n      {name}: {value}" for name, value in values.items() if value)
    return f"  {reliance.name}: {reliance.relies}{where}{told}"
