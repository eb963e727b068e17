"""The program whose state is beside it."""

import pulumi

import pulumi_prisma as prisma

shop = prisma.Project("shop", region="eu-central-1")
orders = prisma.Database("orders", project_id=shop.id, name="orders", is_default=True)
web = prisma.Connection("web", database_id=orders.id, name="web", rotation_trigger="2026-01")
schema = prisma.Migration("schema", direct_url=web.direct_url, command=["true"])
url = prisma.EnvironmentVariable(
    "url", project_id=shop.id, key="ORDERS_URL", value=web.database_url, variable_class="production"
)
preview = prisma.Environment("pr-7", project_id=shop.id, kind="preview", environment_variables=True)
ci = prisma.ServiceToken(
    "ci", workspace_id=shop.workspace_id, name="ci", rotation_trigger="2026-01", keep_previous=True
)
pulumi.export("database_url", web.database_url)
pulumi.export("direct_url", orders.direct_url)
