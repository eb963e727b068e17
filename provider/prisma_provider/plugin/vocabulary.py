"""What each property is, in words and as a type: one entry a name, or `Resource.name` where a resource differs.

The tables of fields say which properties there are and what may change; the schema joins the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

STRING: Mapping[str, Any] = MappingProxyType({"type": "string"})
BOOLEAN: Mapping[str, Any] = MappingProxyType({"type": "boolean"})
NUMBER: Mapping[str, Any] = MappingProxyType({"type": "number"})
INTEGER: Mapping[str, Any] = MappingProxyType({"type": "integer"})
ANYTHING: Mapping[str, Any] = MappingProxyType({"$ref": "pulumi.json#/Any"})
ID_OR_TRUE: Mapping[str, Any] = MappingProxyType({"oneOf": [{"type": "string"}, {"type": "boolean"}]})
SOURCE: Mapping[str, Any] = MappingProxyType({"$ref": "#/types/prisma:index:DatabaseSource"})


class Word(NamedTuple):
    """A property: what it is, and its type in Pulumi's schema."""

    text: str
    type: Mapping[str, Any] = STRING


PACKAGE = "Prisma Postgres as code: projects, branches, databases and connections. No edit of a property destroys data."

RESOURCES: Mapping[str, str] = MappingProxyType(
    {
        "Project": "A project of Prisma: the home of databases. It is made without the service's implicit first "
        "database: declare the ones you want.",
        "Branch": "A branch of a project, named after a branch of git; databases are made on it or moved to it.",
        "Database": "A Prisma Postgres database. Name, default flag and branch change in place; a change that only a "
        "replacement could make is refused, unless `allowReplace` is set.",
        "Connection": "A user and password of a database, with connection strings: one for each consumer.",
        "Restore": "A backup put in the place of all data of a database, once: when this is declared, and when its "
        "backup changes. All data that was written since the backup is lost. Taken out of the program, it undoes "
        "nothing.",
    }
)

_ADOPTION = (
    "`{prefix}_…` takes over an existing {what} instead of making one; `true` takes one that this resource left behind "
    "in an interrupted run, `false` makes another one beside it."
)

PROPERTIES: Mapping[str, Word] = MappingProxyType(
    {
        "name": Word("Its name in Prisma, changed in place; the resource's name by default."),
        "Connection.name": Word(
            "Its name in Prisma, 3 to 65 characters; the resource's name by default. Prisma cannot rename a "
            "connection: another name is a new one, made before the old one goes."
        ),
        "gitName": Word(
            "Its name, unique in the project; the resource's name by default. Prisma cannot rename a branch: another "
            "name is another branch."
        ),
        "projectId": Word("The project that it belongs to, `proj_…`; it cannot change."),
        "databaseId": Word("The database that it belongs to, `db_…`; another one is another connection."),
        "region": Word(
            "The region that it is in, such as `eu-central-1`, or `inherit` for the project's, which is the default; "
            "it cannot change."
        ),
        "Project.region": Word(
            "The region of its databases where they name none, such as `eu-central-1`; it cannot change."
        ),
        "defaultRegion": Word("The region of its databases where they name none."),
        "isDefault": Word(
            "Whether it is its project's default. `true` makes it so, in place, and takes the flag from the one that "
            "had it; `false` lets another have it; not given, the flag is not managed.",
            BOOLEAN,
        ),
        "branchId": Word("The branch that it belongs to, `br_…`, changed in place."),
        "branchGitName": Word(
            "The branch that it belongs to, by name, in place of `branchId`; made where it is missing."
        ),
        "source": Word(
            "What it starts with: another database, or a backup; empty by default. It cannot change.", SOURCE
        ),
        "allowReplace": Word(
            "Allow the database to be replaced, whose data is then lost: by a change of project, region or source, by "
            "an option of Pulumi, or by `--replace`; it is refused otherwise.",
            BOOLEAN,
        ),
        "Project.allowReplace": Word(
            "Allow the project to be replaced, by an option of Pulumi or by `--replace`; it is refused otherwise.",
            BOOLEAN,
        ),
        "forceDestroy": Word(
            "Let its deletion destroy databases that the program was not asked to delete; it counts once an update has "
            "recorded it.",
            BOOLEAN,
        ),
        "Project.adopt": Word(_ADOPTION.format(prefix="proj", what="project"), ID_OR_TRUE),
        "Database.adopt": Word(_ADOPTION.format(prefix="db", what="database"), ID_OR_TRUE),
        "Branch.adopt": Word(
            "`br_…` takes over an existing branch instead of making one; `true` takes the one of this name.",
            ID_OR_TRUE,
        ),
        "Connection.adopt": Word(
            "`con_…` takes over an existing connection; `true` takes the one that an interrupted run of this stack "
            "left behind. Its secrets are not told again: `rotationTrigger` gives new ones.",
            ID_OR_TRUE,
        ),
        "rotationTrigger": Word(
            "Any value; when it changes, the connection (of a database: its default one) gets a new password in place "
            "and the old one is locked out.",
            ANYTHING,
        ),
        "Restore.databaseId": Word("The database to restore, `db_…`."),
        "Restore.adopt": Word(
            "After a run that was interrupted: `true` records the restore as done and sends nothing, `false` restores, "
            "whatever may have been done before; not given, you are asked.",
            BOOLEAN,
        ),
        "backupId": Word("The backup, as `getBackups` names it; another one is restored in place."),
        "sourceDatabaseId": Word("The database that the backup belongs to, `db_…`; the same one by default."),
        "confirmDatabaseName": Word(
            "The database's name once more, as text: it has to be what the database is called when the restore begins."
        ),
        "id": Word("Its id, as `adopt`, import and `get` take it."),
        "size": Word("Its size in bytes, where the service tells it.", NUMBER),
        "backupType": Word("`full`, `incremental` or `differential`."),
        "Backup.status": Word("`completed`, `running`, `failed` or `unknown`."),
        "Region.name": Word("What people call it."),
        "operations": Word("Operations that were billed.", NUMBER),
        "storageGib": Word("Storage, in GiB.", NUMBER),
        "periodStart": Word("The start of the period, as RFC 3339."),
        "periodEnd": Word("The end of the period, as RFC 3339."),
        "generatedAt": Word("When it was counted, as RFC 3339."),
        "startDate": Word("The first day that counts, such as `2026-01-31`; this month's first where none is given."),
        "endDate": Word("The last day that counts."),
        "status": Word("`ready`, `provisioning`, `recovering` or `failure`."),
        "role": Word("`production` for the first branch of a project, `preview` for the others."),
        "kind": Word("`postgres` or `accelerate`."),
        "host": Word("The host of direct connections."),
        "pooledHost": Word("The host of pooled connections."),
        "port": Word("The port of direct connections.", INTEGER),
        "user": Word("The user; a secret."),
        "password": Word("The password; a secret."),
        "databaseUrl": Word("The pooled connection string, for applications; a secret, absent if adopted or imported."),
        "directUrl": Word("The direct connection string, for migrations; a secret, absent if adopted or imported."),
        "defaultConnectionId": Word("The connection that was made with it."),
        "logicalId": Word("The mark under which it is found again if the answer to its creation is lost."),
        "workspaceId": Word("The workspace that it belongs to."),
        "createdAt": Word("When it was made, as RFC 3339."),
    }
)

SETTINGS: Mapping[str, Word] = MappingProxyType(
    {
        "serviceToken": Word(
            "The service token of one workspace; `PRISMA_SERVICE_TOKEN` in the environment otherwise."
        ),
        "baseUrl": Word(
            "Where the Management API is, https or loopback; `PRISMA_API_BASE_URL` in the environment otherwise, and "
            "Prisma's own by default."
        ),
        "workspaceId": Word("Refuse to run against any other workspace than this one."),
    }
)

SOURCE_PROPERTIES: Mapping[str, Word] = MappingProxyType(
    {
        "type": Word("`database` for a copy of a database as it is, `backup` for one of its backups."),
        "databaseId": Word("The database that is copied, or that the backup belongs to, `db_…`."),
        "backupId": Word("The backup, where `type` is `backup`."),
    }
)

RESULTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Project": ("id", "name", "defaultRegion", "workspaceId", "logicalId", "createdAt"),
        "Database": (
            *("id", "name", "projectId", "status", "isDefault", "region", "branchId", "logicalId"),
            *("defaultConnectionId", "createdAt"),
        ),
        "Connection": ("id", "name", "databaseId", "kind", "host", "pooledHost", "port", "createdAt"),
        "Branch": ("id", "gitName", "projectId", "isDefault", "role"),
        "Backup": ("id", "status", "backupType", "createdAt", "size"),
        "Usage": ("operations", "storageGib", "periodStart", "periodEnd", "generatedAt"),
        "Region": ("id", "name"),
    }
)
"""What the functions tell of each kind of object; never a secret."""


class Told(NamedTuple):
    """A function: what it tells, of which kind, and under which name where it is a list."""

    text: str
    kind: str
    listed: str | None = None


FUNCTIONS: Mapping[str, Told] = MappingProxyType(
    {
        "getProject": Told("The project of this id, or the only one of this name.", "Project"),
        "getProjects": Told("All projects of the workspace, or those of this name.", "Project", "projects"),
        "getDatabase": Told(
            "The database of this id, or the only one of this name, in a project or in the workspace.", "Database"
        ),
        "getDatabases": Told(
            "All databases of a project or of the workspace, or those of this name.", "Database", "databases"
        ),
        "getConnections": Told("All connections of a database.", "Connection", "connections"),
        "getBranches": Told("All branches of a project, or the one of this name.", "Branch", "branches"),
        "getBackups": Told(
            "The backups of a database, the newest first; Prisma shows a hundred at most.", "Backup", "backups"
        ),
        "getUsage": Told("What a database has used between two dates.", "Usage"),
        "getRegions": Told("The regions of Prisma Postgres.", "Region", "regions"),
    }
)
