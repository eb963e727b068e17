using System.Collections.Generic;
using Pulumi;
using Prisma = Pulumi.Prisma;

return await Deployment.RunAsync(() =>
{
    var shop = new Prisma.Project("shop");
    var orders = new Prisma.Database("orders", new() { ProjectId = shop.Id });
    var web = new Prisma.Connection("web", new() { DatabaseId = orders.Id, RotationTrigger = "2026-12" });
    return new Dictionary<string, object?>
    {
        ["DATABASE_URL"] = web.DatabaseUrl,
        ["DIRECT_URL"] = web.DirectUrl,
    };
});
