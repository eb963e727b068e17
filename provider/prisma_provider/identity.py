"""The logicalId: the name under which a lost create is found again.

`slug-hash-nonce`: the slug is for people, the hash is what makes the resource's URN unique, so that a leftover of
an interrupted run is known as this resource's own, and the nonce is one creation. It fits the patterns that the
service publishes for projects and databases.
"""

from __future__ import annotations

import hashlib
import os
import re

_SLUG_LENGTH = 32
_HASH_LENGTH = 16
_NONCE_BYTES = 4
_LOGICAL_ID = re.compile(rf"^(?P<stem>.+-[0-9a-f]{{{_HASH_LENGTH}}})-[0-9a-f]{{{2 * _NONCE_BYTES}}}$")


def stem(name: str, *place: str) -> str:
    """What all creations of one resource share; `place` is all that makes its URN unique beside its name."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_SLUG_LENGTH].strip("-") or "resource"
    digest = hashlib.sha256("\0".join((*place, name)).encode()).hexdigest()
    return f"{slug}-{digest[:_HASH_LENGTH]}"


def new_logical_id(of_stem: str) -> str:
    """A logicalId for one creation."""
    return f"{of_stem}-{os.urandom(_NONCE_BYTES).hex()}"


def stem_of(logical_id: str | None) -> str | None:
    """The stem of a logicalId that was made here; None for one that was not."""
    match = _LOGICAL_ID.match(logical_id or "")
    return match["stem"] if match else None
