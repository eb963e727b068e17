"""Which rehearsals of this machine still run: each holds a lock, which the system takes back however it ends."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from prisma_provider.extras import needed
from prisma_provider.pulumi_command import home

if TYPE_CHECKING:
    from filelock import BaseFileLock

_log = logging.getLogger(__name__)


class Alive:
    """A file for each clone, by its key, in Pulumi's own folder (`PULUMI_HOME`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @staticmethod
    def of_user(environment: Mapping[str, str] = os.environ) -> Alive:
        """Those of this user."""
        return Alive(home(environment) / "prisma" / "rehearsals")

    @contextmanager
    def held(self, key: str) -> Iterator[None]:
        """This process works with the clone of this key; without a folder that can be written to, nobody knows."""
        lock = _lock(self._file(key))
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock.acquire(timeout=0)
        except (OSError, NotImplementedError) as error:
            _log.info("no lock can be held for the clone: %s", type(error).__name__)
        try:
            yield
        finally:
            lock.release()

    def is_dead(self, key: str) -> bool:
        """Whether a process of this machine worked with the clone of this key, and has ended."""
        if not self._file(key).exists():
            return False
        lock = _lock(self._file(key))
        try:
            lock.acquire(timeout=0)
        except (OSError, NotImplementedError):  # it is held (Timeout is an OSError), or cannot be read
            return False
        lock.release()
        return True

    def forget(self, key: str) -> None:
        """The clone is gone."""
        try:
            self._file(key).unlink(missing_ok=True)
        except OSError as error:
            _log.info("the file of a lock stays: %s", type(error).__name__)

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.lock"


def _lock(file: Path) -> BaseFileLock:
    with needed("pulumi-prisma rehearse", "postgres"):
        from filelock import FileLock
    return FileLock(file, is_singleton=False)
