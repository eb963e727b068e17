import pulumi

import pulumi_prisma as prisma

shop = prisma.Project("shop")
orders = prisma.Database("orders", project_id=shop.id)
schema = prisma.Migration("schema", direct_url=orders.direct_url, tool="prisma")
pulumi.export("applied", schema.applied)
