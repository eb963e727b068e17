import pulumi

import pulumi_prisma as prisma

shop = prisma.Project("shop")
orders = prisma.Database("orders", project_id=shop.id)
web = prisma.Connection("web", database_id=orders.id, rotation_trigger="2026-12")

pulumi.export("DATABASE_URL", web.database_url)  # pooled, for applications; a secret
pulumi.export("DIRECT_URL", web.direct_url)  # for migrations; a secret
