"""The service's own time, by the `Date` of its responses: this machine's clock may be wrong."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


class Clock:
    """Shared by all threads of a client."""

    def __init__(self) -> None:
        self._seen: tuple[datetime, float] | None = None

    def read(self, date: str | None) -> None:
        """The `Date` of a response that came just now; what is no date is passed over."""
        try:
            if date:
                self._seen = (_in_utc(parsedate_to_datetime(date)), time.monotonic())
        except (ValueError, OverflowError):
            return

    def now(self) -> float:
        """Seconds since 1970; by this machine's clock where no response has named a time."""
        if self._seen is None:
            return time.time()
        date, read_at = self._seen
        return date.timestamp() + time.monotonic() - read_at

    def age(self, created_at: str | None) -> float | None:
        """Seconds since a time of the service (RFC 3339); None where it is not known."""
        if self._seen is None or not created_at:
            return None
        made = seconds_of(created_at)
        return None if made is None else self.now() - made


def seconds_of(moment: str | None) -> float | None:
    """Seconds since 1970 of a time as the service writes it (RFC 3339); None where it is none."""
    try:
        return _in_utc(datetime.fromisoformat(moment or "")).timestamp()
    except (ValueError, OverflowError):
        return None


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
