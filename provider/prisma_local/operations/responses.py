"""The JSON Schemas of response bodies, for our OpenAPI document."""

from __future__ import annotations

from typing import Any

from prisma_local.operations.requests import BACKUP_SOURCE, SOURCE, VARIABLE_CLASS, record
from prisma_local.rules.regions import REGIONS

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
TEXT_OR_NULL: Schema = {"type": ["string", "null"]}
FLAG: Schema = {"type": "boolean"}
URL: Schema = {"type": "string", "format": "uri"}
TIMESTAMP: Schema = {"type": "string", "format": "date-time"}
STATUS: Schema = {"type": "string", "enum": ["failure", "provisioning", "ready", "recovering"]}
AVAILABILITY: Schema = {"type": "string", "enum": ["available", "unavailable"]}
PRODUCT: Schema = {"type": "string", "enum": ["postgres", "accelerate"]}


def complete(**properties: Schema) -> Schema:
    """An object with all of these fields, always."""
    return record(tuple(properties), **properties)


def type_(name: str) -> Schema:
    return {"type": "string", "const": name}


def resource(kind: str, /, **more: Schema) -> Schema:
    return complete(id=TEXT, type=type_(kind), url=URL, createdAt=TIMESTAMP, **more)


def or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def data(schema: Schema) -> Schema:
    return complete(data=schema)


def listing(schema: Schema) -> Schema:
    return complete(data={"type": "array", "items": schema})


def pages(schema: Schema) -> Schema:
    pagination = complete(nextCursor=TEXT_OR_NULL, hasMore=FLAG)
    return complete(data={"type": "array", "items": schema}, pagination=pagination)


def endpoints(endpoint: Schema) -> Schema:
    return record(direct=endpoint, pooled=endpoint, accelerate=endpoint)


ERROR = complete(error=record(("code", "message"), code=TEXT, message=TEXT, hint=TEXT))
REFERENCE = complete(id=TEXT, url=URL, name=TEXT)
REGION_REFERENCE = complete(id={"type": "string", "enum": list(REGIONS)}, name=TEXT)
CREDENTIALS = or_null(complete(host=TEXT, user=TEXT, **{"pass": TEXT}))
PORT: Schema = {"type": "number"}
ENDPOINT = complete(host=TEXT, port=PORT)
SECRET_ENDPOINT = complete(host=TEXT, port=PORT, connectionString=TEXT)

WORKSPACE = resource("workspace", name=TEXT)
SUBSCRIPTION = complete(planName=TEXT, usageBlocked=FLAG, upgradeUrl=URL)
ME = complete(
    user=or_null(complete(id=TEXT, email=TEXT, name=TEXT_OR_NULL)),
    workspace=or_null(complete(id=TEXT, name=TEXT)),
    credential=complete(type=type_("service_token"), id=TEXT_OR_NULL, name=TEXT_OR_NULL),
)

REGION = record(
    ("id", "type", "name", "product"), id=TEXT, type=type_("region"), name=TEXT, product=PRODUCT, status=AVAILABILITY
)
POSTGRES_REGION = complete(id=TEXT, type=type_("region"), name=TEXT, status=AVAILABILITY)
ACCELERATE_REGION = complete(id=TEXT, type=type_("region"), name=TEXT)

PROJECT = resource(
    "project",
    name=TEXT,
    logicalId=TEXT_OR_NULL,
    defaultRegion=TEXT_OR_NULL,
    workspace=REFERENCE,
)

BRANCH = resource(
    "branch",
    gitName=TEXT,
    isDefault=FLAG,
    role={"type": "string", "enum": ["production", "preview"]},
    updatedAt=TIMESTAMP,
    project=REFERENCE,
)


ENVIRONMENT_VARIABLE = resource(
    "environment-variable",
    projectId=TEXT,
    branchId=TEXT_OR_NULL,
    key=TEXT,
    valueKid=TEXT,
    isManagedBySystem=FLAG,
    updatedAt=TIMESTAMP,
    **{"class": VARIABLE_CLASS},
)

SERVICE_TOKEN = complete(
    id=TEXT,
    type=type_("serviceToken"),
    name=TEXT,
    valueHint=TEXT,
    createdAt=TIMESTAMP,
    expiresAt={"type": ["string", "null"], "format": "date-time"},
)
NEW_SERVICE_TOKEN = complete(**SERVICE_TOKEN["properties"], value=TEXT)
EXCHANGED_TOKEN = data(complete(id=TEXT, type=type_("serviceToken"), value=TEXT, expiresAt=TIMESTAMP, workspaceId=TEXT))
INTEGRATION = complete(
    id=TEXT,
    url=URL,
    createdAt=TIMESTAMP,
    scopes={"type": "array", "items": TEXT},
    client=complete(id=TEXT, name=TEXT, createdAt=TIMESTAMP),
    createdByUser=complete(id=TEXT, email=TEXT, displayName=TEXT_OR_NULL),
)


def _connection(endpoint: Schema) -> Schema:
    return resource(
        "connection",
        name=TEXT,
        kind=PRODUCT,
        endpoints=endpoints(endpoint),
        directConnection=CREDENTIALS,
        database=REFERENCE,
    )


CONNECTION = _connection(ENDPOINT)
NEW_CONNECTION = complete(
    **_connection(SECRET_ENDPOINT)["properties"],
    connectionString=TEXT,
    host=TEXT_OR_NULL,
    user=TEXT_OR_NULL,
    **{"pass": TEXT_OR_NULL},
)


def _database(connection: Schema) -> Schema:
    return resource(
        "database",
        name=TEXT,
        status=STATUS,
        isDefault=FLAG,
        defaultConnectionId=TEXT_OR_NULL,
        connections={"type": "array", "items": connection},
        project=REFERENCE,
        region=or_null(REGION_REFERENCE),
        source=or_null(SOURCE),
        branchId=TEXT_OR_NULL,
        logicalId=TEXT_OR_NULL,
    )


DATABASE = _database(CONNECTION)
MADE_DATABASE = _database(_connection(SECRET_ENDPOINT))
RESTORED_DATABASE = complete(**{**DATABASE["properties"], "source": BACKUP_SOURCE})
BACKUP = record(
    ("id", "backupType", "createdAt", "status"),
    id=TEXT,
    type=type_("backup"),
    backupType={"type": "string", "enum": ["full", "incremental", "differential"]},
    createdAt=TIMESTAMP,
    size={"type": "number"},
    status=TEXT,
)
BACKUPS = complete(
    data={"type": "array", "items": BACKUP},
    meta=complete(backupRetentionDays={"type": "number"}),
    pagination=complete(hasMore=FLAG, limit={"type": ["number", "null"]}),
)
USAGE = complete(
    period=complete(start=TIMESTAMP, end=TIMESTAMP),
    metrics=complete(
        operations=complete(used={"type": "number"}, unit=type_("ops")),
        storage=complete(used={"type": "number"}, unit=type_("GiB")),
    ),
    generatedAt=TIMESTAMP,
)
_KEY = {name: schema for name, schema in CONNECTION["properties"].items() if name != "database"}
NEW_DATABASE = complete(
    **MADE_DATABASE["properties"],
    apiKeys={"type": "array", "items": complete(**_KEY, connectionString=TEXT)},
    connectionString=TEXT_OR_NULL,
    directConnection=CREDENTIALS,
)
_FIRST_DATABASE = {name: schema for name, schema in NEW_DATABASE["properties"].items() if name != "project"}
NEW_PROJECT = complete(**PROJECT["properties"], database=or_null(complete(**_FIRST_DATABASE)))
