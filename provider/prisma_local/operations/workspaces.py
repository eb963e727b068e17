"""Regions, workspaces, and whose token it is."""

from __future__ import annotations

from prisma_local.operations import request_schemas, response_schemas
from prisma_local.operations.operation import PAGING, WORKSPACE, Operation
from prisma_local.rules import regions, workspaces

WORKSPACES = (
    Operation(
        "GET",
        "/v1/regions",
        regions.list_all,
        "List the regions of all products",
        response_schemas.listing(response_schemas.REGION),
        query={"product": response_schemas.PRODUCT},
        refusals=(400,),
    ),
    Operation(
        "GET",
        "/v1/regions/postgres",
        regions.list_postgres,
        "List the regions of Prisma Postgres",
        response_schemas.listing(response_schemas.POSTGRES_REGION),
    ),
    Operation(
        "GET",
        "/v1/regions/accelerate",
        regions.list_accelerate,
        "List the regions of Accelerate",
        response_schemas.listing(response_schemas.ACCELERATE_REGION),
    ),
    Operation(
        "GET",
        "/v1/workspaces",
        workspaces.list_,
        "List the workspaces of the token",
        response_schemas.pages(response_schemas.WORKSPACE),
        query=PAGING,
        refusals=(400,),
    ),
    Operation(
        "POST",
        "/v1/workspaces",
        workspaces.create,
        "Create a workspace: always refused to a service token",
        response_schemas.data(response_schemas.WORKSPACE),
        status=201,
        body=request_schemas.CREATE_WORKSPACE,
        refusals=(400, 403, 413),
    ),
    Operation(
        "GET",
        "/v1/workspaces/{id}",
        workspaces.get,
        "Get a workspace",
        response_schemas.data(response_schemas.WORKSPACE),
        ids={"id": WORKSPACE},
        refusals=(404,),
    ),
    Operation(
        "GET",
        "/v1/workspaces/{id}/subscription",
        workspaces.subscription,
        "Get a workspace's subscription",
        response_schemas.data(response_schemas.SUBSCRIPTION),
        ids={"id": WORKSPACE},
        refusals=(404,),
    ),
    Operation("GET", "/v1/me", workspaces.me, "Say whose token this is", response_schemas.data(response_schemas.ME)),
)
