"""Connections, below their database and by themselves."""

from __future__ import annotations

from prisma_local.operations import requests, responses
from prisma_local.operations.operation import PAGING, Operation, an_id
from prisma_local.rules import connections
from prisma_local.store.values import Database

CONNECTIONS = (
    Operation(
        "GET",
        "/v1/databases/{databaseId}/connections",
        connections.list_of_database,
        "List a database's connections",
        responses.pages(responses.CONNECTION),
        query=PAGING,
    ),
    Operation(
        "POST",
        "/v1/databases/{databaseId}/connections",
        connections.create_in_database,
        "Create a connection of a database",
        responses.data(responses.NEW_CONNECTION),
        body=requests.CREATE_CONNECTION_IN_DATABASE,
    ),
    Operation(
        "GET",
        "/v1/connections",
        connections.list_,
        "List connections",
        responses.pages(responses.CONNECTION),
        query={**PAGING, "databaseId": an_id(Database.prefix)},
    ),
    Operation(
        "POST",
        "/v1/connections",
        connections.create,
        "Create a connection",
        responses.data(responses.NEW_CONNECTION),
        status=201,
        body=requests.CREATE_CONNECTION,
        refusals=(404,),
    ),
    Operation("GET", "/v1/connections/{id}", connections.get, "Get a connection", responses.data(responses.CONNECTION)),
    Operation("DELETE", "/v1/connections/{id}", connections.delete, "Delete a connection", None, status=204),
    Operation(
        "POST",
        "/v1/connections/{id}/rotate",
        connections.rotate,
        "Give a connection new credentials",
        responses.data(responses.NEW_CONNECTION),
    ),
)
