"""Branches, below their project and by themselves."""

from __future__ import annotations

from prisma_local.operations import requests, responses
from prisma_local.operations.operation import PAGING, TEXT, Operation
from prisma_local.rules import branches

BRANCHES = (
    Operation(
        "GET",
        "/v1/projects/{projectId}/branches",
        branches.list_,
        "List a project's branches",
        responses.pages(responses.BRANCH),
        query={**PAGING, "gitName": TEXT, "gitNameContains": TEXT},
        invalid=422,
    ),
    Operation(
        "POST",
        "/v1/projects/{projectId}/branches",
        branches.create,
        "Create a branch",
        responses.data(responses.BRANCH),
        status=201,
        body=requests.CREATE_BRANCH,
        refusals=(409,),
        invalid=422,
    ),
    Operation("GET", "/v1/branches/{branchId}", branches.get, "Get a branch", responses.data(responses.BRANCH)),
    Operation(
        "PATCH",
        "/v1/branches/{branchId}",
        branches.patch,
        "Make a branch the default one",
        responses.data(responses.BRANCH),
        body=requests.PATCH_BRANCH,
        invalid=422,
    ),
    Operation(
        "DELETE",
        "/v1/branches/{branchId}",
        branches.delete,
        "Delete a branch that nothing belongs to",
        None,
        status=204,
        refusals=(409, 422),
    ),
)
