"""What is installed with an extra only, such as `pulumi-prisma[cli]`: nobody who does not use it has to have it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prisma_provider.errors import ConfigurationError
from prisma_provider.imports import installed_first


@contextmanager
def needed(purpose: str, extra: str = "cli") -> Iterator[None]:
    """Imports of an extra stand in here; ConfigurationError where it is missing. `purpose` begins a sentence."""
    try:
        with installed_first():
            yield
    except ImportError as error:
        raise ConfigurationError(
            f"{purpose} takes {error.name or 'a package'}, which is not installed here.",
            hint=how_to_install(extra),
        ) from None


def how_to_install(extra: str) -> str:
    """What brings an extra."""
    return f"pip install '.[{extra}]' in a clone of pulumi-prisma, into the environment that this ran in."
