"""The logicalId: the key under which a lost create is found again, and by which an object is known as a resource's.

`slug-hash-nonce`: the slug is for people, the hash is what makes the resource's URN unique, so that a leftover of
an interrupted run is known as this resource's own, and the nonce is one creation. It is computed, so that an update
finds what its plan holds: no two objects that exist at one time have the same. It fits the patterns that the
service publishes for projects and databases.

On a database, what stands behind it says that its owner wants it deleted together with its project, where no state and
no machine may know: `-with-project` as long as the program says so (`deleted_with`), `-deleting-` and a time from the
moment that a run was asked to delete both.

The clone of a rehearsal has a key of another form, which is no resource's: `rehearsal-hash-nonce-until-` and a time.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from itertools import count

_SLUG_LENGTH = 32
_HASH_LENGTH = 16
_NONCE_BYTES = 4
_WITH_PROJECT = "-with-project"
_LOGICAL_ID = re.compile(
    rf"^(?P<key>(?P<stem>.+-[0-9a-f]{{{_HASH_LENGTH}}})-[0-9a-f]{{{2 * _NONCE_BYTES}}})"
    rf"(?P<goes>{_WITH_PROJECT}|-deleting-(?P<since>[0-9a-f]{{8}}))?$"
)

_REHEARSAL = re.compile(
    rf"rehearsal-[0-9a-f]{{{_HASH_LENGTH}}}-[0-9a-f]{{{2 * _NONCE_BYTES}}}-until-(?P<until>[0-9a-f]{{8}})"
)


def stem(name: str, *place: str) -> str:
    """What all creations of one resource share; `place` is all that makes its URN unique beside its name."""
    slug = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:_SLUG_LENGTH].strip("-") or "resource"
    digest = hashlib.sha256("\0".join((*place, name)).encode()).hexdigest()
    return f"{slug}-{digest[:_HASH_LENGTH]}"


def stack_of(urn: str) -> str:
    """The stack that a URN is of; empty where there is none."""
    return urn.removeprefix("urn:pulumi:").partition("::")[0] if urn.startswith("urn:pulumi:") else ""


def adopted_id(adopt: object) -> str | None:
    """The id that an object which is taken over will have, for a preview, where `adopt` is an id with its prefix.

    Of one without, the service may give the other form: an update would then differ from the plan of its preview.
    """
    return adopt if isinstance(adopt, str) and re.match("(?:proj|br|db|con)_", adopt) else None


def new_logical_id(of_stem: str, seed: str) -> str:
    """A logicalId for one creation; the preview and the update of a plan have the same seed."""
    nonce = hashlib.sha256(f"{of_stem}\0{seed}".encode()).hexdigest()
    return f"{of_stem}-{nonce[: 2 * _NONCE_BYTES]}"


def free_logical_id(of_stem: str, is_taken: Callable[[str], bool]) -> str:
    """The first logicalId that no object has: where no seed is given, a preview and its update both find it."""
    found = (new_logical_id(of_stem, str(number)) for number in count())
    return next(logical_id for logical_id in found if not is_taken(logical_id))


def stem_of(logical_id: str | None) -> str | None:
    """The stem of a logicalId that was made here; None for one that was not."""
    match = _LOGICAL_ID.match(logical_id or "")
    return match["stem"] if match else None


def is_ours(logical_id: str | None) -> bool:
    """Whether a logicalId is of our form; another is another tool's, and never overwritten."""
    return stem_of(logical_id) is not None


def key_of(logical_id: str | None) -> str | None:
    """A logicalId without what it says of its project's deletion; another tool's as it is."""
    match = _LOGICAL_ID.match(logical_id or "")
    return match["key"] if match else logical_id


def is_deleted_with_project(logical_id: str | None) -> bool:
    """Whether it says that the database is to be deleted together with its project."""
    match = _LOGICAL_ID.match(logical_id or "")
    return bool(match and match["goes"])


def deleting_since(logical_id: str | None) -> float | None:
    """When a run was asked to delete the database and its project, in seconds since 1970; None where none was."""
    match = _LOGICAL_ID.match(logical_id or "")
    return float(int(match["since"], 16)) if match and match["since"] else None


def for_deletion_with_project(logical_id: str, since: float | None = None) -> str:
    """The same logicalId, saying that the database is to be deleted together with its project."""
    return f"{key_of(logical_id)}{_WITH_PROJECT if since is None else f'-deleting-{int(since):08x}'}"


def new_rehearsal_id(source_id: str, until: float) -> str:
    """A logicalId for the clone of a rehearsal, which a later one may remove after `until` (seconds since 1970)."""
    digest = hashlib.sha256(source_id.encode()).hexdigest()[:_HASH_LENGTH]
    return f"rehearsal-{digest}-{secrets.token_hex(_NONCE_BYTES)}-until-{int(until):08x}"


def rehearsed_until(logical_id: str | None) -> float | None:
    """Until when the clone of a rehearsal is needed, in seconds since 1970; None for what is none."""
    match = _REHEARSAL.fullmatch(logical_id or "")
    return float(int(match["until"], 16)) if match else None
