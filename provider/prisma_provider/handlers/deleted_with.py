"""What `deleted_with` says of a database, written into its idempotency key, which outlives the state of a stack."""

from __future__ import annotations

from collections.abc import Iterator

from prisma_provider import ownership
from prisma_provider.api.ids import same_id
from prisma_provider.api.models import Database
from prisma_provider.diff import UNKNOWN, Change
from prisma_provider.handlers.inputs import Properties, known
from prisma_provider.keys import for_deletion_with_project, is_ours, key_of, new_logical_id, stem


def key_to_send(key: str, news: Properties) -> str:
    """The key of a database, which says whether it is to be deleted together with its project (`deleted_with`)."""
    goes = known(news.get("deletedWith")) and same_id(news["deletedWith"], news["projectId"])
    return for_deletion_with_project(key) if goes else key


def key_change(database: Database, olds: Properties, news: Properties) -> Iterator[Change]:
    """What `deleted_with` says, written into the key, which outlives this stack's state. Another tool's is left."""
    has = database.logical_id
    if UNKNOWN in (news.get("deletedWith"), news.get("projectId")) or not (has is None or is_ours(has)):
        return
    key = ownership.recorded_key(olds, has)  # of what 0.1.0 adopted, state has a key and the object has none
    if key is None or not is_ours(key):
        key = new_logical_id(stem(database.name), database.id)
    wanted = key_to_send(key, news)
    if wanted != has and (has is not None or wanted != key_of(wanted)):
        yield Change("logicalId", has, wanted, "patch")
