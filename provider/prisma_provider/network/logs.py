"""What happens on the wire, for those who ask: `PRISMA_LOG=debug` for every call, `info` for repeated ones."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable


class _Lines(logging.Handler):
    """Gives each record to a host as one line."""

    def __init__(self, write: Callable[[str], None]) -> None:
        super().__init__()
        self._write = write
        self.setFormatter(logging.Formatter("%(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        self._write(self.format(record))


def write_log(write: Callable[[str], None]) -> None:
    """Hand the provider's log to a host, if `PRISMA_LOG` asks for it; a secret is in none of it."""
    level = os.environ.get("PRISMA_LOG", "").upper()
    logger = logging.getLogger("prisma_provider")
    if level in ("DEBUG", "INFO") and not logger.handlers:
        logger.addHandler(_Lines(write))
        logger.setLevel(level)
