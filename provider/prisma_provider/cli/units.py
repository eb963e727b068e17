"""Sizes, numbers and times as people read them; `--json` has them as the service gives them."""

from __future__ import annotations

from datetime import UTC, datetime

from prisma_provider.extras import needed

GIB = 2**30
_UNITS = ["B", "KiB", "MiB", "GiB", "TiB"]


def size(count: float | None) -> str | None:
    """Bytes in the unit that reads best, as `6.8 MiB`."""
    if count is None:
        return None
    with needed("A table"):
        from rich.filesize import pick_unit_and_suffix
    unit, suffix = pick_unit_and_suffix(round(count), _UNITS, 1024)
    return f"{count / unit:,.{0 if unit == 1 else 1}f} {suffix}"


def number(count: float) -> str:
    """A number of things, as `12,345`."""
    return f"{count:,.0f}"


def moment(text: str | None) -> str | None:
    """A time of the service (RFC 3339) in UTC, to the minute, as `26 Nov 2026 02:01 UTC`; as it is, if it is none."""
    try:
        time = datetime.fromisoformat(text or "").astimezone(UTC)
    except (ValueError, OverflowError):
        return text
    return f"{time.day} {time:%b %Y %H:%M} UTC"
