"""As many databases as you like; each is made once, whatever becomes of the responses."""

import pulumi

import pulumi_prisma as prisma

count = pulumi.Config().get_int("databases") or 1

shop = prisma.Project("shop", region="eu-central-1")
for number in range(count):
    database = prisma.Database(f"orders-{number}", project_id=shop.id)
    web = prisma.Connection(f"web-{number}", database_id=database.id)
    pulumi.export(f"url_{number}", web.database_url)
