"""A project, its default database, and a connection for the web application."""

import pulumi

import pulumi_prisma as prisma

config = pulumi.Config()

shop = prisma.Project("shop", region="eu-central-1")
orders = prisma.Database("orders", project_id=shop.id, name=config.get("databaseName") or "orders", is_default=True)
web = prisma.Connection("web", database_id=orders.id, name="web", wait_for_connection=60)

pulumi.export("database_id", orders.id)
pulumi.export("database_url", web.database_url)  # pooled, secret: DATABASE_URL
pulumi.export("direct_url", web.direct_url)  # for migrations, secret: DIRECT_URL
