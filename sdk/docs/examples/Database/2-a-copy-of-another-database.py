import pulumi_prisma as prisma

shop = prisma.Project("shop")
orders = prisma.Database("orders", project_id=shop.id)
copy = prisma.Database("copy", project_id=shop.id, source=prisma.CloneOf(orders.id))
