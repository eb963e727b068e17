"""Intents: what this machine has asked for, where no response came.

A connection has no idempotency key, a restore leaves nothing, and no service knows that a database was to be deleted.
So it is recorded, and removed when its end is known. What is still there tells the next run that an earlier one was
interrupted in between. Another machine does not know of it: the stack's state is asked as well (`live.recorded`).
"""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prisma_provider import errors
from prisma_provider.pulumi_command import home

_log = logging.getLogger(__name__)

_NOTHING_WAS_DONE = (errors.Rejected, errors.RateLimited, errors.Unreachable)


class Intents:
    """A small file for each, in a folder; without a folder nothing is remembered. No secret is in any of them."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    @staticmethod
    def of_pulumi() -> Intents:
        """Those in Pulumi's own folder (`PULUMI_HOME`), which every run of this user has."""
        return Intents(home() / "prisma" / "intents")

    def left(self, *key: str, within: float = float("inf")) -> frozenset[str] | None:
        """What was there before a request of this key whose end is not known; None where there is none.

        `within` are the seconds for which it counts.
        """
        try:
            if not self._folder or time.time() - self._file(key).stat().st_mtime > within:
                return None
            return frozenset(json.loads(self._file(key).read_text())["before"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def all_left(self, *beginning: str) -> list[tuple[str, ...]]:
        """The keys that begin so, of requests whose end is not known."""
        keys = []
        for file in self._folder.glob("*.json") if self._folder else ():
            try:
                key = tuple(map(str, json.loads(file.read_text())["key"]))
            except (OSError, ValueError, KeyError, TypeError):
                continue
            if key[: len(beginning)] == beginning:
                keys.append(key)
        return sorted(keys)

    @contextmanager
    def noted(self, *key: str, before: Iterable[str] = ()) -> Iterator[None]:
        """Recorded while the request is under way; removed when its response is there, or it was not taken."""
        self.remember(*key, before=before)
        try:
            yield
        except _NOTHING_WAS_DONE:
            self.forget(*key)
            raise
        self.forget(*key)

    def remember(self, *key: str, before: Iterable[str] = ()) -> None:
        """Write it down for a later run, which crosses it out."""
        self._write(key, sorted(before))

    def forget(self, *key: str) -> None:
        """Its end is known."""
        if self._folder:
            try:
                self._file(key).unlink(missing_ok=True)
            except OSError as error:
                _log.info("an intent cannot be crossed out: %s", type(error).__name__)

    def _write(self, key: tuple[str, ...], before: list[str]) -> None:
        if self._folder is None:
            return
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile("w", dir=self._folder, suffix=".new", delete=False) as file:
                json.dump({"key": key, "before": before}, file)
            Path(file.name).replace(self._file(key))
        except OSError as error:
            # A home that cannot be written to is no reason to fail: the stack's state is asked, too.
            _log.info("an intent cannot be written down: %s", type(error).__name__)

    def _file(self, key: tuple[str, ...]) -> Path:
        assert self._folder is not None  # noqa: S101  the callers looked
        return self._folder / f"{hashlib.sha256(json.dumps(key).encode()).hexdigest()[:32]}.json"
