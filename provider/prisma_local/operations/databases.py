"""Databases, below their project and by themselves."""

from __future__ import annotations

from prisma_local.operations import requests, responses
from prisma_local.operations.operation import NOT_EMPTY, PAGING, TEXT, Operation, an_id
from prisma_local.rules import backups, databases, usage
from prisma_local.store.values import Project

DATABASES = (
    Operation(
        "GET",
        "/v1/projects/{projectId}/databases",
        databases.list_of_project,
        "List a project's databases",
        responses.pages(responses.DATABASE),
        query=PAGING,
    ),
    Operation(
        "POST",
        "/v1/projects/{projectId}/databases",
        databases.create_in_project,
        "Create a database in a project",
        responses.data(responses.NEW_DATABASE),
        status=201,
        body=requests.CREATE_DATABASE_IN_PROJECT,
        refusals=(409,),
    ),
    Operation(
        "GET",
        "/v1/databases",
        databases.list_,
        "List databases",
        responses.pages(responses.DATABASE),
        query={
            **PAGING,
            "projectId": an_id(Project.prefix),
            "logicalId": TEXT,
            "branchId": TEXT,
            "branchGitName": NOT_EMPTY,
        },
    ),
    Operation(
        "POST",
        "/v1/databases",
        databases.create,
        "Create a database",
        responses.data(responses.MADE_DATABASE),
        status=201,
        body=requests.CREATE_DATABASE,
        refusals=(404, 409),
    ),
    Operation("GET", "/v1/databases/{databaseId}", databases.get, "Get a database", responses.data(responses.DATABASE)),
    Operation(
        "PATCH",
        "/v1/databases/{databaseId}",
        databases.patch,
        "Change a database",
        responses.data(responses.DATABASE),
        body=requests.PATCH_DATABASE,
        refusals=(409,),
    ),
    Operation(
        "DELETE", "/v1/databases/{databaseId}", databases.delete, "Delete a database", None, status=204, refusals=(403,)
    ),
    Operation(
        "GET",
        "/v1/databases/{databaseId}/backups",
        backups.list_,
        "List a database's backups, the newest first",
        responses.BACKUPS,
        query={"limit": {"type": "integer", "minimum": 1, "maximum": backups.LARGEST, "default": backups.DEFAULT}},
    ),
    Operation(
        "POST",
        "/v1/databases/{targetDatabaseId}/restore",
        backups.restore,
        "Replace a database's data by a backup",
        responses.data(responses.RESTORED_DATABASE),
        body=requests.RESTORE,
        refusals=(409,),
        invalid=422,
    ),
    Operation(
        "GET",
        "/v1/databases/{databaseId}/usage",
        usage.get,
        "Say how much of a database is used",
        responses.USAGE,
        query={"startDate": TEXT, "endDate": TEXT},
    ),
)
