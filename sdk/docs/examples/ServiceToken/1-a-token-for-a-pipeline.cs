using System.Collections.Generic;
using Pulumi;
using Prisma = Pulumi.Prisma;

return await Deployment.RunAsync(() =>
{
    var shop = new Prisma.Project("shop");
    var pipeline = new Prisma.ServiceToken("pipeline", new()
    {
        WorkspaceId = shop.WorkspaceId,
        RotationTrigger = "2026-12",
        KeepPrevious = true,
    });
    return new Dictionary<string, object?>
    {
        ["token"] = pipeline.Value, // a secret
    };
});
