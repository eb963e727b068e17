using System.Collections.Generic;
using Pulumi;
using Prisma = Pulumi.Prisma;

return await Deployment.RunAsync(() =>
{
    var shop = new Prisma.Project("shop");
    var production = new Prisma.Environment("production", new() { ProjectId = shop.Id, Kind = "production" });
    var preview = new Prisma.Environment("pr-7", new()
    {
        ProjectId = shop.Id,
        Kind = "preview",
        Source = new Prisma.Inputs.DatabaseSourceArgs { Type = "database", DatabaseId = production.DatabaseId },
    });
    return new Dictionary<string, object?>
    {
        ["databaseUrl"] = preview.DatabaseUrl,
    };
});
