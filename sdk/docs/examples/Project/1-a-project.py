import pulumi_prisma as prisma

shop = prisma.Project("shop", region="eu-central-1")
