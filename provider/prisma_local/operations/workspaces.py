"""Regions, workspaces, and whose token it is."""

from __future__ import annotations

from prisma_local.operations import requests, responses
from prisma_local.operations.operation import PAGING, Operation
from prisma_local.rules import regions, workspaces

WORKSPACES = (
    Operation(
        "GET",
        "/v1/regions",
        regions.list_all,
        "List the regions of all products",
        responses.listing(responses.REGION),
        query={"product": responses.PRODUCT},
    ),
    Operation(
        "GET",
        "/v1/regions/postgres",
        regions.list_postgres,
        "List the regions of Prisma Postgres",
        responses.listing(responses.POSTGRES_REGION),
    ),
    Operation(
        "GET",
        "/v1/regions/accelerate",
        regions.list_accelerate,
        "List the regions of Accelerate",
        responses.listing(responses.ACCELERATE_REGION),
    ),
    Operation(
        "GET",
        "/v1/workspaces",
        workspaces.list_,
        "List the workspaces that the token can access",
        responses.pages(responses.WORKSPACE),
        query=PAGING,
    ),
    Operation(
        "POST",
        "/v1/workspaces",
        workspaces.create,
        "Create a workspace: refused to a service token",
        responses.data(responses.WORKSPACE),
        status=201,
        body=requests.CREATE_WORKSPACE,
        refusals=(403,),
    ),
    Operation("GET", "/v1/workspaces/{id}", workspaces.get, "Get a workspace", responses.data(responses.WORKSPACE)),
    Operation(
        "GET",
        "/v1/workspaces/{id}/subscription",
        workspaces.subscription,
        "Get a workspace's subscription",
        responses.data(responses.SUBSCRIPTION),
    ),
    Operation("GET", "/v1/me", workspaces.me, "Say whose token this is", responses.data(responses.ME)),
)
