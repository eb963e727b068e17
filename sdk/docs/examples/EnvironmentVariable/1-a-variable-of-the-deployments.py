import pulumi_prisma as prisma

shop = prisma.Project("shop")
orders = prisma.Database("orders", project_id=shop.id)
database_url = prisma.EnvironmentVariable(
    "database-url",
    project_id=shop.id,
    key="ORDERS_DATABASE_URL",
    value=orders.database_url,
    variable_class="preview",
)
