"""What is installed with `pulumi-prisma[cli]` only: nobody who sets a token has to have it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prisma_provider.errors import ConfigurationError
from prisma_provider.imports import installed_first


@contextmanager
def needed(purpose: str) -> Iterator[None]:
    """Imports of the extra stand in here; ConfigurationError where it is missing. `purpose` begins a sentence."""
    try:
        with installed_first():
            yield
    except ImportError as error:
        raise ConfigurationError(
            f"{purpose} takes {error.name or 'a package'}, which is not installed here.",
            hint="pip install '.[cli]' in a clone of pulumi-prisma, into the environment that this ran in.",
        ) from None
