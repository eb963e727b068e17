"""Ids of the service, with or without the prefix of their kind."""

from __future__ import annotations

import re
from functools import lru_cache

_PREFIX = re.compile(r"^(proj|db|con|br|wksp|envvar|itgr)_")
_ID = re.compile(r"[A-Za-z0-9_]{1,128}")
"""What an id is beside its prefix. The published pattern lets more through, a slash among it; ids stand in paths."""

PREFIXES = {
    "Project": "proj",
    "Branch": "br",
    "Database": "db",
    "Connection": "con",
    "Restore": "db",
    "EnvironmentVariable": "envvar",
    "ServiceToken": "itgr",
}
"""What an id of each kind begins with, where it has a prefix; a restore goes by the id of its database."""


@lru_cache(maxsize=1 << 16)
def bare_id(value: str) -> str:
    """An id without its prefix: the service takes and gives both forms."""
    return _PREFIX.sub("", value)


def same_id(one: object, other: object) -> bool:
    """Whether two ids name one object, with or without prefix."""
    if isinstance(one, str) and isinstance(other, str):
        return bare_id(one) == bare_id(other)
    return one == other


def fits_path(value: object) -> bool:
    """Whether ``value`` can stand in a path as an id, and leads nowhere else."""
    return isinstance(value, str) and bool(_ID.fullmatch(bare_id(value)))


def is_id(value: object, prefix: str) -> bool:
    """Whether ``value`` can be an id of this kind (``proj``, ``db``, ``con``, ``br``): with its prefix, or without."""
    if not isinstance(value, str) or not fits_path(value):
        return False
    return value.startswith(f"{prefix}_") or not _PREFIX.match(value)
