"""Prisma Postgres as code: projects, databases and connections, declared in a Pulumi program.

    import pulumi, pulumi_prisma as prisma

    shop = prisma.Project("shop", region="eu-central-1")
    orders = prisma.Database("orders", project_id=shop.id, name="orders", is_default=True)
    web = prisma.Connection("web", database_id=orders.id, name="web")
    pulumi.export("database_url", web.database_url)

The first argument is a resource's identity in Pulumi: to rename the object in Prisma change `name=`; to change
the first argument itself keep the old one in `aliases`, or Pulumi deletes the object and makes another.
"""

from pulumi_prisma.branch import Branch
from pulumi_prisma.connection import Connection
from pulumi_prisma.database import BackupOf, CloneOf, Database
from pulumi_prisma.environment import Environment
from pulumi_prisma.functions import (
    get_backups,
    get_backups_output,
    get_branches,
    get_branches_output,
    get_connections,
    get_connections_output,
    get_database,
    get_database_output,
    get_databases,
    get_databases_output,
    get_project,
    get_project_output,
    get_projects,
    get_projects_output,
    get_regions,
    get_regions_output,
    get_usage,
    get_usage_output,
)
from pulumi_prisma.project import Project
from pulumi_prisma.restore import Restore
from pulumi_prisma.results import (
    GetBackupResult,
    GetBranchResult,
    GetConnectionResult,
    GetDatabaseResult,
    GetProjectResult,
    GetRegionResult,
    GetUsageResult,
)

__all__ = [
    "BackupOf",
    "Branch",
    "CloneOf",
    "Connection",
    "Database",
    "Environment",
    "GetBackupResult",
    "GetBranchResult",
    "GetConnectionResult",
    "GetDatabaseResult",
    "GetProjectResult",
    "GetRegionResult",
    "GetUsageResult",
    "Project",
    "Restore",
    "get_backups",
    "get_backups_output",
    "get_branches",
    "get_branches_output",
    "get_connections",
    "get_connections_output",
    "get_database",
    "get_database_output",
    "get_databases",
    "get_databases_output",
    "get_project",
    "get_project_output",
    "get_projects",
    "get_projects_output",
    "get_regions",
    "get_regions_output",
    "get_usage",
    "get_usage_output",
]
