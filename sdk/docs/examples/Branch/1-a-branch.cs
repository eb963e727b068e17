using Pulumi;
using Prisma = Pulumi.Prisma;

return await Deployment.RunAsync(() =>
{
    var shop = new Prisma.Project("shop");
    var staging = new Prisma.Branch("staging", new() { ProjectId = shop.Id });
    var orders = new Prisma.Database("orders", new() { ProjectId = shop.Id, BranchId = staging.Id });
});
