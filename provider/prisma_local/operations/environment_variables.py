"""Environment variables."""

from __future__ import annotations

from prisma_local.operations import requests, responses
from prisma_local.operations.operation import PAGING, Operation, an_id
from prisma_local.rules import environment_variables
from prisma_local.store.values import Branch, Project

ENVIRONMENT_VARIABLES = (
    Operation(
        "GET",
        "/v1/environment-variables",
        environment_variables.list_,
        "List environment variables, without their values",
        responses.pages(responses.ENVIRONMENT_VARIABLE),
        query={
            **PAGING,
            "projectId": an_id(Project.prefix),
            "class": requests.VARIABLE_CLASS,
            "key": requests.VARIABLE_KEY,
            "branchId": an_id(Branch.prefix),
        },
        invalid=422,
    ),
    Operation(
        "POST",
        "/v1/environment-variables",
        environment_variables.create,
        "Create an environment variable",
        responses.data(responses.ENVIRONMENT_VARIABLE),
        status=201,
        body=requests.CREATE_ENVIRONMENT_VARIABLE,
        refusals=(404, 409),
        invalid=422,
    ),
    Operation(
        "GET",
        "/v1/environment-variables/{envVarId}",
        environment_variables.get,
        "Get an environment variable, without its value",
        responses.data(responses.ENVIRONMENT_VARIABLE),
        malformed_id=422,
    ),
    Operation(
        "PATCH",
        "/v1/environment-variables/{envVarId}",
        environment_variables.patch,
        "Replace the value of an environment variable",
        responses.data(responses.ENVIRONMENT_VARIABLE),
        body=requests.PATCH_ENVIRONMENT_VARIABLE,
        invalid=422,
        malformed_id=422,
    ),
    Operation(
        "DELETE",
        "/v1/environment-variables/{envVarId}",
        environment_variables.delete,
        "Delete an environment variable",
        None,
        status=204,
        malformed_id=422,
    ),
)
