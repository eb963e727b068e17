"""Service tokens and integrations of a workspace."""

from __future__ import annotations

from prisma_local.operations import requests, responses
from prisma_local.operations.operation import PAGING, Operation
from prisma_local.rules import integrations, service_tokens

TOKENS = (
    Operation(
        "GET",
        "/v1/workspaces/{workspaceId}/service-tokens",
        service_tokens.list_,
        "List a workspace's service tokens, the newest first",
        responses.pages(responses.SERVICE_TOKEN),
        query={
            **PAGING,
            "limit": {"type": "integer", "minimum": 1, "maximum": service_tokens.LARGEST, "default": 100},
        },
        invalid=422,
    ),
    Operation(
        "POST",
        "/v1/workspaces/{workspaceId}/service-tokens",
        service_tokens.create,
        "Create a service token",
        responses.data(responses.NEW_SERVICE_TOKEN),
        status=201,
        body=requests.CREATE_SERVICE_TOKEN,
        invalid=422,
    ),
    Operation(
        "DELETE",
        "/v1/workspaces/{workspaceId}/service-tokens/{serviceTokenId}",
        service_tokens.delete,
        "Revoke a service token",
        None,
        status=204,
    ),
    Operation(
        "GET",
        "/v1/workspaces/{workspaceId}/integrations",
        integrations.list_,
        "List the programs that people let work in a workspace",
        responses.pages(responses.INTEGRATION),
        query=PAGING,
    ),
    Operation(
        "DELETE",
        "/v1/workspaces/{workspaceId}/integrations/{clientId}",
        integrations.delete,
        "Revoke what a program was allowed",
        None,
        status=204,
    ),
)
