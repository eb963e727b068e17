using System.Collections.Generic;
using Pulumi;
using Prisma = Pulumi.Prisma;

return await Deployment.RunAsync(() =>
{
    var shop = new Prisma.Project("shop");
    var tenants = new Prisma.DatabaseSet("tenants", new()
    {
        ProjectId = shop.Id,
        Databases = new InputMap<string> { ["acme"] = "acme-prod", ["globex"] = "globex-prod" },
        Connections = true,
    });
    return new Dictionary<string, object?>
    {
        ["databaseUrls"] = tenants.DatabaseUrls,
    };
});
