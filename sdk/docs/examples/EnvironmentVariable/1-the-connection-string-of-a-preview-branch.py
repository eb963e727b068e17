import pulumi_prisma as prisma

shop = prisma.Project("shop")
branch = prisma.Branch("pr-7", project_id=shop.id)
orders = prisma.Database("orders", project_id=shop.id, branch_id=branch.id)
web = prisma.Connection("web", database_id=orders.id)
url = prisma.EnvironmentVariable(
    "url",
    project_id=shop.id,
    branch_id=branch.id,
    variable_class="preview",
    key="DATABASE_URL",
    value=web.database_url,
)
