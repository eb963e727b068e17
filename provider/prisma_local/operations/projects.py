"""Projects."""

from __future__ import annotations

from prisma_local.operations import request_schemas, response_schemas
from prisma_local.operations.operation import PAGING, PROJECT, TEXT, Operation
from prisma_local.rules import projects

PROJECTS = (
    Operation(
        "GET",
        "/v1/projects",
        projects.list_,
        "List projects",
        response_schemas.pages(response_schemas.PROJECT),
        query={**PAGING, "logicalId": TEXT},
        refusals=(400,),
    ),
    Operation(
        "POST",
        "/v1/projects",
        projects.create,
        "Create a project",
        response_schemas.data(response_schemas.NEW_PROJECT),
        status=201,
        body=request_schemas.CREATE_PROJECT,
        refusals=(400, 404, 409, 413),
    ),
    Operation(
        "GET",
        "/v1/projects/{id}",
        projects.get,
        "Get a project",
        response_schemas.data(response_schemas.PROJECT),
        ids={"id": PROJECT},
        refusals=(404,),
    ),
    Operation(
        "PATCH",
        "/v1/projects/{id}",
        projects.patch,
        "Change a project",
        response_schemas.data(response_schemas.PROJECT),
        ids={"id": PROJECT},
        body=request_schemas.PATCH_PROJECT,
        refusals=(404, 413, 422),
        invalid=422,
    ),
    Operation(
        "DELETE",
        "/v1/projects/{id}",
        projects.delete,
        "Delete a project and all its databases",
        None,
        status=204,
        ids={"id": PROJECT},
        refusals=(404,),
    ),
    Operation(
        "POST",
        "/v1/projects/{id}/transfer",
        projects.transfer,
        "Transfer a project: always refused here, where there is no other owner",
        None,
        status=204,
        ids={"id": PROJECT},
        body=request_schemas.TRANSFER_PROJECT,
        refusals=(400, 404, 409, 413),
    ),
)
