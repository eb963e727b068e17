"""Prisma Postgres as code: projects, databases and connections, declared in a Pulumi program.

    import pulumi, pulumi_prisma as prisma

    shop = prisma.Project("shop", region="eu-central-1")
    orders = prisma.Database("orders", project_id=shop.id, name="orders", is_default=True)
    web = prisma.Connection("web", database_id=orders.id, name="web")
    pulumi.export("database_url", web.database_url)

The first argument is a resource's identity in Pulumi: to rename the object in Prisma change `name=`; to change
the first argument itself keep the old one in `aliases`, or Pulumi deletes the object and makes another.
"""

from pulumi_prisma import functions, results
from pulumi_prisma.branch import Branch
from pulumi_prisma.connection import Connection
from pulumi_prisma.database import BackupOf, CloneOf, Database
from pulumi_prisma.database_set import DatabaseSet
from pulumi_prisma.environment import Environment
from pulumi_prisma.environment_variable import EnvironmentVariable
from pulumi_prisma.functions import *  # noqa: F403  what it exports is said there, once
from pulumi_prisma.migration import Migrate, Migration
from pulumi_prisma.project import Project
from pulumi_prisma.restore import Restore
from pulumi_prisma.results import *  # noqa: F403
from pulumi_prisma.service_token import ServiceToken

__all__ = ["BackupOf", "Branch", "CloneOf", "Connection", "Database", "Environment", "Migrate", "Migration", "Project"]
__all__ += ["DatabaseSet", "EnvironmentVariable", "Restore", "ServiceToken"]
__all__ += functions.__all__
__all__ += results.__all__
