using Pulumi;
using Prisma = Pulumi.Prisma;

return await Deployment.RunAsync(() =>
{
    var shop = new Prisma.Project("shop");
    var orders = new Prisma.Database("orders", new() { ProjectId = shop.Id });
    var databaseUrl = new Prisma.EnvironmentVariable("database-url", new()
    {
        ProjectId = shop.Id,
        Key = "ORDERS_DATABASE_URL",
        Value = orders.DatabaseUrl,
        VariableClass = "preview",
    });
});
