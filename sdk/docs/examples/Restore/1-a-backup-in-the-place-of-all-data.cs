using Pulumi;
using Prisma = Pulumi.Prisma;

return await Deployment.RunAsync(() =>
{
    var shop = new Prisma.Project("shop");
    var orders = new Prisma.Database("orders", new() { ProjectId = shop.Id });
    var restored = new Prisma.Restore("restored", new()
    {
        DatabaseId = orders.Id,
        BackupId = "bkp_1", // GetBackups lists them
        ConfirmDatabaseName = "orders",
    });
});
