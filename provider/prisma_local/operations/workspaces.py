"""Regions, workspaces, and whose token it is."""

from __future__ import annotations

from prisma_local import bodies, shapes
from prisma_local.operations.operation import PAGING, WORKSPACE, Operation
from prisma_local.rules import regions, workspaces

WORKSPACES = (
    Operation(
        "GET",
        "/v1/regions",
        regions.list_all,
        "List the regions of all products",
        shapes.listing(shapes.REGION),
        query={"product": shapes.PRODUCT},
        refusals=(400,),
    ),
    Operation(
        "GET",
        "/v1/regions/postgres",
        regions.list_postgres,
        "List the regions of Prisma Postgres",
        shapes.listing(shapes.POSTGRES_REGION),
    ),
    Operation(
        "GET",
        "/v1/regions/accelerate",
        regions.list_accelerate,
        "List the regions of Accelerate",
        shapes.listing(shapes.ACCELERATE_REGION),
    ),
    Operation(
        "GET",
        "/v1/workspaces",
        workspaces.list_,
        "List the workspaces of the token",
        shapes.pages(shapes.WORKSPACE),
        query=PAGING,
        refusals=(400,),
    ),
    Operation(
        "POST",
        "/v1/workspaces",
        workspaces.create,
        "Create a workspace: always refused to a service token",
        shapes.data(shapes.WORKSPACE),
        status=201,
        body=bodies.CREATE_WORKSPACE,
        refusals=(400, 403, 413),
    ),
    Operation(
        "GET",
        "/v1/workspaces/{id}",
        workspaces.get,
        "Get a workspace",
        shapes.data(shapes.WORKSPACE),
        ids={"id": WORKSPACE},
        refusals=(404,),
    ),
    Operation(
        "GET",
        "/v1/workspaces/{id}/subscription",
        workspaces.subscription,
        "Get a workspace's subscription",
        shapes.data(shapes.SUBSCRIPTION),
        ids={"id": WORKSPACE},
        refusals=(404,),
    ),
    Operation("GET", "/v1/me", workspaces.me, "Say whose token this is", shapes.data(shapes.ME)),
)
