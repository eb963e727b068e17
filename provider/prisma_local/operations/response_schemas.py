"""The JSON Schemas of what the operations answer, for our OpenAPI document."""

from __future__ import annotations

from typing import Any

from prisma_local.operations.request_schemas import BACKUP_SOURCE, SOURCE, record
from prisma_local.rules.regions import REGIONS

Shape = dict[str, Any]

TEXT: Shape = {"type": "string"}
TEXT_OR_NULL: Shape = {"type": ["string", "null"]}
FLAG: Shape = {"type": "boolean"}
URL: Shape = {"type": "string", "format": "uri"}
MOMENT: Shape = {"type": "string", "format": "date-time"}
STATUS: Shape = {"type": "string", "enum": ["failure", "provisioning", "ready", "recovering"]}
AVAILABILITY: Shape = {"type": "string", "enum": ["available", "unavailable"]}
PRODUCT: Shape = {"type": "string", "enum": ["postgres", "accelerate"]}


def whole(**properties: Shape) -> Shape:
    """An object whose every field is always there."""
    return record(tuple(properties), **properties)


def type_(name: str) -> Shape:
    return {"type": "string", "const": name}


def or_null(shape: Shape) -> Shape:
    return {"anyOf": [shape, {"type": "null"}]}


def data(shape: Shape) -> Shape:
    return whole(data=shape)


def listing(shape: Shape) -> Shape:
    return whole(data={"type": "array", "items": shape})


def pages(shape: Shape) -> Shape:
    pagination = whole(nextCursor=TEXT_OR_NULL, hasMore=FLAG)
    return whole(data={"type": "array", "items": shape}, pagination=pagination)


def endpoints(endpoint: Shape) -> Shape:
    return record(direct=endpoint, pooled=endpoint, accelerate=endpoint)


ERROR = whole(error=record(("code", "message"), code=TEXT, message=TEXT, hint=TEXT))
REFERENCE = whole(id=TEXT, url=URL, name=TEXT)
REGION_REFERENCE = whole(id={"type": "string", "enum": list(REGIONS)}, name=TEXT)
CREDENTIALS = or_null(whole(host=TEXT, user=TEXT, **{"pass": TEXT}))
PORT: Shape = {"type": "number"}
ENDPOINT = whole(host=TEXT, port=PORT)
SECRET_ENDPOINT = whole(host=TEXT, port=PORT, connectionString=TEXT)

WORKSPACE = whole(id=TEXT, type=type_("workspace"), url=URL, name=TEXT, createdAt=MOMENT)
SUBSCRIPTION = whole(planName=TEXT, usageBlocked=FLAG, upgradeUrl=URL)
ME = whole(
    user=or_null(whole(id=TEXT, email=TEXT, name=TEXT_OR_NULL)),
    workspace=or_null(whole(id=TEXT, name=TEXT)),
    credential=whole(type=type_("service_token"), id=TEXT_OR_NULL, name=TEXT_OR_NULL),
)

REGION = record(
    ("id", "type", "name", "product"),
    id=TEXT,
    type=type_("region"),
    name=TEXT,
    product=PRODUCT,
    status=AVAILABILITY,
)
POSTGRES_REGION = whole(id=TEXT, type=type_("region"), name=TEXT, status=AVAILABILITY)
ACCELERATE_REGION = whole(id=TEXT, type=type_("region"), name=TEXT)

PROJECT = whole(
    id=TEXT,
    type=type_("project"),
    url=URL,
    name=TEXT,
    logicalId=TEXT_OR_NULL,
    createdAt=MOMENT,
    defaultRegion=TEXT_OR_NULL,
    workspace=REFERENCE,
)

BRANCH = whole(
    id=TEXT,
    type=type_("branch"),
    url=URL,
    gitName=TEXT,
    isDefault=FLAG,
    role={"type": "string", "enum": ["production", "preview"]},
    createdAt=MOMENT,
    updatedAt=MOMENT,
    project=REFERENCE,
)


def _connection(endpoint: Shape) -> Shape:
    return whole(
        id=TEXT,
        type=type_("connection"),
        url=URL,
        name=TEXT,
        createdAt=MOMENT,
        kind=PRODUCT,
        endpoints=endpoints(endpoint),
        directConnection=CREDENTIALS,
        database=REFERENCE,
    )


CONNECTION = _connection(ENDPOINT)
NEW_CONNECTION = whole(
    **_connection(SECRET_ENDPOINT)["properties"],
    connectionString=TEXT,
    host=TEXT_OR_NULL,
    user=TEXT_OR_NULL,
    **{"pass": TEXT_OR_NULL},
)


def _database(connection: Shape) -> Shape:
    return whole(
        id=TEXT,
        type=type_("database"),
        url=URL,
        name=TEXT,
        status=STATUS,
        createdAt=MOMENT,
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
RESTORED_DATABASE = whole(**{**DATABASE["properties"], "source": BACKUP_SOURCE})
BACKUP = record(
    ("id", "backupType", "createdAt", "status"),
    id=TEXT,
    type=type_("backup"),
    backupType={"type": "string", "enum": ["full", "incremental", "differential"]},
    createdAt=MOMENT,
    size={"type": "number"},
    status=TEXT,
)
BACKUPS = whole(
    data={"type": "array", "items": BACKUP},
    meta=whole(backupRetentionDays={"type": "number"}),
    pagination=whole(hasMore=FLAG, limit={"type": ["number", "null"]}),
)
USAGE = whole(
    period=whole(start=MOMENT, end=MOMENT),
    metrics=whole(
        operations=whole(used={"type": "number"}, unit=type_("ops")),
        storage=whole(used={"type": "number"}, unit=type_("GiB")),
    ),
    generatedAt=MOMENT,
)
_KEY = {name: shape for name, shape in CONNECTION["properties"].items() if name != "database"}
NEW_DATABASE = whole(
    **MADE_DATABASE["properties"],
    apiKeys={"type": "array", "items": whole(**_KEY, connectionString=TEXT)},
    connectionString=TEXT_OR_NULL,
    directConnection=CREDENTIALS,
)
_FIRST_DATABASE = {name: shape for name, shape in NEW_DATABASE["properties"].items() if name != "project"}
NEW_PROJECT = whole(**PROJECT["properties"], database=or_null(whole(**_FIRST_DATABASE)))
