"""What happens on the wire, for those who ask: `PRISMA_LOG=debug` for every call, `info` for repeated ones."""

from __future__ import annotations

import logging
import os


def log_to_stderr() -> None:
    """Write the provider's log where Pulumi shows it, if `PRISMA_LOG` is set; a secret is in none of it."""
    level = os.environ.get("PRISMA_LOG", "").upper()
    logger = logging.getLogger("prisma_provider")
    if level in ("DEBUG", "INFO") and not logger.handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("prisma: %(levelname)s %(message)s"))
        logger.addHandler(handler)
        logger.setLevel(level)
