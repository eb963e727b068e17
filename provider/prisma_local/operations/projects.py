"""Projects."""

from __future__ import annotations

from prisma_local.operations import requests, responses
from prisma_local.operations.operation import PAGING, TEXT, Operation
from prisma_local.rules import projects

PROJECTS = (
    Operation(
        "GET",
        "/v1/projects",
        projects.list_,
        "List projects",
        responses.pages(responses.PROJECT),
        query={**PAGING, "logicalId": TEXT},
    ),
    Operation(
        "POST",
        "/v1/projects",
        projects.create,
        "Create a project",
        responses.data(responses.NEW_PROJECT),
        status=201,
        body=requests.CREATE_PROJECT,
        refusals=(404, 409),
    ),
    Operation("GET", "/v1/projects/{id}", projects.get, "Get a project", responses.data(responses.PROJECT)),
    Operation(
        "PATCH",
        "/v1/projects/{id}",
        projects.patch,
        "Change a project",
        responses.data(responses.PROJECT),
        body=requests.PATCH_PROJECT,
        invalid=422,
    ),
    Operation(
        "DELETE", "/v1/projects/{id}", projects.delete, "Delete a project and all its databases", None, status=204
    ),
    Operation(
        "POST",
        "/v1/projects/{id}/transfer",
        projects.transfer,
        "Transfer a project to the workspace of another token",
        None,
        status=204,
        body=requests.TRANSFER_PROJECT,
        refusals=(409,),
    ),
)
