"""Projects."""

from __future__ import annotations

from prisma_local import bodies, shapes
from prisma_local.operations.operation import PAGING, PROJECT, TEXT, Operation
from prisma_local.rules import projects

PROJECTS = (
    Operation(
        "GET",
        "/v1/projects",
        projects.list_,
        "List projects",
        shapes.pages(shapes.PROJECT),
        query={**PAGING, "logicalId": TEXT},
        refusals=(400,),
    ),
    Operation(
        "POST",
        "/v1/projects",
        projects.create,
        "Create a project",
        shapes.data(shapes.NEW_PROJECT),
        status=201,
        body=bodies.CREATE_PROJECT,
        refusals=(400, 404, 409, 413),
    ),
    Operation(
        "GET",
        "/v1/projects/{id}",
        projects.get,
        "Get a project",
        shapes.data(shapes.PROJECT),
        ids={"id": PROJECT},
        refusals=(404,),
    ),
    Operation(
        "PATCH",
        "/v1/projects/{id}",
        projects.patch,
        "Change a project",
        shapes.data(shapes.PROJECT),
        ids={"id": PROJECT},
        body=bodies.PATCH_PROJECT,
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
        body=bodies.TRANSFER_PROJECT,
        refusals=(400, 404, 409, 413),
    ),
)
