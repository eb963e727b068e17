"""The program whose state is beside it."""

import pulumi

from pulumi_prisma import native as prisma

shop = prisma.Project("shop", region="eu-central-1")
orders = prisma.Database("orders", project_id=shop.id, name="orders", is_default=True)
web = prisma.Connection("web", database_id=orders.id, name="web", rotation_trigger="2026-01")
persistent = prisma.Environment("staging", project_id=shop.id, rotation_trigger="2026-01")
preview = prisma.Environment("pr-7", project_id=shop.id, kind="preview", source=prisma.CloneOf(orders.id))
tenants = prisma.DatabaseSet(
    "tenants", project_id=shop.id, databases={"acme": "acme", "globex": "globex-eu"}, allow_delete=True
)
if backup := pulumi.Config().get("backup"):
    prisma.Restore("back", database_id=orders.id, backup_id=backup, confirm_database_name="orders")
pulumi.export("database_url", web.database_url)
pulumi.export("direct_url", orders.direct_url)
