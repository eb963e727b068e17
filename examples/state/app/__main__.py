"""Any program of the team: where its state is kept is not its concern."""

import pulumi

import pulumi_prisma as prisma

shop = prisma.Project("shop", region="eu-central-1")
orders = prisma.Database("orders", project_id=shop.id, is_default=True)

pulumi.export("database_url", orders.database_url)
