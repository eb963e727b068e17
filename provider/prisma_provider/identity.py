"""The logicalId: the name under which a lost create is found again.

`slug-hash-nonce`: the slug is for people, the hash is what makes the resource's URN unique, so that a leftover of
an interrupted run is known as this resource's own, and the nonce is one creation. It is computed, so that an update
finds what its plan holds: no two objects that exist at one time have the same. It fits the patterns that the
service publishes for projects and databases.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from itertools import count

_SLUG_LENGTH = 32
_HASH_LENGTH = 16
_NONCE_BYTES = 4
_LOGICAL_ID = re.compile(rf"^(?P<stem>.+-[0-9a-f]{{{_HASH_LENGTH}}})-[0-9a-f]{{{2 * _NONCE_BYTES}}}$")


def stem(name: str, *place: str) -> str:
    """What all creations of one resource share; `place` is all that makes its URN unique beside its name."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_SLUG_LENGTH].strip("-") or "resource"
    digest = hashlib.sha256("\0".join((*place, name)).encode()).hexdigest()
    return f"{slug}-{digest[:_HASH_LENGTH]}"


def new_logical_id(of_stem: str, seed: str) -> str:
    """A logicalId for one creation; the preview and the update of a plan have the same seed."""
    nonce = hashlib.sha256(f"{of_stem}\0{seed}".encode()).hexdigest()
    return f"{of_stem}-{nonce[: 2 * _NONCE_BYTES]}"


def free_logical_id(of_stem: str, is_taken: Callable[[str], bool]) -> str:
    """The first logicalId that no object bears: where no seed is given, a preview and its update both find it."""
    found = (new_logical_id(of_stem, str(number)) for number in count())
    return next(logical_id for logical_id in found if not is_taken(logical_id))


def stem_of(logical_id: str | None) -> str | None:
    """The stem of a logicalId that was made here; None for one that was not."""
    match = _LOGICAL_ID.match(logical_id or "")
    return match["stem"] if match else None
