using System.Collections.Generic;
using Pulumi;
using Prisma = Pulumi.Prisma;

return await Deployment.RunAsync(() =>
{
    var shop = new Prisma.Project("shop");
    var orders = new Prisma.Database("orders", new()
    {
        ProjectId = shop.Id,
        Region = "eu-central-1",
        IsDefault = true,
    });
    return new Dictionary<string, object?>
    {
        ["DATABASE_URL"] = orders.DatabaseUrl,
        ["DIRECT_URL"] = orders.DirectUrl,
    };
});
