"""Connections, below their database and by themselves."""

from __future__ import annotations

from prisma_local.operations import request_schemas, response_schemas
from prisma_local.operations.operation import CONNECTION, DATABASE, PAGING, Operation, an_id
from prisma_local.rules import connections

CONNECTIONS = (
    Operation(
        "GET",
        "/v1/databases/{databaseId}/connections",
        connections.list_of_database,
        "List a database's connections",
        response_schemas.pages(response_schemas.CONNECTION),
        ids={"databaseId": DATABASE},
        query=PAGING,
        refusals=(400, 404),
    ),
    Operation(
        "POST",
        "/v1/databases/{databaseId}/connections",
        connections.create_in_database,
        "Create a connection of a database",
        response_schemas.data(response_schemas.NEW_CONNECTION),
        ids={"databaseId": DATABASE},
        body=request_schemas.CREATE_CONNECTION_IN_DATABASE,
        refusals=(400, 404, 413),
    ),
    Operation(
        "GET",
        "/v1/connections",
        connections.list_,
        "List connections",
        response_schemas.pages(response_schemas.CONNECTION),
        query={**PAGING, "databaseId": an_id(DATABASE)},
        refusals=(400,),
    ),
    Operation(
        "POST",
        "/v1/connections",
        connections.create,
        "Create a connection",
        response_schemas.data(response_schemas.NEW_CONNECTION),
        status=201,
        body=request_schemas.CREATE_CONNECTION,
        refusals=(400, 404, 413),
    ),
    Operation(
        "GET",
        "/v1/connections/{id}",
        connections.get,
        "Get a connection",
        response_schemas.data(response_schemas.CONNECTION),
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
        response_schemas.data(response_schemas.NEW_CONNECTION),
        ids={"id": CONNECTION},
        refusals=(404,),
    ),
)
