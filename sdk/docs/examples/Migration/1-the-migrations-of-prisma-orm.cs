using System.Collections.Generic;
using Pulumi;
using Prisma = Pulumi.Prisma;

return await Deployment.RunAsync(() =>
{
    var shop = new Prisma.Project("shop");
    var orders = new Prisma.Database("orders", new() { ProjectId = shop.Id });
    var schema = new Prisma.Migration("schema", new() { DirectUrl = orders.DirectUrl, Tool = "prisma" });
    return new Dictionary<string, object?>
    {
        ["applied"] = schema.Applied,
    };
});
