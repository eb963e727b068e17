import pulumi

import pulumi_prisma as prisma

shop = prisma.Project("shop")
orders = prisma.Database("orders", project_id=shop.id, region="eu-central-1", is_default=True)

pulumi.export("DATABASE_URL", orders.database_url)  # pooled, for applications; a secret
pulumi.export("DIRECT_URL", orders.direct_url)  # for migrations; a secret
