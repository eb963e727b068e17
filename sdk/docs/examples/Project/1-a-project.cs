using Pulumi;
using Prisma = Pulumi.Prisma;

return await Deployment.RunAsync(() =>
{
    var shop = new Prisma.Project("shop", new() { Region = "eu-central-1" });
});
