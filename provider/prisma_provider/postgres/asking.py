"""What PostgreSQL refuses to answer, as an error of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prisma_provider import errors


@contextmanager
def asking(doing: str) -> Iterator[None]:
    """NoConnection where PostgreSQL does not answer to what stands in here, or ends the session."""
    import psycopg

    try:
        yield
    except psycopg.Error as error:
        said = str(error).strip().splitlines()
        raise errors.NoConnection(
            f"Could not {doing}: PostgreSQL gave no answer.", said=said[0] if said else None
        ) from None
