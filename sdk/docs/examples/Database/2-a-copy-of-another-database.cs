using Pulumi;
using Prisma = Pulumi.Prisma;

return await Deployment.RunAsync(() =>
{
    var shop = new Prisma.Project("shop");
    var orders = new Prisma.Database("orders", new() { ProjectId = shop.Id });
    var copy = new Prisma.Database("copy", new()
    {
        ProjectId = shop.Id,
        Source = new Prisma.Inputs.DatabaseSourceArgs { Type = "database", DatabaseId = orders.Id },
    });
});
