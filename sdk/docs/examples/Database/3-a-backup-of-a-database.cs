using Pulumi;
using Prisma = Pulumi.Prisma;

return await Deployment.RunAsync(() =>
{
    var shop = new Prisma.Project("shop");
    var orders = new Prisma.Database("orders", new() { ProjectId = shop.Id });
    var fromBackup = new Prisma.Database("from-backup", new()
    {
        ProjectId = shop.Id,
        Source = new Prisma.Inputs.DatabaseSourceArgs
        {
            Type = "backup",
            DatabaseId = orders.Id,
            BackupId = "bkp_1", // GetBackups lists them
        },
    });
});
