"""The values that the service names for a property, which every language but Python completes.

A list is what was known when it was written: no property refuses another value, so the service can get more of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Enumeration(NamedTuple):
    """A type of the schema: its name there, what it is, its values with what they mean, and what others do."""

    name: str
    text: str
    values: Mapping[str, str]
    others: str = "Any other string is sent as it is: the service may know more values than these."

    def schema(self) -> dict[str, Any]:
        """The same as the schema has it."""
        return {
            "type": "string",
            "description": f"{self.text} {self.others}",
            "enum": [
                {"name": "".join(part.capitalize() for part in value.split("-")), "value": value, "description": text}
                for value, text in self.values.items()
            ],
        }


_REGION = Enumeration(
    "Region",
    "A region of Prisma Postgres.",
    {
        "us-east-1": "US East (N. Virginia).",
        "us-west-1": "US West (N. California).",
        "eu-west-3": "Europe (Paris).",
        "eu-central-1": "Europe (Frankfurt).",
        "ap-northeast-1": "Asia Pacific (Tokyo).",
        "ap-southeast-1": "Asia Pacific (Singapore).",
    },
)
_DATABASE_STATUS = Enumeration(
    "DatabaseStatus",
    "What state a database is in.",
    {
        "ready": "It can be used.",
        "provisioning": "It is being made.",
        "recovering": "Its data is being restored.",
        "failure": "It could not be made.",
    },
)
_BACKUP_STATUS = Enumeration(
    "BackupStatus",
    "What state a backup is in.",
    {
        "completed": "It can be restored.",
        "running": "It is being taken.",
        "failed": "It could not be taken.",
        "unknown": "The service does not say.",
    },
)
_BACKUP_TYPE = Enumeration(
    "BackupType",
    "What a backup holds.",
    {
        "full": "All data.",
        "incremental": "What has changed since the backup before it.",
        "differential": "What has changed since the last full backup.",
    },
)
_BRANCH_ROLE = Enumeration(
    "BranchRole",
    "What a branch is for.",
    {"production": "The first branch of a project.", "preview": "Any other branch."},
)
_VARIABLE_CLASS = Enumeration(
    "VariableClass",
    "The deployments that get an environment variable.",
    {"production": "Those of production.", "preview": "Those of previews."},
    others="There are no others.",
)
_CONNECTION_KIND = Enumeration(
    "ConnectionKind",
    "What a connection speaks.",
    {"postgres": "The protocol of PostgreSQL.", "accelerate": "The protocol of Prisma Accelerate."},
)
_SOURCE_TYPE = Enumeration(
    "SourceType",
    "What the data of a new database comes from.",
    {"database": "Another database, as it is when the copy is made.", "backup": "A backup of a database."},
)
_ENVIRONMENT_KIND = Enumeration(
    "EnvironmentKind",
    "What an environment is for.",
    {
        "production": "The real data; protected.",
        "persistent": "A place that stays, such as staging.",
        "preview": "A place for a while, such as for one pull request.",
    },
    others="There are no others.",
)

_OF_PROPERTIES: Mapping[str, Enumeration] = {
    "region": _REGION,
    "defaultRegion": _REGION,
    "status": _DATABASE_STATUS,
    "GetBackupResult.status": _BACKUP_STATUS,
    "backupType": _BACKUP_TYPE,
    "role": _BRANCH_ROLE,
    "kind": _CONNECTION_KIND,
    "variableClass": _VARIABLE_CLASS,
    "Environment.kind": _ENVIRONMENT_KIND,
    "DatabaseSource.type": _SOURCE_TYPE,
}
"""By property, or by class and property where another class means something else by the same word."""

ENUMERATIONS = {each.name: each for each in _OF_PROPERTIES.values()}
"""All of them, by name."""


def enumeration_of(owner: str, name: str) -> str | None:
    """The name of the enumeration of a property, or None where it has none."""
    found = _OF_PROPERTIES.get(f"{owner}.{name}") or _OF_PROPERTIES.get(name)
    return found.name if found else None
