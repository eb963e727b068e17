import pulumi_prisma as prisma

shop = prisma.Project("shop")
orders = prisma.Database("orders", project_id=shop.id)
source = prisma.BackupOf(orders.id, "bkp_1")  # get_backups lists them
from_backup = prisma.Database("from-backup", project_id=shop.id, source=source)
