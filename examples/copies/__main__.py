"""The data of a database in other places and of other times."""

import pulumi

import pulumi_prisma as prisma

config = pulumi.Config()

shop = prisma.Project("shop", region="eu-central-1")
orders = prisma.Database("orders", project_id=shop.id, name="orders", is_default=True)

if config.get_bool("clone"):
    clone = prisma.Database("clone", project_id=shop.id, source=prisma.CloneOf(orders.id))
    pulumi.export("clone_url", clone.direct_url)

if backup := config.get("lookAt"):
    yesterday = prisma.Database("yesterday", project_id=shop.id, source=prisma.BackupOf(orders.id, backup))
    pulumi.export("yesterday_url", yesterday.direct_url)

if backup := config.get("restore"):
    # All data that was written since is lost: so the name is repeated, by hand.
    prisma.Restore("back", database_id=orders.id, backup_id=backup, confirm_database_name="orders")

pulumi.export("database_id", orders.id)
pulumi.export("direct_url", orders.direct_url)
pulumi.export(
    "backups",
    prisma.get_backups_output(orders.id).apply(lambda found: [f"{each.id} of {each.created_at}" for each in found]),
)
