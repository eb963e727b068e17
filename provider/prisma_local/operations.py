"""The routes as data: every operation of the Management API that is served here."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from prisma_local import bodies, ids, shapes
from prisma_local.call import Rule
from prisma_local.rules import connections, databases, projects, regions, workspaces

PROJECT, DATABASE, CONNECTION, WORKSPACE = "proj_", "db_", "con_", "wksp_"

PAGING: dict[str, Any] = {
    "cursor": {"type": ["string", "null"]},
    "limit": {"type": "number", "minimum": 1, "default": 100},
}
TEXT = {"type": "string"}
NOT_EMPTY = {"type": "string", "minLength": 1}


def an_id(prefix: str) -> dict[str, Any]:
    return {"type": "string", "pattern": ids.pattern(prefix)}


@dataclass(frozen=True, slots=True)
class Operation:
    """One route: what it takes, what it answers, and the rule that carries it out.

    `ids` gives the prefix of each id in the path, `refusals` the statuses it can refuse with besides 401,
    `invalid` the one for a body or query that does not fit.
    """

    method: str
    path: str
    rule: Rule
    summary: str
    answer: dict[str, Any] | None
    status: int = 200
    ids: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] | None = None
    refusals: tuple[int, ...] = ()
    invalid: int = 400


OPERATIONS = (
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
    Operation(
        "GET",
        "/v1/projects/{projectId}/databases",
        databases.list_of_project,
        "List a project's databases",
        shapes.pages(shapes.DATABASE),
        ids={"projectId": PROJECT},
        query=PAGING,
        refusals=(400, 404),
    ),
    Operation(
        "POST",
        "/v1/projects/{projectId}/databases",
        databases.create_in_project,
        "Create a database in a project",
        shapes.data(shapes.NEW_DATABASE),
        status=201,
        ids={"projectId": PROJECT},
        body=bodies.CREATE_DATABASE_IN_PROJECT,
        refusals=(400, 404, 413),
    ),
    Operation(
        "GET",
        "/v1/databases",
        databases.list_,
        "List databases",
        shapes.pages(shapes.DATABASE),
        query={
            **PAGING,
            "projectId": an_id(PROJECT),
            "logicalId": TEXT,
            "branchId": TEXT,
            "branchGitName": NOT_EMPTY,
        },
        refusals=(400,),
    ),
    Operation(
        "POST",
        "/v1/databases",
        databases.create,
        "Create a database",
        shapes.data(shapes.MADE_DATABASE),
        status=201,
        body=bodies.CREATE_DATABASE,
        refusals=(400, 404, 409, 413),
    ),
    Operation(
        "GET",
        "/v1/databases/{databaseId}",
        databases.get,
        "Get a database",
        shapes.data(shapes.DATABASE),
        ids={"databaseId": DATABASE},
        refusals=(404,),
    ),
    Operation(
        "PATCH",
        "/v1/databases/{databaseId}",
        databases.patch,
        "Change a database",
        shapes.data(shapes.DATABASE),
        ids={"databaseId": DATABASE},
        body=bodies.PATCH_DATABASE,
        refusals=(400, 404, 409, 413),
    ),
    Operation(
        "DELETE",
        "/v1/databases/{databaseId}",
        databases.delete,
        "Delete a database",
        None,
        status=204,
        ids={"databaseId": DATABASE},
        refusals=(403, 404),
    ),
    Operation(
        "GET",
        "/v1/databases/{databaseId}/connections",
        connections.list_of_database,
        "List a database's connections",
        shapes.pages(shapes.CONNECTION),
        ids={"databaseId": DATABASE},
        query=PAGING,
        refusals=(400, 404),
    ),
    Operation(
        "POST",
        "/v1/databases/{databaseId}/connections",
        connections.create_in_database,
        "Create a connection of a database",
        shapes.data(shapes.NEW_CONNECTION),
        ids={"databaseId": DATABASE},
        body=bodies.CREATE_CONNECTION_IN_DATABASE,
        refusals=(400, 404, 413),
    ),
    Operation(
        "GET",
        "/v1/connections",
        connections.list_,
        "List connections",
        shapes.pages(shapes.CONNECTION),
        query={**PAGING, "databaseId": an_id(DATABASE)},
        refusals=(400,),
    ),
    Operation(
        "POST",
        "/v1/connections",
        connections.create,
        "Create a connection",
        shapes.data(shapes.NEW_CONNECTION),
        status=201,
        body=bodies.CREATE_CONNECTION,
        refusals=(400, 404, 413),
    ),
    Operation(
        "GET",
        "/v1/connections/{id}",
        connections.get,
        "Get a connection",
        shapes.data(shapes.CONNECTION),
        ids={"id": CONNECTION},
        refusals=(404,),
    ),
    Operation(
        "DELETE",
        "/v1/connections/{id}",
        connections.delete,
        "Delete a connection",
        None,
        status=204,
        ids={"id": CONNECTION},
        refusals=(404,),
    ),
    Operation(
        "POST",
        "/v1/connections/{id}/rotate",
        connections.rotate,
        "Give a connection new credentials",
        shapes.data(shapes.NEW_CONNECTION),
        ids={"id": CONNECTION},
        refusals=(404,),
    ),
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
