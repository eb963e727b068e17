import pulumi_prisma as prisma

shop = prisma.Project("shop")
staging = prisma.Branch("staging", project_id=shop.id)
orders = prisma.Database("orders", project_id=shop.id, branch_id=staging.id)
