import pulumi_prisma as prisma

shop = prisma.Project("shop")
orders = prisma.Database("orders", project_id=shop.id)
restored = prisma.Restore(
    "restored",
    database_id=orders.id,
    backup_id="bkp_1",  # get_backups lists them
    confirm_database_name="orders",
)
