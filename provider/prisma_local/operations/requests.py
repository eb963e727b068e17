"""The JSON Schemas of request bodies, with which they are checked, and which our OpenAPI document shows.

Other fields are ignored, as by the service, unless a schema has additionalProperties false.
"""

from __future__ import annotations

from typing import Any

from prisma_local.rules.regions import DEFAULT, INHERIT, REGIONS
from prisma_local.store import ids

Schema = dict[str, Any]

LOGICAL_ID = r"^[a-z0-9][-_a-z0-9]*$"
TEXT: Schema = {"type": "string", "minLength": 1}
REGION: Schema = {"type": "string", "enum": list(REGIONS)}
REGION_OR_INHERIT: Schema = {"type": "string", "enum": [*REGIONS, INHERIT], "default": DEFAULT}


def record(required: tuple[str, ...] = (), **properties: Schema) -> Schema:
    found: Schema = {"type": "object", "properties": properties}
    return {**found, "required": list(required)} if required else found


BACKUP_SOURCE = record(
    ("type", "databaseId", "backupId"),
    type={"type": "string", "const": "backup"},
    databaseId={"type": "string"},
    backupId={"type": "string"},
)
SOURCE: Schema = {
    "anyOf": [
        record(("type",), type={"type": "string", "const": "empty"}),
        BACKUP_SOURCE,
        record(("type", "databaseId"), type={"type": "string", "const": "database"}, databaseId={"type": "string"}),
    ]
}
BRANCH_ID: Schema = {"type": ["string", "null"], "pattern": ids.pattern("br_")}
BRANCH_GIT_NAME: Schema = {"type": ["string", "null"], "minLength": 1}

CREATE_PROJECT = record(
    createDatabase={"type": "boolean", "default": True},
    name=TEXT,
    region=REGION,
    logicalId={"type": "string", "pattern": LOGICAL_ID},
    workspaceId={"type": "string"},
)
PATCH_PROJECT = record(name={**TEXT, "maxLength": 256}, settings={"type": "object"})
TRANSFER_PROJECT = record(("recipientAccessToken",), recipientAccessToken={"type": "string"})

CREATE_DATABASE = record(
    ("projectId",),
    projectId={"type": "string", "pattern": ids.pattern("proj_")},
    region=REGION_OR_INHERIT,
    name=TEXT,
    isDefault={"type": "boolean", "default": False},
    source=SOURCE,
    branchId=BRANCH_ID,
    branchGitName=BRANCH_GIT_NAME,
    logicalId={"type": "string"},
)
CREATE_DATABASE_IN_PROJECT = record(
    region=REGION_OR_INHERIT,
    name={"type": "string"},
    isDefault={"type": "boolean", "default": False},
    fromDatabase=record(("id",), id={"type": "string"}, backupId={"type": "string"}),
    source=SOURCE,
)
# isDefault is in no published PATCH body. The provider applies the flag by PATCH all the same.
PATCH_DATABASE = record(
    name=TEXT,
    branchId=BRANCH_ID,
    branchGitName=BRANCH_GIT_NAME,
    logicalId={"type": "string"},
    isDefault={"type": "boolean"},
)

CONNECTION_NAME: Schema = {"type": "string", "minLength": 3, "maxLength": 65}
CREATE_CONNECTION = record(
    ("databaseId", "name"),
    databaseId={"type": "string", "pattern": ids.pattern("db_")},
    name=CONNECTION_NAME,
)
CREATE_CONNECTION_IN_DATABASE = record(("name",), name=CONNECTION_NAME)

CREATE_BRANCH = record(("gitName",), gitName={"type": "string"}, isDefault={"type": "boolean"})
# The contract refuses other fields in this body only.
PATCH_BRANCH: Schema = {**record(isDefault={"type": ["boolean", "null"]}), "additionalProperties": False}

RESTORE = record(("source",), source=BACKUP_SOURCE)

VARIABLE_CLASS: Schema = {"type": "string", "enum": ["production", "preview"]}
VARIABLE_KEY: Schema = {"type": "string", "pattern": "^[A-Z_][A-Z0-9_]*$", "minLength": 1, "maxLength": 256}
VARIABLE_VALUE: Schema = {"type": "string", "minLength": 1}
CREATE_ENVIRONMENT_VARIABLE = record(
    ("projectId", "class", "key", "value"),
    projectId={"type": "string", "pattern": ids.pattern("proj_")},
    branchId={"type": "string", "pattern": ids.pattern("br_")},
    key=VARIABLE_KEY,
    value=VARIABLE_VALUE,
    **{"class": VARIABLE_CLASS},
)
PATCH_ENVIRONMENT_VARIABLE = record(("value",), value=VARIABLE_VALUE)

CREATE_SERVICE_TOKEN = record(("name",), name={"type": "string", "minLength": 1, "maxLength": 256})

CREATE_WORKSPACE = record(displayName={"type": "string"})
