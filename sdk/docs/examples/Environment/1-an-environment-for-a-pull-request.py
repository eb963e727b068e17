import pulumi

import pulumi_prisma as prisma

shop = prisma.Project("shop")
production = prisma.Environment("production", project_id=shop.id, kind="production")
preview = prisma.Environment(
    "pr-7",
    project_id=shop.id,
    kind="preview",
    source=prisma.CloneOf(production.database_id),
)
pulumi.export("database_url", preview.database_url)
