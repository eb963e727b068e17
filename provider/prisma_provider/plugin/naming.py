"""The name of a resource that the program gives none: the resource's own, or what `pulumi:autonaming` says."""

from __future__ import annotations

from pulumi.runtime.proto import provider_pb2

from prisma_provider.errors import InvalidInput
from prisma_provider.handlers.inputs import Properties
from prisma_provider.plugin.identity import Urn, kind_of

NAMES = {"Project": "name", "Branch": "gitName", "Database": "name", "Connection": "name", "ServiceToken": "name"}
"""The input that is the resource's own name where it is not given."""

_DISABLED = provider_pb2.CheckRequest.AutonamingOptions.DISABLE


def named(urn: Urn, request: provider_pb2.CheckRequest, olds: Properties, news: Properties) -> Properties:
    """The inputs with a name; InvalidInput where one has to be given.

    A name that was made stays with its object: the engine proposes another one in each run.
    """
    field = NAMES.get(kind_of(urn.type))
    if field is None or news.get(field) is not None:
        return news
    if not request.HasField("autonaming"):
        return {**news, field: urn.name}
    if request.autonaming.mode == _DISABLED:
        raise InvalidInput(
            field, f"{field} is missing, and pulumi:autonaming says that names are given.", hint=f"declare {field}."
        )
    return {**news, field: olds.get(field) or request.autonaming.proposed_name}
