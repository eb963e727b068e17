import pulumi

import pulumi_prisma as prisma

shop = prisma.Project("shop")
tenants = prisma.DatabaseSet(
    "tenants",
    project_id=shop.id,
    databases={"acme": "acme-prod", "globex": "globex-prod"},
    connections=True,
)
pulumi.export("database_urls", tenants.database_urls)
