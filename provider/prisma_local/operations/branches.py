"""Branches, below their project and by themselves."""

from __future__ import annotations

from prisma_local.operations import request_schemas, response_schemas
from prisma_local.operations.operation import BRANCH, PAGING, PROJECT, TEXT, Operation
from prisma_local.rules import branches

BRANCHES = (
    Operation(
        "GET",
        "/v1/projects/{projectId}/branches",
        branches.list_,
        "List a project's branches",
        response_schemas.pages(response_schemas.BRANCH),
        ids={"projectId": PROJECT},
        query={**PAGING, "gitName": TEXT, "gitNameContains": TEXT},
        refusals=(404, 422),
        invalid=422,
    ),
    Operation(
        "POST",
        "/v1/projects/{projectId}/branches",
        branches.create,
        "Create a branch",
        response_schemas.data(response_schemas.BRANCH),
        status=201,
        ids={"projectId": PROJECT},
        body=request_schemas.CREATE_BRANCH,
        refusals=(404, 409, 413, 422),
        invalid=422,
    ),
    Operation(
        "GET",
        "/v1/branches/{branchId}",
        branches.get,
        "Get a branch",
        response_schemas.data(response_schemas.BRANCH),
        ids={"branchId": BRANCH},
        refusals=(404,),
    ),
    Operation(
        "PATCH",
        "/v1/branches/{branchId}",
        branches.patch,
        "Make a branch the default one",
        response_schemas.data(response_schemas.BRANCH),
        ids={"branchId": BRANCH},
        body=request_schemas.PATCH_BRANCH,
        refusals=(404, 413, 422),
        invalid=422,
    ),
    Operation(
        "DELETE",
        "/v1/branches/{branchId}",
        branches.delete,
        "Delete a branch that nothing belongs to",
        None,
        status=204,
        ids={"branchId": BRANCH},
        refusals=(404, 409, 422),
    ),
)
